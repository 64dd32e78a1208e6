import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

@Suite struct ServeTests {
  @Test("a webhook pays the order that waits for it, without waiting for the next poll")
  func webhookPays() throws {
    let world = try World()
    let server = try world.serve()  // without the scheduler: nothing else can cause it
    _ = try world.openShop(1)
    let orders = world.addOrders(1, shop: 1, charged: false)
    #expect(try world.run("run", "split").status == 0)
    let held = try #require(world.rows()[orders[0]])
    #expect(held.status == "TRANSFER_ON_HOLD")
    #expect(held.statusReason?.contains("No Stripe payment is known") == true)
    world.charge("B-0", 100_00)
    #expect(world.deliverWebhooks() > 0)
    #expect(world.awaitTransfers(1))
    let row = Waiting.until(5_000) {
      world.rows()[orders[0]].flatMap { $0.status == "TRANSFER_CREATED" ? $0 : nil }
    }
    #expect(row?.amount == 90_00)
    #expect(row?.statusReason == nil)
    withExtendedLifetime(server) {}
  }

  @Test("SIGTERM and SIGINT end it within eight seconds with status 0; a restart goes on")
  func stopAndRestart() throws {
    let world = try World()
    var server = try world.serve()
    _ = try world.openShop(1)
    let orders = world.addOrders(10, shop: 1)
    world.deliverWebhooks()
    #expect(try world.run("run", "split").status == 0)
    #expect(world.awaitTransfers(10))
    for signal in [SIGTERM, SIGINT] {
      server.signal(signal)
      #expect(server.exitStatus(within: 8_000) == 0)
      #expect(world.get("/health") == nil)
      server = try world.serve()
      #expect(world.rows().count == 10)
    }
    // The same events and orders once more: all known.
    for charge in world.stripe.charges { world.stripe.disputeCharge(charge.id) }
    #expect(world.deliverWebhooks() > 0)
    #expect(try world.run("run", "split").status == 0)
    #expect(world.wronglyPaid(orders) == [])
  }

  @Test("SIGTERM in the middle of calls: status 0 in time, and the rest is paid after a restart")
  func stopInTheMiddle() throws {
    let world = try World()
    let stop = Monitor<ChildProcess?>(nil)
    let calls = Monitor(0)
    world.setFront { request, stripe in
      guard request.method == "POST", request.path == "/v1/transfers" else { return nil }
      if calls.withLock({
        $0 += 1
        return $0
      }) == 3 {
        stop.withLock { $0 }?.signal(SIGTERM)
      }
      return stripe(request)
    }
    let server = try world.serve(["SCHEDULE_SPLIT": "1s", "ENABLE_SCHEDULER": "true"])
    stop.withLock { $0 = server }
    _ = try world.openShop(1)
    let orders = world.addOrders(20, shop: 1)
    world.deliverWebhooks()
    #expect(server.exitStatus(within: 12_000) == 0)
    let again = try world.serve(["SCHEDULE_SPLIT": "1s", "ENABLE_SCHEDULER": "true"])
    #expect(world.awaitTransfers(20))
    again.signal(SIGTERM)
    #expect(again.exitStatus(within: 8_000) == 0)
    #expect(world.wronglyPaid(orders) == [])
  }

  @Test(
    "killed before a transfer takes effect or after it, again and again: each is paid once (Q2)",
    arguments: [false, true])
  func killed(_ afterEffect: Bool) throws {
    let world = try World()
    let changes: [String: String?] = ["SCHEDULE_SPLIT": "1s", "ENABLE_SCHEDULER": "true"]
    let (victim, calls) = (Monitor<ChildProcess?>(nil), Monitor(0))
    world.setFront { request, stripe in
      guard request.method == "POST", request.path == "/v1/transfers" else { return nil }
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard number <= 12, number.isMultiple(of: 3) else { return nil }
      if afterEffect { _ = stripe(request) }
      victim.withLock { $0 }?.signal(SIGKILL)
      return .hangUp
    }
    var server = try world.serve(changes)
    victim.withLock { [server] in $0 = server }
    _ = try world.openShop(1)
    let orders = world.addOrders(20, shop: 1)
    world.deliverWebhooks()
    var kills = 0
    while !world.awaitTransfers(20, within: 0), kills < 10 {
      let ended = Waiting.until(15_000) {
        server.exitStatus(within: 0) ?? (world.awaitTransfers(20, within: 0) ? 0 : nil)
      }
      guard ended == 128 + SIGKILL else { break }
      kills += 1
      server = try world.serve(changes)
      victim.withLock { [server] in $0 = server }
      world.deliverWebhooks()
    }
    #expect(kills >= 3)
    #expect(world.awaitTransfers(20))
    // What was made without an answer is known as made, too.
    let created = Waiting.until(10_000) {
      world.rows().values.filter { $0.status == "TRANSFER_CREATED" }.count == 20 ? true : nil
    }
    #expect(created == true, "\(world.rows().values.map(\.status))")
    #expect(world.wronglyPaid(orders) == [])
    withExtendedLifetime(server) {}
  }

  @Test("run split beside serve, and beside itself, on one file: each order is paid once (Q4)")
  func overlappingPasses() throws {
    let world = try World()
    let server = try world.serve(["SCHEDULE_SPLIT": "1s", "ENABLE_SCHEDULER": "true"])
    _ = try world.openShop(1)
    let orders = world.addOrders(40, shop: 1)
    world.deliverWebhooks()
    let runs = (1...3).map { _ in world.start(["run", "split"]) }
    for run in runs { #expect(run.exitStatus(within: 30_000) == 0, "\(run.output)") }
    #expect(world.awaitTransfers(40))
    #expect(try world.run("run", "split").status == 0)
    #expect(world.wronglyPaid(orders) == [])
    #expect(world.stripe.requestCounts["POST /v1/transfers"] == 40)
    withExtendedLifetime(server) {}
  }
}
