import Decisions
import Domain

/// `POST /v1/transfers` as a connected account: the seller pays the operator.
struct SellerDebitMovement: Movement {
  let stripe: any StripePort
  let businessKey: String
  let request: SellerDebitRequest

  var kind: Intent.Kind { .sellerDebit }
  var operation: String { "POST /v1/transfers" }
  var requestText: String { get throws { try JSONText.encode(request) } }

  init(stripe: any StripePort, businessKey: String, request: SellerDebitRequest) {
    self.stripe = stripe
    self.businessKey = businessKey
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(stripe: any StripePort, intent: Intent) throws {
    self.init(
      stripe: stripe, businessKey: intent.businessKey,
      request: try JSONText.decode(SellerDebitRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.createSellerDebit(request, idempotencyKey: idempotencyKey)
    return Answer(Receipt(answer.value, asked: request.transfer), trace: answer.trace)
  }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try stripe.sellerDebits(
      of: request.account, group: request.transfer.transferGroup ?? "")
    let match = answer.value.first { $0.metadata[TransferMovement.metadataKey] == businessKey }
    return Answer(match.map { Receipt($0, asked: request.transfer) }, trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decidePayoutFailure(failure) }
}

/// `POST /v1/payouts` as a connected account.
struct PayoutMovement: Movement {
  let stripe: any StripePort
  let businessKey: String
  let request: PayoutRequest

  var kind: Intent.Kind { .payout }
  var operation: String { "POST /v1/payouts" }
  var requestText: String { get throws { try JSONText.encode(request) } }

  /// A payout that the bank sent back is followed by one of the next round: another movement.
  static func businessKey(invoice: Int64, round: Int) -> String { "PAYOUT/\(invoice)/\(round)" }

  init(stripe: any StripePort, businessKey: String, request: PayoutRequest) {
    self.stripe = stripe
    self.businessKey = businessKey
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(stripe: any StripePort, intent: Intent) throws {
    self.init(
      stripe: stripe, businessKey: intent.businessKey,
      request: try JSONText.decode(PayoutRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.createPayout(request, idempotencyKey: idempotencyKey)
    return Answer(Receipt(answer.value.id.rawValue), trace: answer.trace)
  }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try stripe.payouts(of: request.account)
    let match = answer.value.first { $0.metadata[TransferMovement.metadataKey] == businessKey }
    return Answer(match.map { Receipt($0.id.rawValue) }, trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decidePayoutFailure(failure) }
}

/// IV07 or SBC07: tells Mirakl that a document was paid. Mirakl knows no key: a lost answer is read
/// back before anything is repeated (B2).
struct ConfirmationMovement: Movement {
  let mirakl: any MiraklPort
  let invoiceID: Int64
  let request: PayoutConfirmation

  var kind: Intent.Kind { .confirmPayout }
  var operation: String {
    switch request.target {
    case .invoice: "PUT /api/invoices/confirm"
    case .billingCycle: "PUT /api/seller-billing-cycles"
    }
  }
  var neighbour: Neighbour { .mirakl }
  var hasKey: Bool { false }
  var settlingMs: Int64 { 5_000 }
  var businessKey: String { Self.businessKey(invoice: invoiceID) }
  var requestText: String { get throws { try JSONText.encode(request) } }

  static func businessKey(invoice: Int64) -> String { "CONFIRMATION/\(invoice)" }

  init(mirakl: any MiraklPort, invoiceID: Int64, request: PayoutConfirmation) {
    self.mirakl = mirakl
    self.invoiceID = invoiceID
    self.request = request
  }

  init(mirakl: any MiraklPort, invoiceID: Int64, intent: Intent) throws {
    self.init(
      mirakl: mirakl, invoiceID: invoiceID,
      request: try JSONText.decode(PayoutConfirmation.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try mirakl.confirmPayout(request)
    return Answer(receipt, trace: answer.trace)
  }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    switch request.target {
    case .invoice(let id):
      let answer = try mirakl.invoices(.ids([id]), next: nil)
      let isPaid = answer.value.elements.contains { element in
        if case .readable(let document) = element {
          return document.id == id && document.paymentState == "PAID"
        }
        return false
      }
      return Answer(isPaid ? receipt : nil, trace: answer.trace)
    case .billingCycle(let id):
      let answer = try mirakl.billingCycles([id])
      let isPaid = answer.value.elements.contains { element in
        if case .readable(let cycle) = element {
          return cycle.id == id && cycle.payOutState == "PAID"
        }
        return false
      }
      return Answer(isPaid ? receipt : nil, trace: answer.trace)
    }
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision {
    decideConfirmationFailure(failure)
  }

  /// Mirakl gives none.
  private var receipt: Receipt {
    switch request.target {
    case .invoice(let id): Receipt("invoice/\(id)")
    case .billingCycle(let id): Receipt("billing_cycle/\(id)")
    }
  }
}
