import Domain
import Engine
import Sandbox
import Store

/// After the storm: no faults, every story told to its end, and time enough.
extension Simulation {
  private static let roundsMax = 60
  /// So that late failures and grace periods have their turn.
  private static let roundsMin = 4
  private static let roundMs: Int64 = 1_500_000

  func calm() throws {
    trace.say("--- calm ---")
    stripeFaults.setEnabled(false)
    miraklFaults.setEnabled(false)
    weather.calm()
    world.late.arrive(world)
    world.ourClock.set(skewMs: 0)
    for index in baskets.indices { end(index) }
    for shop in 1...Operation.shops {
      world.mirakl.updateShop(shop) { $0.fields["stripe-ignored"] = nil }
    }
    for process in processes { process.life.kill() }
    processes = [try launch()]
    for round in 0..<Self.roundsMax {
      let before = watch.writes
      try calmRound()
      try watch.check()
      guard watch.problems.isEmpty else { return }
      if round >= Self.roundsMin, watch.writes == before, try isQuiet() { return }
      world.clock.advance(byMs: Self.roundMs)
    }
  }

  private func calmRound() throws {
    for id in undelivered { world.stripe.redeliver(eventID: id) }
    undelivered = []
    for delivery in world.stripe.takeDeliveries() where !missing.contains(delivery.eventID) {
      hand(delivery)
    }
    let process = processes[0]
    for which in Pass.allCases {
      try pass(which, process)
      try process.engine.drain()
    }
    helpSellers()
    // Debited by now, or never: what was debited is shipped, and may be given back.
    for index in baskets.indices {
      end(index)
      askForRefunds(index, all: true)
    }
    world.stripe.settle()
    settleRefunds { true }
    settlePayouts { true }
  }

  /// Sellers complete what Stripe asks for, and have funds from elsewhere for what they owe.
  private func helpSellers() {
    for (shop, account) in accounts.sorted(by: { $0.key < $1.key })
    where shop != Operation.idleShop && topUps[account] == nil {
      world.stripe.completeOnboarding(account)
      for coin in Coin.all {
        world.stripe.addFunds(100_000_000, currency: coin.lower, to: account)
        topUps[account, default: [:]][coin.lower] = 100_000_000
      }
    }
  }

  private func isQuiet() throws -> Bool {
    let store = processes[0].store
    return try store.read { try $0.openJobCount() } == 0
      && store.read { try $0.unfinishedIntents(limit: 10) }.isEmpty
  }
}
