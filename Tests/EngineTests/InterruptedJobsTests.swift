import Domain
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

/// A process's database that takes no writes from one of them on, for as long as it is told to.
private final class FullDatabase: Database {
  private struct State {
    var writes = 0
    var fullFrom: Int?
  }
  private let real: any Database
  private let state = Monitor(State())

  init(_ real: any Database) { self.real = real }

  var writes: Int { state.withLock { $0.writes } }
  func fill(fromWrite number: Int) { state.withLock { $0.fullFrom = number } }
  func free() { state.withLock { $0.fullFrom = nil } }

  func write<R: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws -> R
  ) throws -> R {
    let isFull = state.withLock { state in
      state.writes += 1
      return state.fullFrom.map { state.writes >= $0 } ?? false
    }
    if isFull { throw StoreError.unavailable("full") }
    return try real.write(body)
  }

  func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    try real.read(body)
  }

  func submit(
    _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
    completion: @escaping @Sendable ((any Error)?) -> Void
  ) {
    do {
      try write(body)
      completion(nil)
    } catch { completion(error) }
  }

  func close() {}
}

@Suite struct InterruptedJobsTests {
  @Test("the disk is full from any write on: one transfer, soon after there is room again (Q2)")
  func everyWrite() throws {
    var (number, isThrough) = (1, false)
    while !isThrough {
      let world = try World()
      try world.addShop()
      world.addOrder()
      world.pay()
      let database = FullDatabase(world.database)
      let process = try world.start(database: database)
      process.receiveAll()
      try process.pass()
      database.fill(fromWrite: database.writes + number)
      isThrough = stepsFail(process) == 0
      // Nothing is sent that is not on disk as sent.
      let sent = try process.store.read {
        try $0.connection.run("SELECT COUNT(*) AS n FROM intent WHERE first_sent_ms IS NOT NULL")[0]
          .int("n")
      }
      #expect(world.stripe.transfers.count <= sent, "write \(number)")

      database.free()
      let beganMs = world.clock.nowMs
      try process.engine.drain()
      // Well before any lease is over.
      #expect(world.clock.nowMs - beganMs < process.engine.context.settings.leaseMs / 2)
      #expect(world.stripe.transfers.count == 1, "write \(number)")
      #expect(try process.transfer("O-1-A")?.status == .created, "write \(number)")
      number += 1
      try #require(number < 100)
    }
    #expect(number > 4)
  }

  /// Lets it work as long as something is due.
  /// - Returns: how many steps failed.
  private func stepsFail(_ process: SimulatedProcess) -> Int {
    var failures = 0
    for _ in 0..<20 {
      do { if case .idle = try process.engine.step() { break } } catch { failures += 1 }
    }
    return failures
  }

  @Test("what fails over and over is told once a minute, and the store's state not at all")
  func complaints() throws {
    let world = try World()
    let context = try world.start().engine.context
    let complaints = Complaints()
    func report(_ error: any Error) { complaints.report(error, "work waits", context) }
    for _ in 0..<50 { report(StoreError.unavailable("full")) }
    #expect(world.log.lines.isEmpty)
    for _ in 0..<50 { report(StoreError.corrupt("torn")) }
    #expect(world.log.lines.count == 1)
    report(StoreError.statement("wrong"))
    #expect(world.log.lines.count == 2)
    world.clock.advance(byMs: Complaints.repeatMs)
    for _ in 0..<50 { report(StoreError.statement("wrong")) }
    #expect(world.log.lines.count == 3)
  }
}
