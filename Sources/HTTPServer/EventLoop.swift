import HTTPFormat
import OpenSSL
import Sockets

/// One thread's share of the server: its listener, its epoll instance, its connections.
///
/// Connections are registered once, for edges, and remembered as readable or writable until the
/// socket would block. So a request costs one read, one write and no change of registration.
final class EventLoop {
  struct Setup: Sendable {
    let mailbox: Mailbox
    let router: Router
    let pool: WorkPool
    let census: Census
    let limits: HTTPLimits
    let proxies: TrustedProxies
    let certificate: Certificate
    let log: @Sendable (ServerEvent) -> Void
  }

  private static let listenerToken = UInt64.max
  private static let mailboxToken = UInt64.max - 1
  /// Steps of one connection before the others have their turn.
  private static let stepsPerTurn = 64
  private static let acceptsPerTurn = 32
  /// While accepting is paused, and nothing tells that it could go on.
  private static let acceptPauseMs: Int64 = 100
  /// One report of a pause stands for all that follow within this time.
  private static let pauseReportMs: Int64 = 10_000

  private let setup: Setup
  private let epoll: Epoll
  /// Nil when the server stops: new clients are then refused at once, and go elsewhere.
  private var listener: SharedListener?
  private let scratch = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 64 * 1_024, alignment: 16)
  private var clock = Clock()
  /// Read once for all that one wait reports.
  private var now: Moment
  private var connections: [Connection?] = []
  private var freeSlots: [Int] = []
  private var generation: UInt64 = 0
  private var openCount = 0
  private var queued: [Connection] = []
  private var answers: [Mailbox.Answer] = []
  /// No deadline is earlier than this.
  private var sweepMs = Int64.max
  private var isListening = true
  private var hasVisitors = false
  private var acceptAgainMs: Int64?
  private var nextPauseReportMs: Int64 = 0
  private var stopByMs: Int64?

  init(_ setup: Setup, listener: SharedListener) throws(SocketError) {
    self.setup = setup
    self.listener = listener
    epoll = try Epoll()
    try epoll.addReadable(setup.mailbox.wakeUp.descriptor, token: Self.mailboxToken)
    now = clock.read()
    try listen(listener)
  }

  /// An inherited listener is watched by every loop.
  private func listen(_ listener: SharedListener) throws(SocketError) {
    if listener.isInherited {
      try epoll.addShared(listener.socket.descriptor, token: Self.listenerToken)
    } else {
      try epoll.addReadable(listener.socket.descriptor, token: Self.listenerToken)
    }
  }

  deinit { scratch.deallocate() }

  /// Runs until the mailbox says stop and the connections are done, or the time for that is over.
  func run() {
    while true {
      let count = epoll.wait(timeoutMs: timeoutMs)
      now = clock.read()
      for index in 0..<count { handle(epoll.event(index)) }
      // After the others, so that a connection whose request has come does not pass for idle.
      if hasVisitors { accept() }
      goOn()
      sweep()
      resumeAccepting()
      if let stopByMs, openCount == 0 || now.ms >= stopByMs { break }
    }
    for case let connection? in connections { close(connection) }
  }

  private var timeoutMs: Int64? {
    if !queued.isEmpty { return 0 }
    let next = min(sweepMs, acceptAgainMs ?? .max, stopByMs ?? .max)
    // The coarse clock lags by up to 4 ms: one more, so that a deadline has passed when we wake.
    return next == .max ? nil : max(0, next - Clock.monotonicMs() + 5)
  }

  private func handle(_ event: Epoll.Event) {
    switch event.token {
    case Self.listenerToken: hasVisitors = true
    case Self.mailboxToken: collect()
    default:
      guard let connection = connection(event.token) else { return }
      connection.note(event)
      drive(connection)
    }
  }

  // MARK: - Connections

  /// The connection of a token: its slot in the lower half, its generation in the upper one, so
  /// that an event or an answer for a closed connection finds nobody.
  private func connection(_ token: UInt64) -> Connection? {
    let slot = Int(token & 0xFFFF_FFFF)
    guard slot < connections.count, let connection = connections[slot],
      connection.token == token
    else { return nil }
    return connection
  }

  private func accept() {
    hasVisitors = false
    guard let listener else { return }
    for number in 0..<Self.acceptsPerTurn where isListening {
      if setup.census.isFull {
        // Only the first is known to wait; if there are more, epoll tells again.
        guard number == 0 else { return }
        guard closeLongIdle() else {
          return pauseAccepting("connections at their maximum")
        }
      }
      switch listener.socket.accept() {
      case .connection(let socket, let address): open(socket, address.ip)
      case .none: return
      case .exhausted(let error): return pauseAccepting("\(error)")
      }
    }
  }

  private func open(_ socket: consuming StreamSocket, _ address: IPAddress) {
    let isProxy = setup.proxies.contains(address)
    guard case .admitted = setup.census.enter(address, isProxy: isProxy) else {
      setup.log(.tooManyConnections(remoteAddress: address.description))
      return
    }
    let slot = freeSlots.popLast() ?? connections.count
    if slot == connections.count { connections.append(nil) }
    generation = (generation + 1) & 0x7FFF_FFFF
    let tls = setup.certificate.current
    let connection = Connection(
      socket, token: generation << 32 | UInt64(slot), address: address, isProxy: isProxy,
      tls: tls,
      machine: ConnectionMachine(
        limits: setup.limits, remoteAddress: address.description, isSecure: tls != nil, at: now))
    connections[slot] = connection
    openCount += 1
    do throws(SocketError) {
      // Out of memory for a TLS session is no reason to speak without it.
      guard connection.isSecure == (tls != nil) else {
        throw SocketError("TLS session", reason: "out of memory")
      }
      try epoll.addEdges(connection.socket.descriptor, token: connection.token)
      sweepMs = min(sweepMs, connection.machine.deadlineMs)
    } catch {
      close(connection)
      pauseAccepting("\(error)")
    }
  }

  private func close(_ connection: Connection) {
    let slot = Int(connection.token & 0xFFFF_FFFF)
    guard connections[slot] === connection else { return }
    // Explicitly, because the list of connections to go on with may hold the socket open.
    epoll.remove(connection.socket.descriptor)
    connections[slot] = nil
    freeSlots.append(slot)
    openCount -= 1
    setup.census.leave(connection.address, isProxy: connection.isProxy)
    endProxied(connection)
    connection.sayFarewell()
  }

  /// Makes room by closing the connections that have been idle for the longest time: one in 64 of
  /// them, so that a flood does not cost a search for each visitor.
  private func closeLongIdle() -> Bool {
    let idle = connections.compactMap { $0 }.filter(\.machine.isIdle)
      .sorted { $0.machine.idleSinceMs < $1.machine.idleSinceMs }
    for connection in idle.prefix(1 + idle.count / 64) { close(connection) }
    return !idle.isEmpty
  }

  // MARK: - Work

  private func drive(_ connection: Connection) {
    var steps = Self.stepsPerTurn
    connection.settleDebts()
    loop: while true {
      guard steps > 0 else {
        enqueue(connection)
        break
      }
      steps -= 1
      switch connection.machine.next(at: now) {
      case .dispatch(let incoming, let exchange):
        dispatch(incoming, exchange, connection)
      case .write:
        guard connection.mayWrite else {
          connection.machine.blocked(at: now)
          break loop
        }
        guard connection.send(at: now) else { return close(connection) }
      case .read:
        guard connection.mayRead else { break loop }
        if let reason = connection.receive(into: scratch, at: now) {
          setup.log(
            .tlsFailed(reason: reason, remoteAddress: connection.address.description))
        }
        report(connection)
      case .wait: break loop
      case .shutdownWrite: connection.shutdownWrite()
      case .close: return close(connection)
      }
    }
    sweepMs = min(sweepMs, connection.machine.deadlineMs)
  }

  private func enqueue(_ connection: Connection) {
    guard !connection.isQueued else { return }
    connection.isQueued = true
    queued.append(connection)
  }

  /// Gives those that used up their turn another one.
  private func goOn() {
    guard !queued.isEmpty else { return }
    let turn = queued
    queued.removeAll(keepingCapacity: true)
    for connection in turn {
      connection.isQueued = false
      if self.connection(connection.token) === connection { drive(connection) }
    }
  }

  private func dispatch(
    _ incoming: IncomingRequest, _ exchange: UInt32, _ connection: Connection
  ) {
    guard let request = identified(incoming.request, connection) else {
      var response = Refusal(429, "too many requests at a time from this address").response
      response.headers.append("Retry-After", "1")
      return answer(.response(response), exchange, connection)
    }
    switch setup.router.resolve(method: request.method, path: request.path) {
    case .answer(let response): answer(.response(response), exchange, connection)
    case .route(let route, let parameters):
      switch (route.action, route.runsOn) {
      case (.respond(let respond), .loop):
        answer(.response(respond(request, parameters)), exchange, connection)
      case (.handle(let handle), .loop):
        let promise = promise(exchange, connection, isDetached: false)
        handle(request, parameters) { promise.reply($0) }
        if let reply = promise.takeAnswer() { answer(reply, exchange, connection) }
      case (.respond(let respond), .pool):
        submit(exchange, connection) { $0.reply(.response(respond(request, parameters))) }
      case (.handle(let handle), .pool):
        submit(exchange, connection) { promise in
          handle(request, parameters) { promise.reply($0) }
        }
      }
    }
  }

  /// The request with its client's address.
  ///
  /// - Returns: nil if the client is behind a proxy and has too many requests in hand.
  private func identified(_ received: Request, _ connection: Connection) -> Request? {
    var request = received
    request.isSecure = connection.isSecure
    guard connection.isProxy else { return request }
    let origin = setup.proxies.origin(
      of: request.headers, peer: connection.address, isSecure: connection.isSecure)
    request.remoteAddress = origin.address.description
    request.isSecure = origin.isSecure
    // The proxy's own requests, such as its health checks, are not counted.
    guard !setup.proxies.contains(origin.address) else { return request }
    guard case .admitted = setup.census.begin(origin.address) else {
      setup.log(.tooManyConnections(remoteAddress: request.remoteAddress))
      return nil
    }
    connection.client = origin.address
    return request
  }

  private func endProxied(_ connection: Connection) {
    guard let client = connection.client.take() else { return }
    setup.census.end(client)
  }

  private func promise(
    _ exchange: UInt32, _ connection: Connection, isDetached: Bool
  ) -> Exchange {
    Exchange(
      mailbox: setup.mailbox, connection: connection.token, number: exchange,
      isDetached: isDetached)
  }

  private func submit(
    _ exchange: UInt32, _ connection: Connection, _ work: @escaping @Sendable (Exchange) -> Void
  ) {
    let promise = promise(exchange, connection, isDetached: true)
    guard !setup.pool.submit({ work(promise) }) else { return }
    var response = Refusal(503, "too many requests wait").response
    response.headers.append("Retry-After", "1")
    promise.reply(.response(response))
  }

  private func answer(_ reply: Reply, _ exchange: UInt32, _ connection: Connection) {
    endProxied(connection)
    if let fault = connection.machine.answer(reply, exchange: exchange, at: now) {
      setup.log(.faultyResponse("\(fault)"))
    }
  }

  private func collect() {
    let stop = setup.mailbox.collect(into: &answers)
    for answer in answers {
      guard let connection = connection(answer.connection) else { continue }
      self.answer(answer.reply, answer.exchange, connection)
      drive(connection)
    }
    answers.removeAll(keepingCapacity: true)
    if let stop, stopByMs == nil { beginDraining(byMs: stop) }
  }

  private func report(_ connection: Connection) {
    guard let refusal = connection.machine.takeRefusal() else { return }
    setup.log(
      .refused(
        status: refusal.status, reason: refusal.reason,
        remoteAddress: (connection.client ?? connection.address).description))
  }

  // MARK: - Time

  private func sweep() {
    guard now.ms >= sweepMs else { return }
    sweepMs = .max
    for case let connection? in connections {
      if connection.machine.deadlineMs <= now.ms {
        connection.machine.deadlinePassed(at: now)
        report(connection)
        drive(connection)
      } else {
        sweepMs = min(sweepMs, connection.machine.deadlineMs)
      }
    }
  }

  private func pauseAccepting(_ reason: String) {
    guard isListening, let listener else { return }
    isListening = false
    acceptAgainMs = now.ms + Self.acceptPauseMs
    epoll.remove(listener.socket.descriptor)
    guard now.ms >= nextPauseReportMs else { return }
    nextPauseReportMs = now.ms + Self.pauseReportMs
    setup.log(.acceptPaused(reason: reason))
  }

  private func resumeAccepting() {
    guard let again = acceptAgainMs, now.ms >= again, let listener else { return }
    acceptAgainMs = nil
    do throws(SocketError) {
      try listen(listener)
      isListening = true
    } catch {
      acceptAgainMs = now.ms + Self.acceptPauseMs
    }
  }

  /// Takes those who have connected already, then nobody any more. Who waits at an inherited
  /// listener is left to the server that comes after this one.
  private func beginDraining(byMs: Int64) {
    if isListening, listener?.isInherited == false { accept() }
    if let listener { epoll.remove(listener.socket.descriptor) }
    stopByMs = byMs
    isListening = false
    acceptAgainMs = nil
    listener = nil
    for case let connection? in connections {
      // What came with this turn's events is read before a connection counts as idle.
      drive(connection)
      connection.machine.drain(at: now)
      drive(connection)
    }
  }
}
