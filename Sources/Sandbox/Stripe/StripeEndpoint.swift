/// An endpoint of Stripe's API with the parameters it accepts.
struct StripeEndpoint: Sendable {
  /// Method and path pattern, e.g. `GET /v1/charges/{charge}`.
  let operation: String
  let method: String
  let segments: [String]
  let parameters: Set<String>

  /// The endpoint that a request is for, with the texts in place of `{…}`.
  static func match(method: String, path: String) -> (endpoint: StripeEndpoint, ids: [String])? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    for endpoint in byShape[Shape(method: method, count: parts.count)] ?? [] {
      var ids: [String] = []
      let fits = zip(endpoint.segments, parts).allSatisfy { segment, part in
        guard segment.hasPrefix("{") else { return segment == part }
        ids.append(part)
        return true
      }
      if fits { return (endpoint, ids) }
    }
    return nil
  }

  /// Whether the endpoint knows a parameter, by the first two levels of its name: deeper levels are
  /// accepted where the second is.
  func accepts(_ name: String) -> Bool {
    guard let bracket = name.firstIndex(of: "[") else { return parameters.contains(name) }
    let base = String(name[..<bracket])
    var levels = name[bracket...].split(separator: "[").map { $0.dropLast() }
    var parent = base
    if levels.first?.isEmpty == true {
      levels.removeFirst()
      parent += "[]"
      if levels.isEmpty { return parameters.contains(parent) }
    }
    return parameters.contains("\(base)[*]") || parameters.contains("\(parent)[\(levels[0])]")
  }

  private struct Shape: Hashable {
    let method: String
    let count: Int
  }

  private static let byShape = Dictionary(grouping: all) {
    Shape(method: $0.method, count: $0.segments.count)
  }

  static let all: [StripeEndpoint] = {
    var endpoints: [StripeEndpoint] = []
    var operation = ""
    var names = ""
    func finish() {
      if !operation.isEmpty { endpoints.append(StripeEndpoint(operation, names)) }
    }
    for line in StripeParameterTable.text.split(separator: "\n") {
      if line.hasPrefix(" ") {
        names += line
      } else {
        finish()
        (operation, names) = (String(line), "")
      }
    }
    finish()
    return endpoints
  }()

  private init(_ operation: String, _ names: String) {
    self.operation = operation
    let words = operation.split(separator: " ")
    method = String(words[0])
    segments = words[1].split(separator: "/").map(String.init)
    parameters = Self.names(names)
  }

  /// Undoes `a[b c]`.
  private static func names(_ text: String) -> Set<String> {
    var names: Set<String> = []
    var parent: String?
    for word in text.split(separator: " ") {
      var word = String(word)
      if parent == nil, !word.hasSuffix("[]"), let bracket = word.lastIndex(of: "[") {
        parent = String(word[..<bracket])
        word = String(word[word.index(after: bracket)...])
      }
      guard let group = parent else {
        names.insert(word)
        continue
      }
      if word.hasSuffix("]") {
        word.removeLast()
        parent = nil
      }
      names.insert("\(group)[\(word)]")
    }
    return names
  }
}
