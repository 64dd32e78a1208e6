/// SplitMix64: the same seed gives the same run. Not for secrets.
///
/// - Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014).
struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Letters and digits, as in Stripe's identifiers.
  mutating func token(_ length: Int) -> String {
    String(
      decoding: (0..<length).map { _ in Self.alphabet[Int(next() % 62)] }, as: UTF8.self)
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
