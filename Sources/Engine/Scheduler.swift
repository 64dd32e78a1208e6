import Domain
import Logging
import Store
import Threading

/// Runs passes when they are due, on one thread. Whichever process of several on one store is
/// first makes a run, the others skip it; a tick that was missed during an outage runs once, and a
/// run whose process died is made anew.
public final class Scheduler: Sendable {
  /// A pass and when it runs.
  public struct Entry: Sendable {
    let name: String
    let schedule: Schedule
    let run: @Sendable () throws -> Void

    public init(name: String, schedule: Schedule, run: @escaping @Sendable () throws -> Void) {
      self.name = name
      self.schedule = schedule
      self.run = run
    }
  }

  /// How long a process that makes a pass is believed alive without a word from it.
  static let leaseMs: Int64 = 60_000

  private let engine: Engine
  private let entries: [Entry]
  private let stop: StopFlag
  /// This process among those on the store.
  private let holder: String
  /// The pass in hand, whose lease is renewed.
  private let current = Monitor<String?>(nil)
  private let threads = Monitor<[WorkerThread]>([])
  private let complaints = Complaints()

  public init(_ engine: Engine, _ entries: [Entry], stop: StopFlag) {
    self.engine = engine
    self.entries = entries
    self.stop = stop
    holder = engine.context.randomness.bytes(8).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  public func start() {
    let scheduler = WorkerThread(name: "scheduler") { [self] in
      repeat { tick() } while !stop.wait(upToMs: 1_000)
    }
    let renewal = WorkerThread(name: "pass-lease") { [self] in
      while !stop.wait(upToMs: Self.leaseMs / 4) { renew() }
    }
    threads.withLock { $0 = [scheduler, renewal] }
  }

  public func join() {
    let started = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in started { thread.join() }
  }

  /// Runs every pass that is due. A pass that fails is logged and runs again at its next time.
  public func tick() {
    for entry in entries where !stop.isRaised {
      do {
        guard try takes(entry) else { continue }
        current.withLock { $0 = entry.name }
        defer { current.withLock { $0 = nil } }
        do { try entry.run() } catch let failure as StoreError {
          complaints.report(failure, "pass \(entry.name) could not be done", engine.context)
        } catch {
          engine.context.log.error("pass \(entry.name) could not be done: \(error)")
        }
        try engine.context.store.write { [holder] in
          try $0.endPass(entry.name, holder: holder)
        }
      } catch { complaints.report(error, "passes wait", engine.context) }
    }
  }

  /// Whether the pass is due and nobody else makes it; then it is this process's to make.
  private func takes(_ entry: Entry) throws -> Bool {
    let context = engine.context
    // A read first: whoever only looks must not take the write lock.
    let isMaybe = try context.store.read { try turn(of: entry, $0, context.nowMs) != .wait }
    guard isMaybe else { return false }
    return try context.store.write { [self] transaction in
      let nowMs = context.nowMs
      let turn = try turn(of: entry, transaction, nowMs)
      guard turn != .wait else { return false }
      try transaction.setCheckpoint(Self.checkpoint(entry), String(nowMs), nowMs: nowMs)
      guard turn == .run else { return false }
      try transaction.beginPass(
        entry.name, holder: holder, leaseMs: Self.leaseMs, nowMs: nowMs)
      return true
    }
  }

  private func turn(
    of entry: Entry, _ transaction: Transaction, _ nowMs: Int64
  ) throws -> PassTurn {
    // One of our own has ended, or we would not be here: its end could not be written.
    let active = try transaction.activePass(entry.name).flatMap { $0.holder == holder ? nil : $0 }
    let lastMs = try transaction.checkpoint(Self.checkpoint(entry)).flatMap(Int64.init)
    return PassTurn.decide(
      entry.schedule, lastMs: lastMs, active: active, nowMs: nowMs, leaseMs: Self.leaseMs)
  }

  /// When the pass began last.
  private static func checkpoint(_ entry: Entry) -> String { "pass/\(entry.name)" }

  /// Says that the holder of the pass in hand is alive.
  func renew() {
    guard let name = current.withLock({ $0 }) else { return }
    let (context, holder) = (engine.context, holder)
    let nowMs = context.nowMs
    do {
      let isOurs = try context.store.write {
        try $0.renewPass(name, holder: holder, leaseMs: Self.leaseMs, nowMs: nowMs)
      }
      // Two at once do nothing twice, they only read twice. It ends by itself.
      if !isOurs { context.log.warning("pass \(name) was taken over by another process") }
    } catch { complaints.report(error, "the lease of pass \(name) waits", context) }
  }
}
