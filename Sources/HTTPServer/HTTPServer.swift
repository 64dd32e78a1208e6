public import HTTPFormat
public import OpenSSL
public import Sockets
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
  private let certificate: Certificate
  private let log: @Sendable (ServerEvent) -> Void
  /// The port that is bound, also when port 0 was asked for.
  public let port: UInt16

  /// Binds the address; connections wait in the kernel until `start`.
  ///
  /// - Parameters:
  ///   - address: `HOST:PORT`, IPv6 in brackets; port 0 lets the kernel choose.
  ///   - inherited: sockets that listen already; if there are any, the address is not used.
  ///   - loops: event loops, one thread each; as many as there are cores is right.
  ///   - tls: what TLS is spoken with; nil for plain HTTP.
  ///   - proxies: who is believed about its clients.
  ///   - poolThreads: threads for the routes that run on the pool.
  ///   - log: called from any of the server's threads; must not block.
  /// - Throws: `SocketError`, for instance when the port is taken.
  public init(
    address: String, inherited: [SharedListener] = [], loops: Int,
    limits: HTTPLimits = HTTPLimits(), router: Router, tls: TLSContext? = nil,
    proxies: TrustedProxies = TrustedProxies(), poolThreads: Int = 4,
    log: @escaping @Sendable (ServerEvent) -> Void = { _ in }
  ) throws(SocketError) {
    precondition(loops > 0 && poolThreads > 0)
    limits.validate()
    let listeners = try Self.listeners(address, inherited, loops)
    let pool = WorkPool(threads: poolThreads, queueMax: limits.poolQueueMax)
    let census = Census(limits: limits)
    let certificate = Certificate(tls)
    var parts: [(listener: SharedListener, setup: EventLoop.Setup)] = []
    for listener in listeners {
      parts.append(
        (
          listener,
          EventLoop.Setup(
            mailbox: try Mailbox(), router: router, pool: pool, census: census,
            limits: limits, proxies: proxies, certificate: certificate, log: log)
        ))
    }
    self.pool = pool
    self.certificate = certificate
    self.log = log
    port = listeners[0].socket.address.port
    mailboxes = parts.map(\.setup.mailbox)
    state = Monitor(.ready(parts))
  }

  /// One for each loop. Inherited ones are dealt out so that every one of them is watched.
  private static func listeners(
    _ address: String, _ inherited: [SharedListener], _ loops: Int
  ) throws(SocketError) -> [SharedListener] {
    guard !inherited.isEmpty else {
      return try ListenSocket.sharing(SocketAddress(address), count: loops)
    }
    return (0..<max(loops, inherited.count)).map { inherited[$0 % inherited.count] }
  }

  /// What new connections use from now on; those that are open keep what they have. Only for a
  /// server that was made with TLS.
  public func replaceCertificate(by tls: TLSContext) {
    precondition(certificate.current != nil, "a server of plain HTTP gets no certificate")
    certificate.replace(by: tls)
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
