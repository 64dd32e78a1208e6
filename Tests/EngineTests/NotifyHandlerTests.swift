import Domain
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct NotifyHandlerTests {
  private func failing(_ process: SimulatedProcess, _ message: String) {
    process.transport.before { call in
      call == "POST /v1/transfers"
        ? .answer(status: 400, json: #"{"error":{"message":"\#(message)"}}"#) : .goOn
    }
  }

  @Test("one notification per change of state or reason, not per try (Q9)")
  func oncePerChange() throws {
    let world = try World.payable()
    let process = try world.start()
    failing(process, "first")
    for _ in 0..<3 {
      try process.run()
      world.clock.advance(byMs: 600_000)
    }
    #expect(world.notifier.delivered.count == 1)
    failing(process, "second")
    try process.run()
    #expect(world.notifier.delivered.count == 2)
    let body = try #require(world.notifier.delivered.first)
    #expect(body.contains(#""type":"transfer.failed""#))
    #expect(body.contains(#""miraklId":"O-1-A""#))
    #expect(body.contains(#""transferId":null"#))
    #expect(body.contains(#""amount":9000"#))
    #expect(body.contains("first"))
  }

  @Test("four attempts with pauses of 1, 5 and 25 seconds, then given up (interface.md §5)")
  func attempts() throws {
    let world = try World()
    let process = try world.start()
    world.notifier.fail(times: 10)
    let nowMs = world.clock.nowMs
    let id = try process.store.write {
      try $0.addNotification(type: "t", body: "{}", nowMs: nowMs).id
    }
    var pauses: [Int64] = []
    while case .idle(.some(let nextMs)) = try lastStep(process) {
      pauses.append(nextMs - world.clock.nowMs)
      world.clock.set(toMs: nextMs)
    }
    #expect(pauses == [1_000, 5_000, 25_000])
    #expect(world.notifier.tries == 4)
    let notification = try process.store.read { try $0.notification(id: id) }
    #expect(notification?.state == .failed)
    #expect(notification?.attempts == 4)
    #expect(try process.openJobs() == 0)
  }

  @Test("delivered at the second attempt: not sent again")
  func secondAttempt() throws {
    let world = try World()
    let process = try world.start()
    world.notifier.fail(times: 1)
    let nowMs = world.clock.nowMs
    try process.store.write { _ = try $0.addNotification(type: "t", body: "{}", nowMs: nowMs) }
    try process.engine.drain()
    #expect(world.notifier.delivered == ["{}"])
    #expect(world.notifier.tries == 2)
    world.clock.advance(byMs: 600_000)
    try process.engine.drain()
    #expect(world.notifier.tries == 2)
  }

  private func lastStep(_ process: SimulatedProcess) throws -> Engine.Step {
    while true {
      let step = try process.engine.step()
      if step != .worked { return step }
    }
  }
}
