import Glibc

/// An IPv4 or IPv6 address without port.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// The 128 bits of IPv6; IPv4 as `::ffff:a.b.c.d` (RFC 4291 2.5.5.2), so that a client has one
  /// value whichever kind of socket it came through.
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

  /// Reads `203.0.113.7` or `2001:db8::7`; nil for anything else, names and zones included.
  public init?(_ text: String) {
    guard !text.utf8.contains(0) else { return nil }
    if text.utf8.contains(UInt8(ascii: ":")) {
      var address = in6_addr()
      guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
      self.init(address)
    } else {
      var address = in_addr()
      guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
      self.init(address)
    }
  }

  init(_ address: in_addr) {
    self.init(high: 0, low: Self.mapped | UInt64(UInt32(bigEndian: address.s_addr)))
  }

  init(_ address: in6_addr) {
    let words = withUnsafeBytes(of: address) {
      ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
    }
    self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
  }

  private static let mapped: UInt64 = 0xFFFF_0000_0000

  public var isIPv4: Bool { high == 0 && low & ~0xFFFF_FFFF == Self.mapped }

  /// What one customer of a provider has at least: an IPv4 address, or 64 bits of IPv6. Shares are
  /// counted by it, because whoever has one IPv6 address has 2^64 of them.
  public var share: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

  /// The shortest form: `203.0.113.7`, `2001:db8::7`.
  public var description: String {
    var words = (high.bigEndian, low.bigEndian)
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let written = withUnsafeBytes(of: &words) { bytes in
      bytes.baseAddress.flatMap { base in
        isIPv4
          ? inet_ntop(AF_INET, base + 12, &text, socklen_t(text.count))
          : inet_ntop(AF_INET6, base, &text, socklen_t(text.count))
      }
    }
    guard written != nil else { return "unknown" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// All addresses with the same first bits: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
  private let first: IPAddress
  /// Counted in the 128 bits of IPv6.
  private let prefixBits: Int

  /// - Throws: `SocketError` with the reason for a malformed text, or for an address that has bits
  ///   behind its prefix: most likely it is not the range that was meant.
  public init(_ text: String) throws(SocketError) {
    let operation = "address range \(text.prefix(60))"
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else {
      throw SocketError(operation, reason: "expected an IPv4 or IPv6 address, or ADDRESS/BITS")
    }
    let bitsMax = address.isIPv4 ? 32 : 128
    var bits = bitsMax
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(parts[1]),
        number <= bitsMax
      else { throw SocketError(operation, reason: "expected 0 to \(bitsMax) bits after the slash") }
      bits = number
    }
    prefixBits = 128 - bitsMax + bits
    first = Self.masked(address, prefixBits)
    guard first == address else {
      throw SocketError(operation, reason: "has bits behind its prefix: write \(first)/\(bits)")
    }
  }

  public func contains(_ address: IPAddress) -> Bool {
    first.isIPv4 == address.isIPv4 && Self.masked(address, prefixBits) == first
  }

  /// Whether it holds every address of its kind.
  public var isEverything: Bool { prefixBits == (first.isIPv4 ? 96 : 0) }

  public var description: String {
    first.isIPv4 ? "\(first)/\(prefixBits - 96)" : "\(first)/\(prefixBits)"
  }

  private static func masked(_ address: IPAddress, _ bits: Int) -> IPAddress {
    IPAddress(
      high: address.high & mask(min(64, bits)), low: address.low & mask(max(0, bits - 64)))
  }

  /// The first `bits` of 64.
  private static func mask(_ bits: Int) -> UInt64 { bits == 0 ? 0 : ~0 << UInt64(64 - bits) }
}
