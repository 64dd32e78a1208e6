import Domain
import HTTPClient

/// Scheme, host and port of a URL: what must be equal for a key to be sent there.
struct BaseURL: Hashable {
  let scheme: String
  let host: String
  let port: Int

  /// `https://host[:port]`, as it was written.
  let origin: String

  /// - Returns: nil unless the text is an absolute HTTP URL without user information.
  init?(_ url: String) {
    guard let parts = Self.split(url), let scheme = parts.scheme else { return nil }
    self.init(scheme: scheme, authority: parts.authority)
  }

  init?(scheme: String, authority: String) {
    let scheme = scheme.lowercased()
    guard scheme == "http" || scheme == "https", !authority.isEmpty, !authority.contains("@") else {
      return nil
    }
    self.scheme = scheme
    origin = scheme + "://" + authority
    // An IPv6 address holds colons inside its brackets.
    let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[bracket...].lastIndex(of: ":") {
      guard let port = Int(authority[authority.index(after: colon)...]) else { return nil }
      self.port = port
      host = authority[..<colon].lowercased()
    } else {
      port = scheme == "https" ? 443 : 80
      host = authority.lowercased()
    }
  }

  func isSameOrigin(as other: BaseURL) -> Bool {
    (scheme, host, port) == (other.scheme, other.host, other.port)
  }

  /// Takes a URL or `//host/…` apart; nil for anything relative to a host.
  static func split(_ url: String) -> (scheme: String?, authority: String, rest: String)? {
    var scheme: String?
    var rest = Substring(url)
    if let colon = rest.firstIndex(of: ":"), rest[rest.index(after: colon)...].hasPrefix("//") {
      scheme = String(rest[..<colon])
      rest = rest[rest.index(after: colon)...]
    }
    guard rest.hasPrefix("//") else { return nil }
    rest = rest.dropFirst(2)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    return (scheme, String(rest[..<end]), String(rest[end...]))
  }
}

/// Finds the `rel="next"` link of a page (RFC 8288).
enum NextLink {
  enum Refusal: Error, CustomStringConvertible {
    case foreign(String)
    case malformed(String)

    var description: String {
      switch self {
      case .foreign(let url): "the next page is on another host: \(Self.shown(url))"
      case .malformed(let url): "the next page has no usable address: \(Self.shown(url))"
      }
    }

    /// Without the query and a user, which may be somebody's token (O3).
    private static func shown(_ url: String) -> String {
      let path = url.prefix { $0 != "?" && $0 != "#" }
      return path.contains("@") ? "(not shown)" : String(path.prefix(100))
    }
  }

  /// - Parameters:
  ///   - current: The page that the answer is, for links relative to it.
  ///   - base: The configured instance; nil if its URL cannot be read, then only relative links
  ///     are followed.
  /// - Returns: nil on the last page.
  /// - Throws: `Refusal`. The request for the next page carries our key, so it goes to the very
  ///   scheme, host and port that were configured or not at all.
  static func find(
    in response: IncomingResponse, from current: PageLink, base: BaseURL?
  ) throws(Refusal) -> PageLink? {
    for header in response.headerValues("Link") {
      for link in links(header) where link.relations.contains("next") {
        return try resolve(link.target, from: current, base: base)
      }
    }
    return nil
  }

  private static func resolve(
    _ target: String, from current: PageLink, base: BaseURL?
  ) throws(Refusal) -> PageLink {
    guard target.utf8.allSatisfy({ $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "\\") }) else {
      throw .malformed(target)
    }
    let path: String
    if let parts = BaseURL.split(target) {
      guard let base,
        let other = BaseURL(scheme: parts.scheme ?? base.scheme, authority: parts.authority),
        other.isSameOrigin(as: base)
      else { throw .foreign(target) }
      path = parts.rest.hasPrefix("/") ? parts.rest : "/" + parts.rest
    } else if target.hasPrefix("/") {
      path = target
    } else if target.hasPrefix("?") {
      path = current.pathAndQuery.prefix { $0 != "?" } + target
    } else {
      throw .malformed(target)
    }
    return PageLink(pathAndQuery: String(path.prefix { $0 != "#" }))
  }

  /// The links of one header field: `<target>; rel="next"; title="a, b", <target>; rel=prev`.
  private static func links(_ header: String) -> [(target: String, relations: [String])] {
    var result: [(target: String, relations: [String])] = []
    var rest = Substring(header)
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      let target = String(rest[rest.index(after: open)..<close])
      let (parameters, remainder) = untilComma(rest[rest.index(after: close)...])
      result.append((target, relations(parameters)))
      rest = remainder
    }
    return result
  }

  /// Splits at the first comma outside quotes.
  private static func untilComma(_ text: Substring) -> (Substring, Substring) {
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      if text[index] == ",", !isQuoted {
        return (text[..<index], text[text.index(after: index)...])
      }
    }
    return (text, "")
  }

  private static func relations(_ parameters: Substring) -> [String] {
    for parameter in parameters.split(separator: ";") {
      let pair = parameter.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, trimmed(pair[0]).lowercased() == "rel" else { continue }
      let value = trimmed(pair[1]).filter { $0 != "\"" }
      return value.lowercased().split(separator: " ").map(String.init)
    }
    return []
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let front = text.drop { $0 == " " || $0 == "\t" }
    return front.prefix(
      front.lastIndex { $0 != " " && $0 != "\t" }.map {
        front.distance(from: front.startIndex, to: $0) + 1
      } ?? 0)
  }
}
