/// A `Stripe-Signature` header, read but not yet checked: `t=1764000000,v1=…,v1=…,v0=…`.
///
/// - Source: https://docs.stripe.com/webhooks#verify-manually. Only `v1` counts: every other
///   scheme is ignored, or a forger could choose a weaker one.
struct SignatureHeader: Hashable, Sendable {
  /// Seconds since 1970, as signed. Bounded, so that arithmetic on it cannot overflow.
  let timestampS: Int64
  /// The digits of `t` as they were sent: they are part of what is signed.
  let timestampText: String
  /// Each 64 lower-case hexadecimal digits.
  let signatures: [[UInt8]]

  /// How many `v1` items are looked at: Stripe sends one per active secret, a forger many.
  static let signaturesMax = 16

  /// - Returns: nil if there is not exactly one `t` and at least one well-formed `v1`.
  init?(_ text: String) {
    var timestamps: [Substring] = []
    var signatures: [[UInt8]] = []
    for item in text.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "t": timestamps.append(parts[1])
      case "v1": if let signature = Self.hex(parts[1]) { signatures.append(signature) }
      default: continue
      }
    }
    guard timestamps.count == 1, (1...Self.signaturesMax).contains(signatures.count),
      (1...12).contains(timestamps[0].utf8.count),
      timestamps[0].utf8.allSatisfy({ (48...57).contains($0) }),
      let seconds = Int64(timestamps[0])
    else { return nil }
    timestampS = seconds
    timestampText = String(timestamps[0])
    self.signatures = signatures
  }

  /// Upper-case digits are another string: the official libraries compare text.
  private static func hex(_ text: Substring) -> [UInt8]? {
    let bytes = Array(text.utf8)
    let isHex = bytes.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    return bytes.count == 64 && isHex ? bytes : nil
  }
}
