import Decisions
import Domain
import Engine
import Sandbox
import Store

/// What may happen next; the last two digits are its usual weight. Each seed has its own mood:
/// some things happen more often than usual, some hardly.
enum Happening: Int, CaseIterable {
  case begin = 112
  case end = 208
  case bill = 304
  case refund = 406
  case bank = 505
  case settle = 603
  case deliver = 715
  case callback = 803
  case work = 925
  case pass = 1_018
  case minutes = 1_111
  case hours = 1_203
  case skew = 1_301
  case crash = 1_405
  case seller = 1_505
  case ignore = 1_605
  case redeliver = 1_702
  case key = 1_804
  case straggle = 1_903
  case pause = 2_002
}

/// The passes of the scheduler.
enum Pass: CaseIterable {
  case onboarding, validation, split, refund, settlement, kyc, events
}

extension Simulation {
  func happen(_ happening: Happening) throws {
    switch happening {
    case .begin: begin()
    case .end: endOne()
    case .bill: bill()
    case .refund: askForRefund()
    case .bank: bank()
    case .settle: world.stripe.settle()
    case .deliver: deliver()
    case .callback: callBack()
    case .work: try onRandomProcess { for _ in 0..<6 { _ = try $0.engine.step() } }
    case .pass:
      let which = dice.pick(Pass.allCases)
      try onRandomProcess { process in
        trace.say("p\(process.number) pass: \(which)")
        try pass(which, process)
        try process.engine.drain()
      }
    case .minutes: advance(120_000)
    case .hours: advance(108_000_000)
    case .skew:
      let skewMs = Int64.random(in: -1_500_000...1_500_000, using: &dice)
      trace.say("our clock is wrong by \(skewMs) ms")
      world.ourClock.set(skewMs: skewMs)
    case .crash:
      dice.pick(processes).life.kill(atBoundary: Int.random(in: 1...25, using: &dice))
    case .seller: seller()
    case .ignore: ignore()
    case .redeliver:
      for id in undelivered { world.stripe.redeliver(eventID: id) }
      undelivered = []
    case .key:
      let key = dice.pick(Weather.Key.allCases + [.right])
      trace.say("Stripe takes our key for \(key)")
      weather.set(key: key)
    case .straggle:
      trace.say("late requests arrive")
      world.late.arrive(world)
    case .pause: try pauseOrGoOn()
    }
  }

  private func advance(_ mostMs: Int64) {
    passTime(Int64.random(in: 1...mostMs, using: &dice))
  }

  /// No connection lives on for long without its caller: what is under way arrives within minutes,
  /// and so before hours pass.
  func passTime(_ milliseconds: Int64) {
    if milliseconds > 600_000 { world.late.arrive(world) }
    world.clock.advance(byMs: milliseconds)
    world.late.arrive(world, olderThanMs: 600_000)
  }

  func onRandomProcess(_ body: (SimulatedProcess) throws -> Void) throws {
    do { try body(dice.pick(processes)) } catch is ProcessKilled {}
    revive()
  }

  /// - Throws: what the store throws; a pass that could not be done is no matter.
  func pass(_ pass: Pass, _ process: SimulatedProcess) throws {
    let engine = process.engine
    do {
      switch pass {
      case .onboarding: _ = try OnboardingPass(engine).run()
      case .validation: _ = try ValidationPass(engine).run()
      case .split: _ = try SplitPass(engine).run()
      case .refund: _ = try RefundPass(engine).run()
      case .settlement: _ = try SettlementPass(engine).run()
      case .kyc: _ = try KYCPass(engine).run()
      case .events: _ = try EventsPass(engine).run()
      }
    } catch is PassFailure {}
  }

  // MARK: - Webhooks

  /// Some webhooks arrive, in any order, some twice; the others stay away, some of them for ever.
  func deliver() {
    var deliveries = world.stripe.takeDeliveries().shuffled(using: &dice)
    let lost = Int.random(in: 0...deliveries.count, using: &dice)
    for delivery in deliveries.prefix(lost) { keepBack(delivery.eventID) }
    deliveries.removeFirst(lost)
    for delivery in deliveries {
      if dice.oneIn(4) { hand(delivery) }
      hand(delivery)
    }
  }

  private func keepBack(_ event: String) {
    if dice.oneIn(4) { missing.insert(event) } else { undelivered.append(event) }
  }

  func hand(_ delivery: Delivery) {
    let process = dice.pick(processes)
    if process.receive(delivery) == 200 {
      trace.say("p\(process.number) took event \(delivery.eventID)")
      acknowledged.insert(delivery.eventID)
    } else {
      undelivered.append(delivery.eventID)
    }
    revive()
  }

  /// Mirakl says that an order changed.
  private func callBack() {
    guard let basket = baskets.randomElement(using: &dice), basket.kind == .product else { return }
    let order = dice.pick(basket.orders)
    dice.pick(processes).receive(
      MiraklCallback(
        changes: [(order.id, "WAITING_ACCEPTANCE", "SHIPPING")],
        authorization: World.callbackSecret))
    revive()
  }

  // MARK: - The operator

  /// The operator's field of the shop; the engine follows it with the next onboarding pass.
  private func ignore() {
    let shop = Int64.random(in: 1...Operation.shops, using: &dice)
    let isIgnored = Bool.random(using: &dice)
    trace.say("the operator \(isIgnored ? "ignores" : "no longer ignores") shop \(shop)")
    world.mirakl.updateShop(shop) { $0.fields["stripe-ignored"] = isIgnored ? "true" : nil }
  }

  /// One process starts anew with some kinds of movement switched off, or all on again (R8, Q6).
  private func pauseOrGoOn() throws {
    let index = Int.random(in: 0..<processes.count, using: &dice)
    let flags = (0..<4).map { _ in dice.oneIn(2) }
    trace.say("p\(processes[index].number) starts anew with switches \(flags)")
    processes[index] = try launch { settings in
      settings.paysProductOrders = flags[0]
      settings.paysServiceOrders = flags[1]
      settings.refundsProductOrders = flags[2]
      if !flags[3] { settings.validation.mode = .off }
    }
  }
}
