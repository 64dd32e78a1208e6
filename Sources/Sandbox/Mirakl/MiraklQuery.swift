import HTTPFormat

/// A refusal in Mirakl's form.
struct MiraklError: Error {
  var status: Int
  var message: String
  /// Seconds, for a 429.
  var retryAfter: Int64?

  var response: Response {
    let json: JSONValue = ["message": .string(message), "status": .integer(Int64(status))]
    var response = Response.json(status, json.compact)
    if let retryAfter { response.headers["Retry-After"] = String(retryAfter) }
    return response
  }

  static func throttled(retryAfter: Int64?) -> MiraklError {
    MiraklError(
      status: 429, message: "Too many requests over the last hour", retryAfter: retryAfter)
  }

  static func badRequest(_ message: String) -> MiraklError {
    MiraklError(status: 400, message: message)
  }
}

/// The parameters of a request to Mirakl, checked against those that the operation knows.
struct MiraklQuery {
  /// Values of one comma-separated list.
  static let listMax = 100

  let items: [(name: String, value: String)]
  /// Position of the first row, 0 for the first page.
  let offset: Int
  /// Rows of a page.
  let max: Int

  /// - Parameter known: besides `max`, `offset` and `locale`.
  init(_ request: Request, known: Set<String>, pageSizeMax: Int) throws(MiraklError) {
    items = request.queryItems
    for (name, _) in items where !known.union(["max", "offset", "locale"]).contains(name) {
      throw .badRequest("Unknown query parameter '\(name)'")
    }
    offset = try Self.number("offset", items, default: 0, in: 0...Int.max)
    max = try Self.number("max", items, default: 10, in: 1...pageSizeMax)
  }

  func text(_ name: String) -> String? { items.first { $0.name == name }?.value }

  /// A comma-separated list; nil when it was not sent.
  func list(_ name: String) throws(MiraklError) -> Set<String>? {
    guard let text = text(name) else { return nil }
    let values = text.split(separator: ",").map(String.init)
    guard values.count <= Self.listMax else {
      throw .badRequest("'\(name)' must not have more than \(Self.listMax) values")
    }
    return Set(values)
  }

  /// A date with time and zone, in milliseconds; nil when it was not sent.
  func date(_ name: String) throws(MiraklError) -> Int64? {
    guard let text = text(name) else { return nil }
    guard let ms = Timestamp.parse(text) else {
      throw .badRequest("'\(name)' is not a valid date: '\(text)'")
    }
    return ms
  }

  func flag(_ name: String) throws(MiraklError) -> Bool? {
    switch text(name) {
    case nil: return nil
    case "true": return true
    case "false": return false
    case .some(let value): throw .badRequest("'\(name)' is not a boolean: '\(value)'")
    }
  }

  private static func number(
    _ name: String, _ items: [(name: String, value: String)], default standard: Int,
    in range: ClosedRange<Int>
  ) throws(MiraklError) -> Int {
    guard let text = items.first(where: { $0.name == name })?.value else { return standard }
    guard let value = Int(text), range.contains(value) else {
      throw .badRequest(
        "'\(name)' must be a number between \(range.lowerBound) and "
          + "\(range.upperBound), not '\(text)'")
    }
    return value
  }
}
