/// A complete HTTP request, framing undone and target checked.
public struct Request: Sendable, Hashable {
  /// `GET`, `POST`, … as received (methods are case-sensitive, RFC 9110 9.1).
  public var method: String
  /// Percent-decoded, dot segments removed, without the query.
  public var path: String
  /// The part after `?`, still percent-encoded; nil when there is no `?`.
  public var query: String?
  public var headers: Headers
  public var body: [UInt8]
  /// The client's address without port, e.g. `203.0.113.7`: the peer's, or what a trusted proxy
  /// says.
  public var remoteAddress: String
  /// The client uses TLS, with us or with a trusted proxy.
  public var isSecure: Bool

  public init(
    method: String, path: String, query: String? = nil, headers: Headers = Headers(),
    body: [UInt8] = [], remoteAddress: String = "127.0.0.1", isSecure: Bool = false
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.isSecure = isSecure
  }

  /// Whether the client said that there is content, even of no bytes (RFC 9110 15.5.12, RFC 9112
  /// 6.3): a request without either field has none, and may be one whose sender forgot it.
  public var hasLength: Bool {
    !body.isEmpty || headers["Content-Length"] != nil || headers["Transfer-Encoding"] != nil
  }

  /// The decoded pairs of the query, in order; `+` and `%20` both stand for a space.
  public var queryItems: [(name: String, value: String)] { FormEncoding.decode(query ?? "") }

  /// The first value of a query parameter.
  public func queryValue(_ name: String) -> String? {
    queryItems.first { $0.name == name }?.value
  }
}

/// Header fields in order of arrival; names compare without case (RFC 9110 5.1).
public struct Headers: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  public struct Field: Sendable, Hashable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var fields: [Field]

  public init(_ fields: [Field] = []) { self.fields = fields }
  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }

  /// The first value of a field, or nil; setting replaces every field of the name.
  public subscript(_ name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      fields.removeAll { Self.same($0.name, name) }
      if let newValue { append(name, newValue) }
    }
  }

  public mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  /// Every value of a field, in order.
  public func values(_ name: String) -> [String] {
    fields.filter { Self.same($0.name, name) }.map(\.value)
  }

  static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count
      && zip(left.utf8, right.utf8).allSatisfy { lowered($0) == lowered($1) }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (65...90).contains(byte) ? byte + 32 : byte
  }
}
