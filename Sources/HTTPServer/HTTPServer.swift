import HTTPFormat
import Sockets
import Threading

/// An HTTP/1.1 server: event loops on threads of their own, and a few threads for handlers that
/// block.
///
/// Facts about HTTP are in `HTTPFormat`, the life of a connection in `ConnectionMachine`, system
/// calls in `Sockets`; this wires them.
public final class HTTPServer: Sendable {
  private enum State {
    case ready([(listener: SharedListener, setup: EventLoop.Setup)])
    case running([WorkerThread])
    case stopped
  }

  private let state: Monitor<State>
  private let mailboxes: [Mailbox]
  private let pool: WorkPool
  private let log: @Sendable (ServerEvent) -> Void
  /// The port that is bound, also when port 0 was asked for.
  public let port: UInt16

  /// Binds the address; connections wait in the kernel until `start`.
  ///
  /// - Parameters:
  ///   - address: `HOST:PORT`, IPv6 in brackets; port 0 lets the kernel choose.
  ///   - loops: event loops, one thread each; as many as there are cores is right.
  ///   - poolThreads: threads for the routes that run on the pool.
  ///   - log: called from any of the server's threads; must not block.
  /// - Throws: `SocketError`, for instance when the port is taken.
  public init(
    address: String, loops: Int, limits: HTTPLimits = HTTPLimits(), router: Router,
    poolThreads: Int = 4, log: @escaping @Sendable (ServerEvent) -> Void = { _ in }
  ) throws(SocketError) {
    precondition(loops > 0 && poolThreads > 0)
    limits.validate()
    let listeners = try ListenSocket.sharing(SocketAddress(address), count: loops)
    let pool = WorkPool(threads: poolThreads, queueMax: limits.poolQueueMax)
    let census = Census(limits: limits)
    var parts: [(listener: SharedListener, setup: EventLoop.Setup)] = []
    for listener in listeners {
      parts.append(
        (
          listener,
          EventLoop.Setup(
            mailbox: try Mailbox(), router: router, pool: pool, census: census,
            limits: limits, log: log)
        ))
    }
    self.pool = pool
    self.log = log
    port = listeners[0].socket.address.port
    mailboxes = parts.map(\.setup.mailbox)
    state = Monitor(.ready(parts))
  }

  /// Starts the threads. To be called once.
  ///
  /// - Throws: `SocketError` when the system gives no epoll instance; nothing runs then.
  public func start() throws(SocketError) {
    guard case .ready(let parts) = state.withLock({ $0 }) else { return }
    var loops: [HandOver] = []
    for (listener, setup) in parts {
      loops.append(HandOver(try EventLoop(setup, listener: listener)))
    }
    pool.start()
    let threads = loops.enumerated().map { number, loop in
      WorkerThread(name: "http-\(number)") { loop.take()?.run() }
    }
    state.withLock { $0 = .running(threads) }
  }

  /// Accepts nothing more, closes idle connections, answers what has begun, and returns when the
  /// threads have ended: at the latest after `drainMs` and a moment. Threads of the pool that are
  /// still at work then are left behind and reported. A server that was started must be stopped.
  public func stop(drainMs: Int64) {
    let byMs = Clock.monotonicMs() + drainMs
    let before = state.withLock { state in
      defer { state = .stopped }
      return state
    }
    guard case .running(let threads) = before else { return }
    for mailbox in mailboxes { mailbox.stop(byMs: byMs) }
    for thread in threads { thread.join() }
    // Threads that have nothing to do still need a moment to end.
    let left = pool.stop(withinMs: max(200, byMs - Clock.monotonicMs()))
    if left > 0 { log(.threadsLeftBehind(left)) }
  }
}

/// Carries an event loop to the thread that is going to be its only owner.
private final class HandOver: Sendable {
  private let loop: Monitor<EventLoop?>
  init(_ loop: sending EventLoop) { self.loop = Monitor(loop) }
  func take() -> sending EventLoop? { loop.withLock { $0.take() } }
}
