import Domain
import Logging
import Threading

/// Threads that repeat `Engine.step` until they are stopped. Each holds at most one call in flight.
public final class WorkerPool: Sendable {
  /// How long an idle worker sleeps at most: another process may have queued work.
  static let idleMsMax: Int64 = 500

  private let stop = StopFlag()
  private let wake = Monitor(UInt64(0))
  private let threads: Monitor<[WorkerThread]>
  private let complaints = Complaints()

  public init() { threads = Monitor([]) }

  /// - Parameter count: Calls in flight at most (`WORKERS`).
  public func start(_ engine: Engine, count: Int) {
    let started = (1...count).map { number in
      WorkerThread(name: "worker-\(number)") { [self] in run(engine) }
    }
    threads.withLock { $0 = started }
  }

  /// Something was stored: look at once instead of at the end of the nap.
  public func signal() { wake.update { $0 &+= 1 } }

  /// Lets every worker finish the job in hand, then returns.
  public func stopAndJoin() {
    stop.raise()
    signal()
    let all = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in all { thread.join() }
  }

  private func run(_ engine: Engine) {
    while !stop.isRaised {
      let before = wake.withLock { $0 }
      switch step(engine) {
      case .worked: continue
      case .idle(let nextMs):
        let untilMs = nextMs.map { $0 - engine.context.nowMs } ?? Self.idleMsMax
        nap(min(max(1, untilMs), Self.idleMsMax), since: before)
      case nil: nap(Self.idleMsMax, since: before)
      }
    }
  }

  private func nap(_ milliseconds: Int64, since before: UInt64) {
    _ = wake.wait(upToMs: milliseconds) { [stop] in
      $0 != before || stop.isRaised ? true : nil
    }
  }

  /// A store that is full or locked must not end the process: the work waits.
  private func step(_ engine: Engine) -> Engine.Step? {
    do { return try engine.step() } catch {
      complaints.report(error, "work waits", engine.context)
      return nil
    }
  }
}
