import Decisions
import Domain

/// PA01 or SPA01 for one debit (C7). OK and REFUSED share the business key: a debit is answered
/// once, one way or the other.
struct DebitMovement: Movement {
  let mirakl: any MiraklPort
  let request: DebitAnswer

  var kind: Intent.Kind { Intent.Kind(answering: request.debit.kind) }
  var neighbour: Neighbour { .mirakl }
  var hasKey: Bool { false }

  var operation: String {
    switch request.debit.kind {
    case .product: "PUT /api/payment/debit"
    case .service: "PUT /api/mms/debits"
    }
  }

  /// Mirakl shows what it did at once; a request that is still under way ends within this time.
  var settlingMs: Int64 { 2_000 }
  var businessKey: String { request.debit.subject }
  var requestText: String { get throws { try JSONText.encode(request) } }

  init(mirakl: any MiraklPort, request: DebitAnswer) {
    self.mirakl = mirakl
    self.request = request
  }

  /// As it was stored.
  init(mirakl: any MiraklPort, intent: Intent) throws {
    self.init(mirakl: mirakl, request: try JSONText.decode(DebitAnswer.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try mirakl.answer(request)
    return Answer(receipt, trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideAnswerFailure(failure) }

  /// B2: reads back what Mirakl made of an answer that was lost.
  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    switch request.debit.kind {
    case .service: try lookUpService()
    case .product where request.debit.subject == request.debit.orderID.rawValue: try lookUpOrder()
    case .product: try lookUpShipment()
    }
  }

  /// What stands for the answer: Mirakl gives it no id of its own.
  private var receipt: Receipt {
    Receipt("\(request.verdict.rawValue) \(request.debit.subject)")
  }

  private func lookUpOrder() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try mirakl.orders(.ids([request.debit.orderID]), next: nil)
    for case .readable(let order) in answer.value.elements where order.id == request.debit.orderID {
      let isDone =
        switch request.verdict {
        case .confirmed: order.customerDebitedMs != nil
        case .refused: order.customerDebitedMs == nil && order.state == .canceled
        }
      return Answer(isDone ? receipt : nil, trace: answer.trace)
    }
    throw CallFailure(
      .unknown(reason: "Mirakl does not show order \(request.debit.orderID)"), trace: answer.trace)
  }

  /// OR11 says nothing of shipments: one that PA11 no longer lists was answered.
  private func lookUpShipment() throws(CallFailure) -> Answer<Receipt?> {
    var next: PageLink?
    var visited: Set<PageLink> = []
    while true {
      let answer = try mirakl.debits(next: next)
      for case .readable(let debit) in answer.value.elements
      where debit.subject == request.debit.subject {
        return Answer(nil, trace: answer.trace)
      }
      guard let following = answer.value.next else { return Answer(receipt, trace: answer.trace) }
      guard visited.insert(following).inserted else {
        throw CallFailure(
          .unreadable(reason: "PA11's pages repeat themselves"), trace: answer.trace)
      }
      next = following
    }
  }

  private func lookUpService() throws(CallFailure) -> Answer<Receipt?> {
    var next: PageLink?
    var visited: Set<PageLink> = []
    while true {
      let answer = try mirakl.serviceDebits(orders: [request.debit.orderID], next: next)
      for case .readable(let service) in answer.value.elements
      where service.debit.subject == request.debit.subject {
        let isDone =
          switch request.verdict {
          case .confirmed: service.state == .confirmed
          case .refused: service.state == .refused
          }
        return Answer(isDone ? receipt : nil, trace: answer.trace)
      }
      guard let following = answer.value.next, visited.insert(following).inserted else {
        throw CallFailure(
          .unknown(reason: "Mirakl does not show debit \(request.debit.subject)"),
          trace: answer.trace)
      }
      next = following
    }
  }
}
