import Domain
import Engine
import Sandbox
import Store

/// The naive account of a simulation: what must have moved, by the stories alone, against what
/// Stripe's sandbox says has moved and what our records say.
struct Ledger {
  let stories: [Story]
  let accounts: [Int64: String]
  let neverMapped: Int64?
  let taxAccount: String?

  /// One movement that must have happened exactly once.
  private struct Due: Hashable {
    var key: String
    var amount: Int64
    var currency: String
    var account: String
    var charge: String
  }

  /// - Parameter moved: The keys of what was moved: of those that may have been paid or not, only
  ///   they are due.
  private func everythingDue(moved: Set<String>) -> [Due] {
    var all: [Due] = []
    for story in stories where story.isPaidInTheEnd {
      guard let charge = story.charge?.charge else { continue }
      for order in story.orders where isPayable(order) {
        let currency = story.currency.lowercased()
        let share = order.seller(splitsTaxes: taxAccount != nil)
        guard share > 0, let account = accounts[order.shop] else { continue }
        all.append(
          Due(key: order.id, amount: share, currency: currency, account: account, charge: charge))
        if let taxAccount, order.tax > 0 {
          all.append(
            Due(
              key: order.id + "_TAX", amount: order.tax, currency: currency, account: taxAccount,
              charge: charge))
        }
      }
    }
    let races = Set(
      stories.flatMap { story in
        story.orders.filter(story.isRace).flatMap { [$0.id, $0.id + "_TAX"] }
      })
    return all.filter { !races.contains($0.key) || moved.contains($0.key) }
  }

  private func isPayable(_ order: Story.Order) -> Bool {
    [.accepted, .acceptedLate, .acceptedThenCanceled].contains(order.fate)
      && order.shop != neverMapped
  }

  func problems(
    _ world: World, _ process: SimulatedProcess, acknowledged: Set<String>
  ) throws -> [String] {
    let moved = Set(world.stripe.transfers.compactMap { $0.metadata["miraklId"] })
    let due = everythingDue(moved: moved)
    return self.moved(due, world) + balances(due, world) + charges(world)
      + (try records(due, process)) + (try journal(process, acknowledged))
  }

  private func moved(_ due: [Due], _ world: World) -> [String] {
    var problems: [String] = []
    var left = Dictionary(grouping: world.stripe.transfers) { $0.metadata["miraklId"] ?? "?" }
    for item in due {
      let made = left.removeValue(forKey: item.key) ?? []
      guard made.count == 1, let transfer = made.first else {
        problems.append("\(item.key): \(made.count) transfers instead of 1")
        continue
      }
      let seen = Due(
        key: item.key, amount: transfer.amount, currency: transfer.currency,
        account: transfer.destination, charge: transfer.sourceTransaction ?? "")
      if seen != item { problems.append("\(item.key): \(seen) instead of \(item)") }
    }
    return problems + left.keys.sorted().map { "\($0): moved, and nothing was due" }
  }

  private func balances(_ due: [Due], _ world: World) -> [String] {
    var expected: [String: Int64] = [:]
    for item in due { expected["\(item.account) \(item.currency)", default: 0] += item.amount }
    var problems: [String] = []
    for (account, own) in world.stripe.balances where account != world.stripe.platformID {
      for (currency, balance) in own {
        let sum = expected.removeValue(forKey: "\(account) \(currency)") ?? 0
        if sum != balance.total { problems.append("\(account): \(balance.total), due \(sum)") }
      }
    }
    return problems + expected.filter { $0.value != 0 }.keys.map { "\($0): nothing arrived" }
  }

  private func charges(_ world: World) -> [String] {
    world.stripe.charges.filter { $0.transferred > $0.amountCaptured }
      .map { "\($0.id): \($0.transferred) moved of \($0.amountCaptured) captured" }
  }

  private func records(_ due: [Due], _ process: SimulatedProcess) throws -> [String] {
    var problems: [String] = []
    let amounts = Dictionary(due.map { ($0.key, $0.amount) }) { first, _ in first }
    let records = try process.store.read {
      try $0.transfers(limit: 100_000, offset: 0, displayID: nil)
    }
    for record in records {
      let id = record.displayID
      switch record.status {
      case .created:
        if record.amount?.minorUnits != amounts[id] {
          problems.append("\(id): record says \(record.amount?.description ?? "nothing")")
        }
      case .aborted, .onHold, .ignored:
        if record.reason == nil { problems.append("\(id): \(record.status) without a reason") }
        if amounts[id] != nil {
          problems.append("\(id): \(record.status) though due: \(record.reason ?? "")")
        }
      case .pending, .failed:
        problems.append("\(id): still \(record.status), \(record.reason ?? "")")
      }
    }
    let known = Set(records.map(\.miraklID))
    for order in stories.flatMap(\.orders) where !known.contains(order.id) {
      problems.append("\(order.id): no record")
    }
    let jobs = try process.store.read { try $0.openJobCount() }
    if jobs > 0 { problems.append("\(jobs) jobs are open") }
    for intent in try process.store.read({ try $0.unfinishedIntents(limit: 100) }) {
      problems.append("intent \(intent.businessKey) is \(intent.state)")
    }
    return problems
  }

  /// Every acknowledged event is in the journal once, and the dispatcher is behind all of them.
  private func journal(
    _ process: SimulatedProcess, _ acknowledged: Set<String>
  ) throws -> [String] {
    try process.store.read { transaction in
      let events = try transaction.events(after: 0, limit: 1_000_000)
      let stored = events.map(\.event.externalID)
      var problems = acknowledged.subtracting(stored).map { "\($0): acknowledged and not stored" }
      if Set(stored).count != stored.count { problems.append("an event is stored twice") }
      let cursor = try transaction.checkpoint("events_dispatched").flatMap(Int64.init) ?? 0
      if cursor != (try transaction.lastEventID()) { problems.append("events are not dispatched") }
      return problems
    }
  }
}
