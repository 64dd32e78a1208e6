import Domain
import OpenSSL

/// Checks `Stripe-Signature` over the raw body with every secret of an endpoint (W3).
public final class SignatureVerifier: Sendable {
  /// Stripe's own default, against replays; in both directions, as the contract says.
  public static let toleranceMs: Int64 = 300_000

  private let keys: [HMACSHA256]

  /// - Parameter secrets: The whole secret strings, `whsec_` included; all are tried. Blank ones
  ///   count as none: anybody could sign with them.
  public init(secrets: [Secret]) {
    keys = secrets.compactMap { secret in
      secret.reveal { text in
        text.allSatisfy(\.isWhitespace) ? nil : HMACSHA256(key: Array(text.utf8))
      }
    }
  }

  /// Whether one of the secrets signed exactly these bytes, within the tolerance.
  ///
  /// Every secret is tried against every signature, so that the time taken tells nothing about
  /// which one matched.
  public func accepts(body: [UInt8], header: String?, nowMs: Int64) -> Bool {
    guard let header, let signature = SignatureHeader(header) else { return false }
    let ageMs = nowMs - signature.timestampS * 1_000
    guard abs(ageMs) <= Self.toleranceMs else { return false }
    let prefix = Array((signature.timestampText + ".").utf8)
    var matches = false
    for key in keys {
      let expected = Array(key.hex(of: prefix, body).utf8)
      for candidate in signature.signatures where constantTimeEqual(candidate, expected) {
        matches = true
      }
    }
    return matches
  }
}
