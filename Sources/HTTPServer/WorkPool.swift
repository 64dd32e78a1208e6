import Threading

/// A few threads for handlers that block, with a bounded queue before them.
final class WorkPool: Sendable {
  private struct State {
    var queue: [@Sendable () -> Void] = []
    var head = 0
    var isStopping = false
    var running = 0

    var count: Int { queue.count - head }

    mutating func pop() -> (@Sendable () -> Void)? {
      guard head < queue.count else { return nil }
      defer {
        head += 1
        if head == queue.count {
          queue.removeAll(keepingCapacity: true)
          head = 0
        }
      }
      return queue[head]
    }
  }

  private enum Turn {
    case work(@Sendable () -> Void)
    case end
  }

  private let state: Monitor<State>
  private let queueMax: Int
  private let threadCount: Int
  private let threads = Monitor<[WorkerThread]>([])

  init(threads: Int, queueMax: Int) {
    state = Monitor(State())
    threadCount = threads
    self.queueMax = queueMax
  }

  func start() {
    state.withLock { $0.running = threadCount }
    threads.withLock { threads in
      threads = (0..<threadCount).map { number in
        WorkerThread(name: "http-pool-\(number)") { [self] in run() }
      }
    }
  }

  /// Queues work for a thread; false when too much waits already.
  func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
    state.update { state in
      guard !state.isStopping, state.count < queueMax else { return false }
      state.queue.append(work)
      return true
    }
  }

  /// Drops what waits and lets the threads end.
  ///
  /// - Returns: how many of them were still at work when the time was over.
  func stop(withinMs: Int64) -> Int {
    let dropped = state.update { state in
      state.isStopping = true
      state.head = 0
      defer { state.queue = [] }
      return state.queue
    }
    // Outside the lock: letting go of a handler runs whatever it holds.
    withExtendedLifetime(dropped) {}
    let ended: Bool = state.wait(upToMs: withinMs) { $0.running == 0 ? true : nil } ?? false
    if ended {
      for thread in threads.withLock({ $0 }) { thread.join() }
    }
    return state.withLock { $0.running }
  }

  private func run() {
    while true {
      let turn: Turn = state.wait { state in
        if let work = state.pop() { return .work(work) }
        return state.isStopping ? .end : nil
      }
      switch turn {
      case .work(let work): work()
      case .end:
        state.update { $0.running -= 1 }
        return
      }
    }
  }
}
