import Decisions
import Domain
import Store
import Threading

/// `POST /v1/accounts`: one per shop (Q11).
struct AccountMovement: Movement {
  let context: EngineContext
  let request: AccountRequest
  /// What the last send was refused with, for the caller: the prefill may be at fault (O5).
  let refusal = Monitor<Refusal?>(nil)

  var kind: Intent.Kind { .account }
  var operation: String { "POST /v1/accounts" }
  var businessKey: String { Self.businessKey(request.shopID) }
  var requestText: String { get throws { try JSONText.encode(request) } }

  static func businessKey(_ shop: ShopID) -> String { "shop/\(shop)" }

  init(_ context: EngineContext, _ request: AccountRequest) {
    self.context = context
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(_ context: EngineContext, intent: Intent) throws {
    self.init(context, try JSONText.decode(AccountRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    do {
      let answer = try context.stripe.createAccount(request, idempotencyKey: idempotencyKey)
      return Answer(Receipt(answer.value.id.rawValue), trace: answer.trace)
    } catch {
      if case .refused(let refusal) = error.kind { self.refusal.withLock { $0 = refusal } }
      throw error
    }
  }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let trace = CallTrace(operation: "GET /v1/accounts")
    do {
      let found = try AccountDirectory(context: context).accounts(of: request.shopID).first
      return Answer(found.map { Receipt($0.rawValue) }, trace: trace)
    } catch let failure as CallFailure {
      throw failure
    } catch {
      throw CallFailure(.unreadable(reason: "the store could not be asked: \(error)"), trace: trace)
    }
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideAccountFailure(failure) }
}
