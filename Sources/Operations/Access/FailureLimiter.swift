import Threading

/// Slows down whoever tries credentials (X1). In memory, bounded; a restart forgives.
///
/// The first tries of an address are free, because people mistype. From then on each wrong one
/// doubles the time in which nothing of that address is looked at, right or wrong: a guess that is
/// not looked at tells nothing.
public final class FailureLimiter: Sendable {
  /// Wrong tries in a row that cost nothing.
  public static let freeTries = 10
  public static let pauseMsMax: Int64 = 60_000
  /// A row of wrong tries is forgotten after this long without one.
  public static let memoryMs: Int64 = 900_000
  /// Addresses remembered at once; above it all new ones share one entry.
  public static let addressesMax = 10_000

  private struct Entry {
    var failures = 0
    var lastMs: Int64
    var closedUntilMs: Int64 = .min / 2
  }

  private let entries = Monitor([String: Entry]())

  public init() {}

  /// How many seconds the address must wait; nil if it may try.
  public func waitSeconds(_ address: String, nowMs: Int64) -> Int64? {
    entries.withLock { entries in
      let key = Self.key(address, entries)
      guard let entry = entries[key] else { return nil }
      let leftMs = entry.closedUntilMs - nowMs
      // A longer wait than was ever set means that the clock was set back.
      guard (1...Self.pauseMsMax).contains(leftMs) else { return nil }
      return (leftMs + 999) / 1_000
    }
  }

  public func failed(_ address: String, nowMs: Int64) {
    entries.withLock { entries in
      if entries.count >= Self.addressesMax {
        entries = entries.filter { (0..<Self.memoryMs).contains(nowMs - $0.value.lastMs) }
      }
      let key = Self.key(address, entries)
      var entry = entries[key] ?? Entry(lastMs: nowMs)
      if !(0..<Self.memoryMs).contains(nowMs - entry.lastMs) { entry = Entry(lastMs: nowMs) }
      entry.failures += 1
      entry.lastMs = nowMs
      let excess = entry.failures - Self.freeTries
      if excess > 0 {
        entry.closedUntilMs = nowMs + min(Self.pauseMsMax, 1_000 << Int64(min(excess - 1, 6)))
      }
      entries[key] = entry
    }
  }

  public func succeeded(_ address: String) {
    entries.withLock { entries in entries[Self.prefix(address)] = nil }
  }

  var count: Int { entries.withLock { $0.count } }

  private static func key(_ address: String, _ entries: [String: Entry]) -> String {
    let prefix = prefix(address)
    return entries[prefix] != nil || entries.count < addressesMax ? prefix : "others"
  }

  /// Whoever has one address of IPv6 has a whole /64 of them.
  static func prefix(_ address: String) -> String {
    guard address.contains(":") else { return address }
    let parts = address.split(separator: ":", omittingEmptySubsequences: false)
    let head = parts.prefix(4).prefix { !$0.isEmpty }
    return head.joined(separator: ":") + "::/64"
  }
}
