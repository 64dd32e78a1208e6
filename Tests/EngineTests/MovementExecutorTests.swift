import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

@Suite struct MovementExecutorTests {
  static let post = "POST /v1/transfers"
  static let day: Int64 = 24 * 3_600_000

  @Test("killed at any boundary and started again: one transfer, and the record says so (Q2)")
  func anyBoundary() throws {
    var boundary = 0
    var killed: Set<Boundary> = []
    while true {
      boundary += 1
      let world = try World.payable()
      let process = try world.start()
      let refused = try storm(world, process, boundary)
      if process.life.isAlive { break }
      if let last = process.life.passed.last { killed.insert(last) }
      let next = try world.start()
      for event in refused { world.stripe.redeliver(eventID: event) }
      world.clock.advance(byMs: 200_000)
      try next.settle(world)
      #expect(world.stripe.transfers.map(\.amount) == [90_00], "boundary \(boundary)")
      #expect(try next.transfer("O-1-A")?.status == .created, "boundary \(boundary)")
      #expect(try next.openJobs() == 0)
    }
    #expect(killed == Set(Boundary.allCases))
    #expect(boundary > 15)
  }

  @Test("killed at any boundary, and started a day and more later: one transfer (Q2, Q3)")
  func anyBoundaryDayLater() throws {
    var boundary = 0
    while true {
      boundary += 1
      let world = try World.payable()
      let process = try world.start()
      let refused = try storm(world, process, boundary)
      if process.life.isAlive { break }
      for event in refused { world.stripe.redeliver(eventID: event) }
      world.clock.advance(byMs: Self.day + 3_600_000)
      let next = try world.start()
      try next.settle(world)
      #expect(world.stripe.transfers.map(\.amount) == [90_00], "boundary \(boundary)")
      #expect(try next.transfer("O-1-A")?.status == .created, "boundary \(boundary)")
    }
  }

  /// Webhooks, a pass and its work, until the process is killed.
  /// - Returns: the events that were not acknowledged.
  private func storm(
    _ world: World, _ process: SimulatedProcess, _ boundary: Int
  ) throws -> [String] {
    process.life.kill(atBoundary: boundary)
    let refused = world.stripe.takeDeliveries().filter { process.receive($0) != 200 }
    do { try process.run() } catch {
      guard !process.life.isAlive else { throw error }
    }
    return refused.map(\.eventID)
  }

  @Test("a lost answer is asked for again under the same key (Q1, Q3)")
  func sameKey() throws {
    let world = try World.payable()
    world.stripe.faults.inject(.hangUpAfter, operation: Self.post)
    let process = try world.start()
    try process.run()
    #expect(world.stripe.transfers.count == 1)
    #expect(process.transport.count(Self.post) == 2)
    let intent = try process.intent()
    #expect(intent?.attempt == 1)
    #expect(intent?.sends == 2)
    #expect(intent?.receiptID == world.stripe.transfers.first?.id)
    #expect(try process.transfer("O-1-A")?.status == .created)
    let record = try process.transfer("O-1-A")?.recordName ?? ""
    let calls = try process.store.read { try $0.calls(record: record) }
    #expect(calls.map(\.trace.isReplay) == [false, true])
  }

  @Test("once Stripe has forgotten the key, the transfer is looked up and adopted (Q3)")
  func forgottenKey() throws {
    let world = try World.payable()
    world.stripe.faults.inject(.hangUpAfter, operation: Self.post)
    let process = try world.start()
    process.receiveAll()
    try process.pass()
    process.transport.after { call in
      if call == Self.post { process.life.kill() }
      return .goOn
    }
    try? process.stepAll()
    #expect(world.stripe.transfers.count == 1)
    world.clock.advance(byMs: Self.day + 1)
    let next = try world.start()
    try next.run()
    #expect(next.transport.count(Self.post) == 0)
    #expect(next.transport.count("GET /v1/transfers") == 1)
    #expect(world.stripe.transfers.count == 1)
    #expect(try next.transfer("O-1-A")?.transferID == world.stripe.transfers.first?.id)
  }

  @Test("a 500 that Stripe keeps repeating is looked up: the effect is found (Q3)")
  func storedErrorWithEffect() throws {
    let world = try World.payable()
    world.stripe.faults.inject(.errorAfter, operation: Self.post)
    let process = try world.start()
    try process.settle(world)
    #expect(world.stripe.transfers.count == 1)
    #expect(try process.intent()?.attempt == 1)
    #expect(try process.transfer("O-1-A")?.status == .created)
  }

  @Test("a 500 that is not kept: the same key for as long as it takes, one transfer (Q1, Q3)")
  func passingError() throws {
    let world = try World.payable()
    let process = try world.start()
    let isDown = Monitor(true)
    process.transport.before { call in
      call == Self.post && isDown.withLock { $0 }
        ? .answer(status: 500, json: #"{"error":{"message":"down"}}"#) : .goOn
    }
    try process.run()
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(process.transport.count(Self.post) > 5)
    isDown.withLock { $0 = false }
    try process.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try process.intent()?.attempt == 1)
    #expect(try process.transfer("O-1-A")?.status == .created)
  }

  @Test("a 500 without an effect that Stripe keeps: proven absent, then a new key (Q1, Q3)")
  func storedErrorWithoutEffect() throws {
    let world = try World.payable()
    let process = try world.start()
    let isDown = Monitor(true)
    process.transport.before { call in
      call == Self.post && isDown.withLock { $0 }
        ? .answer(
          status: 500, json: #"{"error":{"message":"down"}}"#,
          headers: [("Idempotent-Replayed", "true")]) : .goOn
    }
    try process.run()
    world.clock.advance(byMs: 600_000)
    try process.run()
    isDown.withLock { $0 = false }
    try process.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try process.intent()?.attempt ?? 0 > 1)
    #expect(try process.transfer("O-1-A")?.status == .created)
  }

  @Test("answers lost over and over: no other key while a late send could arrive (Q1, Q3)")
  func lateSends() throws {
    let world = try World.payable(callTimeoutMs: 30_000)
    let process = try world.start()
    let left = Monitor(7)
    process.transport.before { call in
      guard call == Self.post else { return .goOn }
      let isLate = left.withLock { left in
        left -= 1
        return left >= 0
      }
      return isLate ? .arriveLater : .goOn
    }
    for _ in 0..<12 {
      try process.run()
      world.clock.advance(byMs: 120_000)
    }
    #expect(world.stripe.transfers.count == 1)
    world.late.arrive(world)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try process.intent()?.attempt == 1)
  }

  @Test("frozen on the way to the socket, for moments or for days: one transfer (Q3)")
  func frozen() throws {
    for awayMs in [1_000, 31_000, 3_700_000, Self.day + 1, 2 * Self.day] {
      let world = try World.payable(commission: "60.00", callTimeoutMs: 30_000)
      let (process, other) = (try world.start(), try world.start())
      let once = World.Once()
      process.transport.before { call in
        guard call == Self.post, once.take() else { return .goOn }
        // Meanwhile the other process has all the time it needs to conclude that nothing was sent.
        world.clock.advance(byMs: awayMs)
        for _ in 0..<4 {
          _ = try? other.run()
          world.clock.advance(byMs: 120_000)
        }
        return .goOn
      }
      try process.run()
      try other.settle(world)
      #expect(world.stripe.transfers.map(\.amount) == [40_00], "away for \(awayMs) ms")
      #expect(try other.transfer("O-1-A")?.status == .created, "away for \(awayMs) ms")
    }
  }

  @Test("frozen between the commit and the call: what was overtaken is not sent (Q3)")
  func frozenBeforeTheCall() throws {
    let world = try World.payable(commission: "60.00")
    let (process, other) = (try world.start(), try world.start())
    let once = World.Once()
    process.aroundWrites { _ in
    } then: {
      guard (try? other.intent())?.state == .sent, once.take() else { return }
      world.clock.advance(byMs: Self.day + 1)
      for _ in 0..<4 {
        _ = try? other.run()
        world.clock.advance(byMs: 120_000)
      }
    }
    try process.run()
    #expect(process.transport.count(Self.post) == 0)
    try other.settle(world)
    #expect(world.stripe.transfers.map(\.amount) == [40_00])
  }

  @Test("with the key of another account nothing is proven absent: one transfer (Q3, Q8)")
  func absenceNeedsProof() throws {
    let world = try World()
    try world.addShop()
    world.addOrder(commission: "60.00")  // so that the charge would bear a second transfer
    world.pay()
    let process = try world.start()
    process.receiveAll()
    try process.pass()
    process.transport.after { call in
      if call == Self.post { process.life.kill() }
      return .goOn
    }
    try? process.stepAll()
    #expect(world.stripe.transfers.count == 1)
    world.clock.advance(byMs: Self.day + 1)
    let next = try world.start()
    next.transport.before { call in
      if call == "GET /v1/transfers" {
        return .answer(status: 200, json: #"{"object":"list","data":[],"has_more":false}"#)
      }
      if call.hasPrefix("GET /v1/charges") || call == Self.post {
        return .answer(
          status: 404, json: #"{"error":{"code":"resource_missing","message":"No such"}}"#)
      }
      return .goOn
    }
    try next.settle(world, rounds: 3)
    next.transport.before(nil)
    try next.settle(world)
    #expect(world.stripe.transfers.count == 1)
    #expect(try next.transfer("O-1-A")?.status == .created)
    #expect(try next.intent()?.attempt == 1)
  }

  @Test("a definite no is FAILED, and the next pass tries with a new key (Q1)")
  func refusal() throws {
    let world = try World.payable()
    let account = world.stripe.accounts[0].id
    let process = try world.start()
    process.transport.before { call in
      call == Self.post
        ? .answer(status: 400, json: #"{"error":{"message":"Not like this"}}"#) : .goOn
    }
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .failed)
    #expect(try process.reason()?.contains("Not like this") == true)
    #expect(try process.intent()?.state == .refused)
    #expect(process.transport.count(Self.post) == 1)
    #expect(try process.openJobs() == 0)
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(try process.intent()?.attempt == 2)
    #expect(try process.transfer("O-1-A")?.status == .created)
    #expect(world.stripe.transfers.map(\.destination) == [account])
  }

  @Test("a seller without the capability is on hold, and paid once it has it (Q7)")
  func waitsForCapability() throws {
    let world = try World.payable()
    let account = world.stripe.accounts[0].id
    world.stripe.updateAccount(account) { $0.transfersCapability = "inactive" }
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    world.stripe.updateAccount(account) { $0.transfersCapability = "active" }
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("insufficient funds are on hold, and paid when they arrive (S2)")
  func waitsForFunds() throws {
    let world = try World { $0.split.withoutCharge = .platformBalance }
    try world.addShop()
    world.addOrder(transaction: "bank-transfer-7")
    let process = try world.start()
    try process.run()
    #expect(try process.transfer("O-1-A")?.status == .onHold)
    #expect(try process.reason()?.contains("balance_insufficient") == true)
    world.stripe.addFunds(100_00, currency: "eur")
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(try process.intent()?.attempt == 2)
  }

  @Test("Retry-After is respected, and the same key is used again (Q9)")
  func retryAfter() throws {
    let world = try World.payable()
    let times = Monitor([Int64]())
    let process = try world.start()
    process.transport.before { call in
      if call == Self.post { times.withLock { $0.append(world.clock.nowMs) } }
      return .goOn
    }
    world.stripe.faults.inject(.throttled, operation: Self.post)
    try process.run()
    let sent = times.withLock { $0 }
    #expect(sent.count == 2)
    #expect(sent.count == 2 && sent[1] - sent[0] >= 1_000)
    #expect(try process.intent()?.attempt == 1)
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("a request that never left leaves no trace of a send")
  func notSent() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before { $0 == Self.post ? .fail(.notSent("no route")) : .goOn }
    process.receiveAll()
    try process.pass()
    try process.stepAll()
    #expect(try process.intent()?.state == .planned)
    #expect(try process.intent()?.sends == 0)
    #expect(try process.intent()?.firstSentMs == nil)
    process.transport.before(nil)
    try process.run()
    #expect(try process.intent()?.attempt == 1)
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("a transfer that never left is closed with the order it was for (Q5)")
  func notSentAndCanceled() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before { $0 == Self.post ? .fail(.notSent("no route")) : .goOn }
    try process.run()
    #expect(try process.intent()?.state == .planned)
    world.mirakl.updateOrder("O-1-A") { $0.state = "CANCELED" }
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.settle(world)
    #expect(try process.transfer("O-1-A")?.status == .aborted)
    #expect(try process.intent()?.state == .refused)
    #expect(world.stripe.transfers.isEmpty)
  }

  @Test("credentials refused: everything pauses, nothing ends, and it goes on by itself (Q8)")
  func unauthorized() throws {
    let world = try World.payable()
    world.addOrder("O-1-B", basket: "O-2")
    world.pay(basket: "O-2")
    let process = try world.start()
    process.receiveAll()
    try process.pass()
    process.transport.before { call in
      call == Self.post || call == "GET /v1/account"
        ? .answer(status: 401, json: #"{"error":{"message":"Invalid API Key provided"}}"#) : .goOn
    }
    try process.engine.drain()
    #expect(try process.circuit(.stripe)?.contains("Invalid API Key") == true)
    for order in ["O-1-A", "O-1-B"] {
      let status = try process.transfer(order)?.status
      #expect(status == nil || status == .onHold || status == .pending)
    }
    process.transport.before(nil)
    world.clock.advance(byMs: 31_000)
    try process.run()
    #expect(try process.circuit(.stripe) == nil)
    #expect(world.stripe.transfers.count == 2)
    #expect(try process.intent()?.attempt == 1)
  }

  @Test("'No such …' for everything after the key was swapped ends nothing (Q8)")
  func swappedKey() throws {
    let world = try World()
    try world.addShop()
    let process = try world.start()
    for number in 1...5 {
      let ids = world.pay(basket: "O-\(number)", outcome: .authorized)
      world.addOrder("O-\(number)-A", basket: "O-\(number)", transaction: ids.charge)
    }
    try process.run()
    for charge in world.stripe.charges { world.stripe.captureCharge(charge.id) }
    process.transport.before { call in
      call.contains("/v1/charges") || call == Self.post
        ? .answer(status: 404, json: #"{"error":{"code":"resource_missing","message":"No"}}"#)
        : .goOn
    }
    world.clock.advance(byMs: 600_000)
    try process.run()
    #expect(try process.circuit(.stripe) != nil)
    for number in 1...5 {
      #expect(try process.transfer("O-\(number)-A")?.status == .onHold)
    }
    process.transport.before(nil)
    world.clock.advance(byMs: 600_000)
    try process.settle(world)
    #expect(world.stripe.transfers.count == 5)
  }

  @Test("one unknown account among known objects concerns that order alone (Q8)")
  func oneUnknownAccount() throws {
    let world = try World.payable()
    try world.map(shop: 2, to: "acct_gone000000000")
    world.addOrder("O-2-A", basket: "O-2", shop: 2)
    world.pay(basket: "O-2")
    let process = try world.start()
    try process.run()
    #expect(try process.circuit(.stripe) == nil)
    #expect(try process.transfer("O-2-A")?.status == .failed)
    #expect(try process.transfer("O-1-A")?.status == .created)
  }
}
