import Decisions
import Domain
import Store

/// One movement of money: how it is sent, and how it is found again if the answer was lost.
protocol Movement: Sendable {
  var kind: Intent.Kind { get }
  /// Whom it calls.
  var neighbour: Neighbour { get }
  /// Method and path pattern of the call, as its trace says: it may be closed to our key (Q8).
  var operation: String { get }
  /// Whether a repeat with the same key is recognised; otherwise it is read back first (B2).
  var hasKey: Bool { get }
  /// How long after the last send a look-up that finds nothing proves that there is nothing.
  var settlingMs: Int64 { get }
  /// The business fact it stands for; the same for every attempt.
  var businessKey: String { get }
  /// The parameters as stored with the intent.
  var requestText: String { get throws }
  /// - Returns: the object that was made.
  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt>
  /// - Returns: the object that an earlier send made, or nil if there is none.
  func lookUp() throws(CallFailure) -> Answer<Receipt?>
  /// What a failure of `send` means.
  func decide(_ failure: CallFailure) -> MovementFailureDecision
}

extension Movement {
  var neighbour: Neighbour { .stripe }
  var hasKey: Bool { true }
  var settlingMs: Int64 { settlingTimeMs }
}

/// `POST /v1/transfers`.
struct TransferMovement: Movement {
  /// Metadata key that carries the business key, so that a lost transfer can be found (Q3).
  static let metadataKey = "operation"

  let stripe: any StripePort
  let businessKey: String
  let request: TransferRequest

  var kind: Intent.Kind { .transfer }
  var operation: String { "POST /v1/transfers" }
  var requestText: String { get throws { try JSONText.encode(request) } }

  static func businessKey(
    _ kind: TransferRecord.Kind, _ part: TransferRecord.Part, miraklID: String
  ) -> String {
    "\(kind.rawValue)/\(part.rawValue)/\(miraklID)"
  }

  init(stripe: any StripePort, businessKey: String, request: TransferRequest) {
    self.stripe = stripe
    self.businessKey = businessKey
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(stripe: any StripePort, intent: Intent) throws {
    self.init(
      stripe: stripe, businessKey: intent.businessKey,
      request: try JSONText.decode(TransferRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.createTransfer(request, idempotencyKey: idempotencyKey)
    return Answer(Receipt(answer.value, asked: request), trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideTransferFailure(failure) }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    // Stripe has no filter on metadata or source_transaction: the group is the way in.
    let answer = try stripe.transfers(group: request.transferGroup ?? "")
    let match = answer.value.first { $0.metadata[Self.metadataKey] == businessKey }
    return Answer(match.map { Receipt($0, asked: request) }, trace: answer.trace)
  }
}
