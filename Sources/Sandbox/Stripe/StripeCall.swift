import HTTPFormat

/// A request that was understood: whose it is, what it wants, and when.
struct StripeCall: Sendable {
  var endpoint: StripeEndpoint
  /// The texts in place of the `{…}` of the path.
  var ids: [String]
  var parameters: [(name: String, value: String)]
  /// The account that the request acts on: the platform, or that of `Stripe-Account`.
  var owner: String
  var nowMs: Int64
  var requestID: String
  var idempotencyKey: String?

  /// The decoded pairs of body and query; `[0]` and `[]` become `[]`.
  static func parameters(of request: Request) -> [(name: String, value: String)] {
    var text = request.query ?? ""
    if request.method == "POST" {
      text += (text.isEmpty ? "" : "&") + String(decoding: request.body, as: UTF8.self)
    }
    return FormEncoding.decode(text).map { (unnumbered($0.name), $0.value) }
  }

  private static func unnumbered(_ name: String) -> String {
    guard let bracket = name.firstIndex(of: "[") else { return name }
    let levels = name[bracket...].split(separator: "[", omittingEmptySubsequences: true).map {
      level in
      level.dropLast().allSatisfy(\.isNumber) ? "]" : String(level)
    }
    return name[..<bracket] + levels.map { "[\($0)" }.joined()
  }

  /// The last value of a parameter, nil if it was not sent.
  func text(_ name: String) -> String? { parameters.last { $0.name == name }?.value }

  func texts(_ name: String) -> [String] { parameters.filter { $0.name == name }.map(\.value) }

  func required(_ name: String) throws(StripeError) -> String {
    guard let value = text(name) else {
      throw .invalid(
        "Missing required param: \(name).", code: "parameter_missing", parameter: name)
    }
    guard !value.isEmpty else {
      throw .invalid(
        "You passed an empty string for '\(name)'. We assume empty values are an attempt to "
          + "unset a parameter; however '\(name)' cannot be unset. You should remove '\(name)' "
          + "from your request or supply a non-empty value.",
        code: "parameter_invalid_empty", parameter: name)
    }
    return value
  }

  /// A number of minor units, at least 1.
  func positive(_ name: String) throws(StripeError) -> Int64 {
    let text = try required(name)
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard digits.allSatisfy({ (48...57).contains($0) }), let value = Int64(text) else {
      throw .invalid(
        "Invalid integer: \(text)", code: "parameter_invalid_integer", parameter: name)
    }
    guard value >= 1 else {
      throw .invalid(
        "This value must be greater than or equal to 1.", code: "parameter_invalid_integer",
        parameter: name)
    }
    return value
  }

  func flag(_ name: String) throws(StripeError) -> Bool? {
    switch text(name) {
    case nil: return nil
    case "true": return true
    case "false": return false
    case .some(let value): throw .invalid("Invalid boolean: \(value)", parameter: name)
    }
  }

  /// A currency code in lower case.
  func currency() throws(StripeError) -> String {
    let text = try required("currency").lowercased()
    guard text.utf8.count == 3, text.utf8.allSatisfy({ (97...122).contains($0) }) else {
      throw .invalid("Invalid currency: \(text).", parameter: "currency")
    }
    return text
  }

  /// `old` with the `metadata[…]` of the request merged in: an empty value removes its key,
  /// `metadata=` removes all.
  func metadata(over old: [String: String] = [:]) throws(StripeError) -> [String: String] {
    var metadata = old
    for (name, value) in parameters where name == "metadata" && value.isEmpty { metadata = [:] }
    for (name, value) in parameters where name.hasPrefix("metadata[") {
      let key = String(name.dropFirst("metadata[".count).dropLast())
      try checkMetadata("keys", key, limit: 40, parameter: name)
      try checkMetadata("values", value, limit: 500, parameter: name)
      metadata[key] = value.isEmpty ? nil : value
    }
    guard metadata.count <= 50 else {
      throw .invalid(
        "You can only have up to 50 metadata keys, but you passed \(metadata.count).",
        parameter: "metadata")
    }
    return metadata
  }

  private func checkMetadata(
    _ what: String, _ text: String, limit: Int, parameter: String
  ) throws(StripeError) {
    guard text.count > limit else { return }
    throw .invalid(
      "Metadata \(what) can have up to \(limit) characters, but you passed in a value that is "
        + "\(text.count) characters. Invalid value: \(text)", parameter: parameter)
  }

  /// Names that the endpoint does not know are refused before anything is done.
  func checkNames() throws(StripeError) {
    let unknown = parameters.map(\.name).filter { !endpoint.accepts($0) }
    guard let first = unknown.first else { return }
    let plural = unknown.count > 1 ? "s" : ""
    throw .invalid(
      "Received unknown parameter\(plural): \(unknown.joined(separator: ", "))",
      code: "parameter_unknown", parameter: first)
  }

  /// Whether a moment lies in the `created[…]` window of the request.
  func isCreatedInWindow(_ createdMs: Int64) -> Bool {
    let seconds = createdMs / 1_000
    return parameters.allSatisfy { name, value in
      guard name.hasPrefix("created"), let bound = Int64(value) else { return true }
      switch name {
      case "created": return seconds == bound
      case "created[gt]": return seconds > bound
      case "created[gte]": return seconds >= bound
      case "created[lt]": return seconds < bound
      case "created[lte]": return seconds <= bound
      default: return true
      }
    }
  }
}
