import Decisions
import Domain
import Store
import Threading

/// `POST /v1/refunds`.
struct RefundMovement: Movement {
  /// Metadata key with Mirakl's id of the refund (interface.md §9).
  static let refundKey = "miraklRefundId"

  let stripe: any StripePort
  let businessKey: String
  let request: RefundRequest
  /// What Stripe answered last: its status decides whether Mirakl may be told.
  let seen = Monitor<RefundSnapshot?>(nil)

  var kind: Intent.Kind { .refund }
  var operation: String { "POST /v1/refunds" }
  var requestText: String { get throws { try JSONText.encode(request) } }

  static func businessKey(_ record: RefundRecord) -> String { record.key }

  init(stripe: any StripePort, businessKey: String, request: RefundRequest) {
    self.stripe = stripe
    self.businessKey = businessKey
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(stripe: any StripePort, intent: Intent) throws {
    self.init(
      stripe: stripe, businessKey: intent.businessKey,
      request: try JSONText.decode(RefundRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.createRefund(request, idempotencyKey: idempotencyKey)
    seen.withLock { $0 = answer.value }
    return Answer(Receipt(answer.value.id.rawValue), trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideRefundFailure(failure) }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try stripe.refunds(charge: request.charge)
    let match = answer.value.first { isThis($0) }
    if let match { seen.withLock { $0 = match } }
    return Answer(match.map { Receipt($0.id.rawValue) }, trace: answer.trace)
  }

  /// Whether a refund of the charge is the one that this movement stands for; also one that another
  /// connector made for the same refund of Mirakl's, and did not confirm.
  private func isThis(_ refund: RefundSnapshot) -> Bool {
    if let operation = refund.metadata[TransferMovement.metadataKey] {
      return operation == businessKey
    }
    return refund.metadata[Self.refundKey] == request.metadata[Self.refundKey]
      && refund.amount == request.amount && refundProgress(refund.status) != .failed
  }
}

/// PA02 and SPA02.
struct ConfirmRefundMovement: Movement {
  let mirakl: any MiraklPort
  let refundKind: RefundRecord.Kind
  let request: RefundConfirmation

  var kind: Intent.Kind { Self.kind(refundKind) }
  var neighbour: Neighbour { .mirakl }
  var hasKey: Bool { false }
  var settlingMs: Int64 { 2_000 }
  var businessKey: String { "\(refundKind.rawValue)/\(request.refundID)" }
  var requestText: String { get throws { try JSONText.encode(request) } }

  static func kind(_ refundKind: RefundRecord.Kind) -> Intent.Kind {
    switch refundKind {
    case .productOrder: .confirmRefund
    case .serviceOrder: .confirmServiceRefund
    }
  }

  var operation: String {
    switch refundKind {
    case .productOrder: "PUT /api/payment/refund"
    case .serviceOrder: "PUT /api/mms/refunds"
    }
  }

  init(mirakl: any MiraklPort, refundKind: RefundRecord.Kind, request: RefundConfirmation) {
    self.mirakl = mirakl
    self.refundKind = refundKind
    self.request = request
  }

  init(mirakl: any MiraklPort, refundKind: RefundRecord.Kind, intent: Intent) throws {
    self.init(
      mirakl: mirakl, refundKind: refundKind,
      request: try JSONText.decode(RefundConfirmation.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer =
      switch refundKind {
      case .productOrder: try mirakl.confirmRefund(request)
      case .serviceOrder: try mirakl.confirmServiceRefund(request)
      }
    return Answer(Receipt(answer.value), trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision {
    decideConfirmationFailure(failure)
  }

  /// B2: a refund that no longer waits in PA12 (SPA12) was confirmed. The list is read whole: only
  /// its end proves that something is not in it.
  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    var next: PageLink?
    var visited: Set<PageLink> = []
    while true {
      let answer = try page(next)
      for element in answer.value.elements {
        switch element {
        case .readable(let ask) where ask.id == request.refundID:
          return Answer(nil, trace: answer.trace)
        case .unreadable(let problem) where problem.id == nil || problem.id == request.refundID:
          return Answer(nil, trace: answer.trace)  // it may be this one: not proven
        case .readable, .unreadable: continue
        }
      }
      guard let following = answer.value.next else {
        return Answer(Receipt(request.refundID), trace: answer.trace)
      }
      guard visited.insert(following).inserted else {
        throw CallFailure(.unreadable(reason: "the pages repeat themselves"), trace: answer.trace)
      }
      next = following
    }
  }

  private func page(
    _ next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<RefundAsk>> {
    switch refundKind {
    case .productOrder: try mirakl.productRefunds(next: next)
    case .serviceOrder: try mirakl.serviceRefunds(next: next)
    }
  }
}

/// `POST /v1/transfers/{id}/reversals`.
struct ReversalMovement: Movement {
  let stripe: any StripePort
  let businessKey: String
  let request: ReversalRequest

  var kind: Intent.Kind { .reversal }
  var operation: String { "POST /v1/transfers/{id}/reversals" }
  var requestText: String { get throws { try JSONText.encode(request) } }

  static func businessKey(_ refund: RefundRecord, _ part: TransferRecord.Part) -> String {
    "\(TransferRecord.Kind.refund.rawValue)/\(part.rawValue)/\(refund.key)"
  }

  init(stripe: any StripePort, businessKey: String, request: ReversalRequest) {
    self.stripe = stripe
    self.businessKey = businessKey
    self.request = request
  }

  init(stripe: any StripePort, intent: Intent) throws {
    self.init(
      stripe: stripe, businessKey: intent.businessKey,
      request: try JSONText.decode(ReversalRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.createReversal(request, idempotencyKey: idempotencyKey)
    return Answer(Receipt(answer.value, asked: request), trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideReversalFailure(failure) }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try stripe.reversals(transfer: request.transfer)
    let match = answer.value.first { isThis($0) }
    return Answer(match.map { Receipt($0, asked: request) }, trace: answer.trace)
  }

  private func isThis(_ reversal: ReversalSnapshot) -> Bool {
    if let operation = reversal.metadata[TransferMovement.metadataKey] {
      return operation == businessKey
    }
    return reversal.metadata["miraklId"] == request.metadata["miraklId"]
  }
}
