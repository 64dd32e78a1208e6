import Domain
import Logging
import Store
import Threading

/// Runs passes when they are due, on one thread: a pass never overlaps with itself here, and a
/// tick that was missed during an outage runs once.
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

  private let engine: Engine
  private let entries: [Entry]
  private let stop: StopFlag
  private let thread: Monitor<WorkerThread?>

  public init(_ engine: Engine, _ entries: [Entry], stop: StopFlag) {
    self.engine = engine
    self.entries = entries
    self.stop = stop
    thread = Monitor(nil)
  }

  public func start() {
    let started = WorkerThread(name: "scheduler") { [self] in
      repeat { tick() } while !stop.wait(upToMs: 1_000)
    }
    thread.withLock { $0 = started }
  }

  public func join() {
    let started = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    started?.join()
  }

  /// Runs every pass that is due. A pass that fails is logged and runs again at its next time.
  public func tick() {
    for entry in entries where !stop.isRaised {
      do { try runIfDue(entry) } catch {
        engine.context.log.error("pass \(entry.name) could not be done: \(error)")
      }
    }
  }

  private func runIfDue(_ entry: Entry) throws {
    let (context, name) = (engine.context, "pass/\(entry.name)")
    let nowMs = context.nowMs
    let last = try context.store.read { try $0.checkpoint(name).flatMap(Int64.init) }
    // Never run before: an interval is due at once, a time of day at its time.
    if last == nil, case .cron = entry.schedule {
      return try context.store.write { try $0.setCheckpoint(name, String(nowMs), nowMs: nowMs) }
    }
    let lastMs = last ?? 0
    if lastMs > nowMs {  // the clock was set back: count from now, do not wait for the old time
      return try context.store.write { try $0.setCheckpoint(name, String(nowMs), nowMs: nowMs) }
    }
    guard let dueMs = entry.schedule.next(afterMs: lastMs), dueMs <= nowMs else { return }
    try context.store.write { try $0.setCheckpoint(name, String(nowMs), nowMs: nowMs) }
    try entry.run()
  }
}
