import Domain
import Sandbox
import Store

/// What our own records must say in the end: nothing stuck, everything explained, every
/// acknowledged event there once.
struct Records {
  let simulation: Simulation

  init(_ simulation: Simulation) { self.simulation = simulation }

  func problems() throws -> [String] {
    guard let store = simulation.processes.first?.store else { return ["no process"] }
    return try store.read { transaction in
      try transfers(transaction) + payouts(transaction) + refunds(transaction)
        + work(transaction) + journal(transaction)
    }
  }

  /// What our own record says about the subject of a problem.
  func words(about problem: String) throws -> String {
    guard let store = simulation.processes.first?.store,
      let name = problem.split(separator: ":").first
    else { return "" }
    let id = String(name.split(separator: " ").last ?? "")
    return try store.read { transaction in
      var words = try transaction.transfers(limit: 9, offset: 0, displayID: id).map { record in
        let mapping = try record.shopID.flatMap { try transaction.mapping(shop: $0) }
        let flags =
          (mapping?.isIgnoredByOperator == true ? " (ignored)" : "")
          + (mapping?.isIgnoredForKYC == true ? " (set aside)" : "")
        return "\(record.kind.rawValue) \(record.status) \(record.reason ?? "")\(flags)"
      }
      if let number = Int64(id), let payout = try transaction.payout(invoice: number) {
        words.append("payout \(payout.status) \(payout.reason ?? "")")
      }
      for kind in RefundRecord.Kind.allCases {
        guard let refund = try transaction.refund(kind, miraklID: id) else { continue }
        words.append("refund \(refund.status) \(refund.reason ?? "")")
      }
      return words.isEmpty ? "" : " [" + words.joined(separator: "; ") + "]"
    }
  }

  private func transfers(_ transaction: Transaction) throws -> [String] {
    var problems: [String] = []
    let made = Dictionary(
      simulation.world.stripe.transfers.map { ($0.id, $0.amount) }
        + simulation.world.stripe.reversals.map { ($0.id, $0.amount) }
    ) { first, _ in first }
    let records = try transaction.transfers(limit: 100_000, offset: 0, displayID: nil)
    for record in records {
      let id = "\(record.kind.rawValue) \(record.displayID)"
      switch record.status {
      case .created:
        if record.transferID.flatMap({ made[$0] }) != record.amount?.minorUnits {
          problems.append("\(id): our record says \(record.amount?.description ?? "nothing")")
        }
      case .aborted, .onHold, .ignored, .failed:
        if record.reason == nil { problems.append("\(id): \(record.status) without a reason") }
        if record.status == .failed, record.shopID?.rawValue != Operation.idleShop {
          problems.append("\(id): still failed, \(record.reason ?? "")")
        }
      case .pending: problems.append("\(id): still pending, \(record.reason ?? "")")
      }
    }
    let known = Set(records.map(\.miraklID))
    for basket in simulation.baskets where !basket.isOld {
      for order in basket.orders where !known.contains(order.id) {
        problems.append("\(order.id): no record")
      }
    }
    return problems
  }

  private func payouts(_ transaction: Transaction) throws -> [String] {
    try simulation.documents.compactMap { document in
      let record = try transaction.payout(invoice: document.id)
      guard document.sort == .ours else { return nil }
      guard let record else { return "document \(document.id): no record" }
      switch record.status {
      case .created, .aborted: return nil
      case .onHold, .ignored:
        return record.reason == nil ? "document \(document.id): no reason" : nil
      case .failed:
        return document.fate == .canceled
          ? nil : "document \(document.id): still failed, \(record.reason ?? "")"
      case .pending: return "document \(document.id): still pending, \(record.reason ?? "")"
      }
    }
  }

  private func refunds(_ transaction: Transaction) throws -> [String] {
    var problems: [String] = []
    for basket in simulation.baskets {
      let kind: RefundRecord.Kind = basket.kind == .product ? .productOrder : .serviceOrder
      for refund in basket.orders.flatMap(\.refunds) where refund.isAsked {
        guard let record = try transaction.refund(kind, miraklID: refund.id) else {
          problems.append("\(refund.id): no record")
          continue
        }
        switch record.status {
        case .created, .aborted, .onHold: continue
        case .failed where refund.fate == .fails: continue
        case .failed, .pending:
          problems.append("\(refund.id): still \(record.status), \(record.reason ?? "")")
        default: continue
        }
      }
    }
    return problems
  }

  private func work(_ transaction: Transaction) throws -> [String] {
    var problems: [String] = []
    if try transaction.openJobCount() > 0 {
      let open = try transaction.jobCounts().filter { $0.state != "done" && $0.state != "dead" }
      problems.append("work is open: " + open.map { "\($0.count) \($0.kind) \($0.state)" }.joined())
    }
    for intent in try transaction.unfinishedIntents(limit: 100) {
      problems.append("intent \(intent.idempotencyKey) is \(intent.state)")
    }
    return problems
  }

  /// `"id": "evt_…"` of an event's raw bytes.
  private static func ownID(of payload: [UInt8]) -> String? {
    let text = String(decoding: payload, as: UTF8.self)
    return text.firstMatch(of: /"id":\s*"(evt_[A-Za-z0-9]+)"/).map { String($0.1) }
  }

  /// Every acknowledged event is in the journal once, and the dispatcher is behind all of them.
  private func journal(_ transaction: Transaction) throws -> [String] {
    let events = try transaction.events(after: 0, limit: 1_000_000)
    let stored = events.map(\.event.externalID)
    var problems = simulation.acknowledged.subtracting(stored).sorted().map {
      "\($0): acknowledged and not stored"
    }
    // By what the events say of themselves, whatever they are filed under.
    let ids = events.map { Self.ownID(of: $0.event.payload) ?? $0.event.externalID }
    if Set(ids).count != ids.count { problems.append("an event is stored twice") }
    let cursor = try transaction.checkpoint("events_dispatched").flatMap(Int64.init) ?? 0
    if cursor != (try transaction.lastEventID()) { problems.append("events are not dispatched") }
    return problems
  }
}
