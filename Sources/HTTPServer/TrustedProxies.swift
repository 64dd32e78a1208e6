public import HTTPFormat
public import Sockets

/// The proxies that are believed when they say who their client is.
///
/// Anybody can send `X-Forwarded-For`, so it counts only on connections from these addresses, and
/// only as far as each hop was added by one of them: the field is read from its right end, and the
/// first address that is no proxy of ours is the client. What stands left of it is the client's own
/// word.
public struct TrustedProxies: Sendable {
  /// Who sent a request, and how it reached the first proxy.
  public struct Origin: Sendable, Hashable {
    public let address: IPAddress
    public let isSecure: Bool

    public init(address: IPAddress, isSecure: Bool) {
      self.address = address
      self.isSecure = isSecure
    }
  }

  private let ranges: [AddressRange]

  public init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

  public func contains(_ address: IPAddress) -> Bool {
    ranges.contains { $0.contains(address) }
  }

  /// - Parameters:
  ///   - peer: the address at the other end of the connection.
  ///   - isSecure: whether that connection is TLS.
  public func origin(of headers: Headers, peer: IPAddress, isSecure: Bool) -> Origin {
    guard contains(peer) else { return Origin(address: peer, isSecure: isSecure) }
    var address = peer
    let hops = headers.values("X-Forwarded-For").flatMap { $0.split(separator: ",") }
    for hop in hops.reversed() {
      // What cannot be read ends the walk: the proxy that passed it on is all that is known.
      guard contains(address), let next = Self.address(hop) else { break }
      address = next
    }
    let scheme = headers.values("X-Forwarded-Proto").last?.split(separator: ",").last
    let isForwardedSecure = scheme.map { Self.trimmed($0).lowercased() == "https" }
    return Origin(address: address, isSecure: isForwardedSecure ?? isSecure)
  }

  /// `203.0.113.7`, `2001:db8::7`, `[2001:db8::7]:443`, and `203.0.113.7:443`, which some send.
  private static func address(_ text: Substring) -> IPAddress? {
    let text = trimmed(text)
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else {
        return nil
      }
      return IPAddress(String(text[text.index(after: text.startIndex)..<end]))
    }
    if let address = IPAddress(text) { return address }
    guard let colon = text.firstIndex(of: ":"), isPort(text[colon...]) else { return nil }
    return IPAddress(String(text[..<colon]))
  }

  /// Nothing, or a colon and digits.
  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty
      || text.utf8.count <= 6 && text.first == ":"
        && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
  }

  private static func trimmed(_ text: Substring) -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
    let start = text.utf8.drop(while: isBlank)
    let end = start.reversed().prefix(while: isBlank).count
    return String(Substring(start.dropLast(end)))
  }
}
