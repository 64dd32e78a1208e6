import Glibc
import Sockets

/// Keeps connections busy from one thread: each sends its next request when the last one was
/// answered. Made to take little of the machine it shares with the server: one epoll instance,
/// requests that are ready before the clock starts, no allocation per request.
final class LoadGenerator {
  private let epoll: Epoll
  private let clients: [LoadClient]
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  private let answerTimeoutMs: Int64 = 20_000
  private var feed: any RequestFeed
  private var next = 0
  private var last = 0
  private var open = 0
  private var endNs: Int64 = 0
  private var round = Round()
  /// Called with the number of each request that was answered 200.
  var onAnswer: ((Int) throws -> Void)?

  /// Connects.
  init(port: UInt16, connections: Int, feed: any RequestFeed) throws {
    epoll = try Epoll(eventsMax: 512)
    self.feed = feed
    let address = try SocketAddress("127.0.0.1:\(port)")
    var clients: [LoadClient] = []
    for token in 0..<connections {
      let client = LoadClient(try StreamSocket(connectingTo: address))
      try epoll.addEdges(client.socket.descriptor, token: UInt64(token))
      clients.append(client)
    }
    self.clients = clients
  }

  deinit { scratch.deallocate() }

  /// Sends requests from number `first` on until the time is over or none is left, and takes the
  /// answers that are still to come.
  ///
  /// - Returns: the round, and the number of the first request that was not sent.
  func run(first: Int = 0, forMs: Int64, countMax: Int = .max) throws -> (round: Round, end: Int) {
    round = Round()
    round.latenciesNs.reserveCapacity(min(feed.count - first, 1_000_000))
    (next, last, open) = (first, min(feed.count, first.addingReportingOverflow(countMax).0), 0)
    if countMax == .max { last = feed.count }
    let beginNs = monotonicNs()
    endNs = beginNs + forMs * 1_000_000
    for client in clients { try send(client, beginNs) }
    while open > 0 {
      let count = epoll.wait(timeoutMs: answerTimeoutMs)
      guard count > 0 else { throw BenchFailure("no answer within \(answerTimeoutMs) ms") }
      for index in 0..<count {
        let event = epoll.event(index)
        let client = clients[Int(event.token)]
        if event.isWritable, !client.unsent.isEmpty { try flush(client) }
        if event.isReadable, client.number >= 0 { try take(client) }
      }
    }
    round.elapsedNs = monotonicNs() - beginNs
    return (round, next)
  }

  private func take(_ client: LoadClient) throws {
    switch client.receive(scratch) {
    case .incomplete: return
    case .broken(let reason): throw BenchFailure("the server failed: \(reason)")
    case .answered(let status):
      let nowNs = monotonicNs()
      round.latenciesNs.append(UInt32(clamping: nowNs - client.sentNs))
      if status == 200 { try onAnswer?(client.number) } else { round.failures += 1 }
      open -= 1
      try send(client, nowNs)
    }
  }

  private func send(_ client: LoadClient, _ nowNs: Int64) throws {
    client.number = -1
    guard next < last, nowNs < endNs else { return }
    client.number = next
    client.sentNs = nowNs
    open += 1
    next += 1
    try feed.withRequest(client.number) { bytes in
      var sent = 0
      switch client.socket.send(bytes) {
      case .bytes(let count): sent = count
      case .wouldBlock: break
      case .ended: throw BenchFailure("the server closed a connection")
      }
      if sent < bytes.count { client.unsent = Array(bytes[sent...]) }
    }
  }

  private func flush(_ client: LoadClient) throws {
    switch client.unsent.withUnsafeBytes({ client.socket.send($0) }) {
    case .bytes(let count): client.unsent.removeFirst(count)
    case .wouldBlock: return
    case .ended: throw BenchFailure("the server closed a connection")
    }
  }
}

/// Nanoseconds of a clock that nobody sets.
func monotonicNs() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Why nothing could be measured.
struct BenchFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
