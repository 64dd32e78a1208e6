import HTTPFormat

/// The parameters of a seek list: those of the first page, which `page_token` carries on. Beside a
/// token everything else is ignored, as Mirakl does.
struct SeekQuery {
  let items: [(name: String, value: String)]
  let limit: Int
  /// Rows before this page.
  let offset: Int

  init(_ request: Request, known: Set<String>, limitMax: Int) throws(MiraklError) {
    let sent = request.queryItems
    guard let token = sent.first(where: { $0.name == "page_token" })?.value else {
      (items, offset) = (sent, 0)
      limit = try Self.limit(sent, max: limitMax)
      for (name, _) in sent where !known.union(["limit", "sort", "locale"]).contains(name) {
        throw .badRequest("Unknown query parameter '\(name)'")
      }
      return
    }
    let parts = token.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let position = Int(parts[0]) else {
      throw .badRequest("'page_token' is not valid")
    }
    items = FormEncoding.decode(String(parts[1])).map { ($0.name, $0.value) }
    offset = position
    limit = try Self.limit(items, max: limitMax)
  }

  private static func limit(
    _ items: [(name: String, value: String)], max: Int
  ) throws(MiraklError) -> Int {
    guard let text = items.first(where: { $0.name == "limit" })?.value else { return 10 }
    guard let value = Int(text), (1...max).contains(value) else {
      throw .badRequest("'limit' must be a number between 1 and \(max), not '\(text)'")
    }
    return value
  }

  /// The values of a repeated parameter; nil when it was not sent.
  func values(_ name: String) throws(MiraklError) -> Set<String>? {
    let values = items.filter { $0.name == name }.map(\.value)
    guard values.count <= MiraklQuery.listMax else {
      throw .badRequest("'\(name)' must not have more than \(MiraklQuery.listMax) values")
    }
    return values.isEmpty ? nil : Set(values)
  }

  /// A date with time and zone, in milliseconds; nil when it was not sent.
  func date(_ name: String) throws(MiraklError) -> Int64? {
    guard let text = items.first(where: { $0.name == name })?.value else { return nil }
    guard let ms = Timestamp.parse(text) else {
      throw .badRequest("'\(name)' is not a valid date: '\(text)'")
    }
    return ms
  }

  /// - Parameter loops: whether the next page is this one again, for ever.
  func response(_ rows: [JSONValue], loops: Bool) -> Response {
    let page = Array(rows.dropFirst(offset).prefix(limit))
    var body: JSONValue = ["data": .array(page)]
    let following = loops ? offset : offset + limit
    if loops || following < rows.count {
      let query = items.map { Self.encode($0.name) + "=" + Self.encode($0.value) }
      body["next_page_token"] = .string("\(following)." + query.joined(separator: "&"))
    }
    return .json(200, body.compact)
  }

  private static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte)
        || (97...122).contains(byte) || byte == 45 || byte == 95
      bytes += isPlain ? [byte] : [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
