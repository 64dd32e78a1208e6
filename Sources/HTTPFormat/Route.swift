/// The parts of a path that stand where its route has `{name}`, decoded.
public struct PathParameters: Sendable, Hashable {
  private var pairs: [Headers.Field]

  public init(_ pairs: [(name: String, value: String)] = []) {
    self.pairs = pairs.map { Headers.Field(name: $0.name, value: $0.value) }
  }

  /// The value of a parameter; nil when the pattern does not have it. Names are case-sensitive.
  public subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

  mutating func append(_ name: Substring, _ value: Substring) {
    pairs.append(Headers.Field(name: String(name), value: String(value)))
  }
}

/// One operation of an API, as data: routes can be listed, and compared with their document.
public struct Route: Sendable {
  /// Where a handler runs.
  public enum Place: Sendable, Hashable {
    /// On the event loop: it must not block, not even for a read of the database.
    case loop
    /// On one of a few threads that may block.
    case pool
  }

  /// Answers by calling `reply` once, on any thread, at once or later. A second call has no
  /// effect; when `reply` is released without a call, the client gets a 500.
  public typealias Handler =
    @Sendable (Request, PathParameters, _ reply: @escaping @Sendable (Reply) -> Void) -> Void

  /// The two forms of a handler. The synchronous one costs no allocation on the event loop.
  public enum Action: Sendable {
    case respond(@Sendable (Request, PathParameters) -> Response)
    case handle(Handler)
  }

  public let method: String
  /// `/api/mappings/{id}`: `{name}` stands for one segment that is not empty.
  public let pattern: String
  public let runsOn: Place
  public let action: Action
  let segments: [Substring]

  /// A route whose handler answers through a closure.
  public init(
    _ method: String, _ pattern: String, runsOn: Place = .loop, handle: @escaping Handler
  ) {
    self.init(method, pattern, runsOn, .handle(handle))
  }

  /// A route whose handler returns its answer.
  public init(
    _ method: String, _ pattern: String, runsOn: Place = .loop,
    respond: @escaping @Sendable (Request, PathParameters) -> Response
  ) {
    self.init(method, pattern, runsOn, .respond(respond))
  }

  private init(_ method: String, _ pattern: String, _ runsOn: Place, _ action: Action) {
    precondition(pattern.hasPrefix("/"), "a pattern begins with a slash: \(pattern)")
    self.method = method
    self.pattern = pattern
    self.runsOn = runsOn
    self.action = action
    segments = Self.split(pattern)
  }

  /// Segments without the first slash; empty ones count, so `//a` is not `/a`.
  static func split(_ path: String) -> [Substring] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  static func isParameter(_ segment: Substring) -> Bool {
    segment.utf8.first == UInt8(ascii: "{") && segment.utf8.last == UInt8(ascii: "}")
  }

  /// The parameters of a path, or nil if it is not of this pattern.
  func parameters(of path: [Substring]) -> PathParameters? {
    guard path.count == segments.count else { return nil }
    var parameters = PathParameters()
    for (segment, part) in zip(segments, path) {
      if Self.isParameter(segment) {
        guard !part.isEmpty else { return nil }
        parameters.append(segment.dropFirst().dropLast(), part)
      } else if segment != part {
        return nil
      }
    }
    return parameters
  }
}
