/// Keeps keys out of errors and logs (O3): neighbours like to repeat them in their messages.
public enum Redaction {
  /// The text with every Stripe key, signing secret and seller's link replaced by its beginning
  /// and `***`.
  public static func clean(_ text: String) -> String {
    var output = ""
    var rest = Substring(text)
    while let character = rest.first {
      // A word such as "task_1" holds no key.
      let isInsideWord = output.last.map { $0.isLetter || $0.isNumber } ?? false
      if !isInsideWord, let prefix = prefixes.first(where: { rest.hasPrefix($0) }) {
        output += prefix + "***"
        rest = rest.dropFirst(prefix.count).drop { $0.isLetter || $0.isNumber || "_*".contains($0) }
      } else if let prefix = linkPrefixes.first(where: { rest.hasPrefix($0) }) {
        output += prefix + "***"
        rest = rest.dropFirst(prefix.count).drop { !$0.isWhitespace && !"\"'<>,;)".contains($0) }
      } else {
        output.append(character)
        rest.removeFirst()
      }
    }
    return output
  }

  /// As `clean(_:)`, and without the secret itself wherever it stands.
  public static func clean(_ text: String, of secret: String) -> String {
    guard secret.utf8.count >= 4 else { return clean(text) }
    var output = ""
    var rest = Substring(text)
    while !rest.isEmpty {
      if rest.hasPrefix(secret) {
        output += "***"
        rest = rest.dropFirst(secret.count)
      } else if let character = rest.popFirst() {
        output.append(character)
      }
    }
    return clean(output)
  }

  private static let prefixes = ["sk_", "rk_", "whsec_"]
  /// What lets in whoever opens it: Stripe's links for sellers, and our own that mint them.
  private static let linkPrefixes = ["https://connect.stripe.com/", "/refresh?token="]
}
