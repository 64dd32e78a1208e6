/// A request with what its connection needs to know.
public struct IncomingRequest: Sendable, Hashable {
  public let request: Request
  /// Whether the client wants to use the connection again (RFC 9112 9.3).
  public let keepsAlive: Bool
  /// HTTP/1.0 clients are told `Connection: keep-alive` when the connection stays open.
  public let isHTTP10: Bool
}

/// Bytes of a connection to requests, strictly by RFC 9110, RFC 9112 and RFC 3986.
///
/// Three answers: `incomplete` (read more, if the deadlines allow), `complete`, or `invalid`
/// (answer with the refusal and close: the framing is lost). However the bytes are cut into
/// pieces, the answers are the same.
public struct RequestParser: Sendable {
  public enum Outcome: Sendable, Hashable {
    case incomplete
    case complete(IncomingRequest)
    case invalid(Refusal)
  }

  private let limits: HTTPLimits
  private let remoteAddress: String
  private var message: MessageParser
  /// Bytes that were received and not yet parsed, from `start` on.
  private var pending: [UInt8] = []
  private var start = 0

  /// - Parameter remoteAddress: goes into each request as it is.
  public init(limits: HTTPLimits = HTTPLimits(), remoteAddress: String = "127.0.0.1") {
    self.limits = limits
    self.remoteAddress = remoteAddress
    message = MessageParser(limits: limits, remoteAddress: remoteAddress)
  }

  /// Whether a request has begun and not ended.
  public var isInMessage: Bool { message.hasBegun || start < pending.count }

  /// Whether the head of a request has ended and its body has not.
  public var isInBody: Bool { message.isInBody }

  /// Whether the client waits for `100 Continue` before it sends the body.
  public var awaitsContinue: Bool { message.awaitsContinue && start == pending.count }

  /// Whether the unfinished or refused request is a HEAD, whose answer has no content.
  public var isHead: Bool { message.method == "HEAD" }

  /// What to answer when the client ends its side in the middle of a request.
  public var cutShort: Refusal { message.cutShort }

  /// Parses on with new bytes. Nothing may follow an `invalid`.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    guard start == pending.count else {
      pending.append(contentsOf: bytes)
      return next()
    }
    // The common case: whole requests come in one piece and are never copied as raw bytes.
    var position = 0
    let progress = message.parse(bytes, from: &position)
    if position < bytes.count { pending.append(contentsOf: bytes[position...]) }
    return outcome(progress)
  }

  /// Parses on with new bytes.
  public mutating func feed(_ bytes: [UInt8]) -> Outcome {
    bytes.withUnsafeBytes { feed($0) }
  }

  /// Parses on with the bytes that came behind the last complete request.
  public mutating func next() -> Outcome {
    var position = start
    let progress = pending.withUnsafeBytes { message.parse($0, from: &position) }
    start = position
    return outcome(progress)
  }

  private mutating func outcome(_ progress: MessageParser.Progress) -> Outcome {
    if start == pending.count {
      pending.removeAll(keepingCapacity: pending.capacity <= 4_096)
      start = 0
    } else if start > 16 * 1_024 {
      pending.removeFirst(start)
      start = 0
    }
    switch progress {
    case .incomplete: return .incomplete
    case .invalid(let refusal): return .invalid(refusal)
    case .complete(let request):
      message = MessageParser(limits: limits, remoteAddress: remoteAddress)
      return .complete(request)
    }
  }
}
