/// The bounds of the HTTP server. A request past a bound is refused, never buffered.
public struct HTTPLimits: Sendable, Hashable {
  /// Request line and fields together; past it 431 (RFC 6585 5).
  public var headerBytesMax = 16 * 1_024
  /// Fields of one section (head or trailers); past it 431.
  public var headerCountMax = 100
  /// The request target; past it 414. RFC 9112 3 asks for request lines of 8,000 octets at least.
  public var targetBytesMax = 8_192
  /// Content after the transfer coding is undone; past it 413. Stripe documents no largest event.
  public var bodyBytesMax = 1_048_576
  /// One chunk-size line with its extensions; past it 431.
  public var chunkLineBytesMax = 4_096
  /// All chunk extensions of one message, which carry nothing we use; past it 431.
  public var chunkExtensionBytesMax = 16 * 1_024
  /// Empty lines before a request line (RFC 9112 2.2 asks for one at least); past it 400.
  public var leadingEmptyLinesMax = 4

  /// Open connections of the whole server. At the bound idle ones give way, then accepting pauses.
  public var connectionsMax = 16_384
  /// Open connections from one address (of IPv6: from one /64); further ones are closed at once. A
  /// trusted proxy is counted by its clients, with so many requests in hand at a time.
  public var connectionsPerAddressMax = 1_024
  /// After so many answers a connection is closed, with `Connection: close` in the last of them.
  public var requestsPerConnectionMax = 100_000
  /// Answers that wait for a reader. Past it no further request of the connection is taken up.
  public var unsentBytesMax = 64 * 1_024
  /// What a client may still send after the last answer before the connection is cut.
  public var lingerBytesMax = 8 * 1_048_576
  /// Requests that wait for a thread of the pool; past it 503.
  public var poolQueueMax = 1_024

  /// From the connection, or the first byte of a later request, to the end of its head.
  public var headTimeoutMs: Int64 = 10_000
  /// From the end of the head to the end of the body.
  public var bodyTimeoutMs: Int64 = 20_000
  /// From the first byte of a request to its answer. What a handler has not answered by then
  /// is answered 503; its own answer is dropped.
  public var requestTimeoutMs: Int64 = 60_000
  /// Between an answer and the next request.
  public var idleTimeoutMs: Int64 = 30_000
  /// In which a client must take `unsentBytesMax` bytes, or all there are.
  public var writeTimeoutMs: Int64 = 20_000
  /// From the last answer to the client's end of the connection.
  public var lingerTimeoutMs: Int64 = 2_000
  /// How long a connection without a request is kept when the server stops, for one that may be
  /// on its way.
  public var drainIdleMs: Int64 = 500

  public init() {}

  /// The relations between limits, checked once at start so that they cannot drift apart.
  public func validate() {
    precondition(targetBytesMax + 64 < headerBytesMax, "a target must fit into the head")
    precondition(chunkLineBytesMax >= 32, "a chunk line must hold a 64-bit size")
    precondition(headTimeoutMs + bodyTimeoutMs < requestTimeoutMs, "a handler needs time, too")
    precondition(connectionsPerAddressMax <= connectionsMax, "one address is part of all")
    precondition(min(unsentBytesMax, requestsPerConnectionMax, headerCountMax) > 0)
  }
}
