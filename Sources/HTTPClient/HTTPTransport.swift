/// Sends one HTTP request and waits for its answer. A protocol because tests and the simulation
/// bring their own network.
public protocol HTTPTransport: Sendable {
  /// Blocks until the whole answer is there, or the request's time has passed. Any status is an
  /// answer, also 500; redirects are not followed.
  /// - Throws: `TransportFailure`, which says whether the request may have had an effect.
  func send(_ request: OutgoingRequest) throws(TransportFailure) -> IncomingResponse
}

/// A request to a neighbour.
public struct OutgoingRequest: Sendable {
  /// `GET`, `POST`, `PUT`, `DELETE`.
  public var method: String
  /// Absolute, percent-encoded.
  public var url: String
  public var headers: [(name: String, value: String)]
  /// nil for none; an empty list sends `Content-Length: 0`.
  public var body: [UInt8]?
  /// From the call to the last byte of the answer, name look-up and handshake included.
  public var timeoutMs: Int64

  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, timeoutMs: Int64
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeoutMs = timeoutMs
  }

  /// The first value of a header, whatever its case.
  public func header(_ name: String) -> String? {
    headers.first { isSameHeaderName($0.name, name) }?.value
  }

  /// Whether sending it twice does no more than sending it once: reads, and writes that the other
  /// side recognises by their idempotency key.
  public var isRepeatable: Bool {
    method == "GET" || method == "HEAD" || header("Idempotency-Key") != nil
  }
}

/// A neighbour's answer, complete.
public struct IncomingResponse: Sendable {
  public var status: Int
  /// In order of arrival; names as received.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first value of a header, whatever its case (RFC 9110 5.1).
  public func header(_ name: String) -> String? {
    headers.first { isSameHeaderName($0.name, name) }?.value
  }

  /// Every value of a header, in order.
  public func headerValues(_ name: String) -> [String] {
    headers.filter { isSameHeaderName($0.name, name) }.map(\.value)
  }
}

/// Why there is no answer.
public enum TransportFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Certainly no byte of the request reached the network: it had no effect.
  case notSent(String)
  /// Some of it may have been sent: it may have had its effect.
  case unknown(String)

  public var description: String {
    switch self {
    case .notSent(let reason): "not sent: \(reason)"
    case .unknown(let reason): "outcome unknown: \(reason)"
    }
  }
}

private func isSameHeaderName(_ left: String, _ right: String) -> Bool {
  left.utf8.count == right.utf8.count
    && zip(left.utf8, right.utf8).allSatisfy { lowered($0) == lowered($1) }
}

private func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
