import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Testing

@testable import Engine

@Suite struct DrainTests {
  @Test("passing errors are repeated at least three times, in under ten seconds (§11)")
  func repeats() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    try process.stepAll()
    try process.pass()
    world.stripe.faults.inject(.hangUpBefore, operation: "POST /v1/transfers", times: 3)
    let startMs = world.clock.nowMs
    try process.engine.drain()
    #expect(world.clock.nowMs - startMs < 10_000)
    #expect(process.transport.count("POST /v1/transfers") == 4)
    #expect(try process.transfer("O-1-A")?.status == .created)
  }

  @Test("a neighbour that stays down does not hold the pass for ever")
  func ends() throws {
    let world = try World.payable()
    let process = try world.start()
    process.transport.before { $0.contains("/v1/") ? .fail(.unknown("reset")) : .goOn }
    process.receiveAll()
    try process.pass()
    let startMs = world.clock.nowMs
    try process.engine.drain()
    #expect(world.clock.nowMs - startMs < 10_000)
    #expect(try process.openJobs() > 0)
    process.transport.before(nil)
    world.clock.advance(byMs: 10_000)
    try process.run()
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("a wish of the neighbour is waited for, within reason (Q9)")
  func wishes() throws {
    let world = try World.payable()
    let process = try world.start()
    process.receiveAll()
    try process.pass()
    world.stripe.faults.inject(.throttled, operation: "GET /v1/charges/{charge}", times: 2)
    try process.engine.drain()
    #expect(world.stripe.transfers.count == 1)
  }

  @Test("nothing to do: it returns at once")
  func idle() throws {
    let world = try World()
    let process = try world.start()
    try process.engine.drain()
    #expect(world.clock.nowMs == World.startMs)
    #expect(process.transport.calls.isEmpty)
  }
}
