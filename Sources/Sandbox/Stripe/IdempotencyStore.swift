/// The answers kept under idempotency keys.
///
/// A key is scoped by account, holds the first answer of a request whose execution began, and is
/// forgotten when it is 24 hours old: then the same key executes anew.
/// - Source: https://docs.stripe.com/api/idempotent_requests
struct IdempotencyStore: Sendable {
  static let lifetimeMs: Int64 = 86_400_000

  struct Scope: Sendable, Hashable {
    var owner: String
    var key: String
  }

  struct Entry: Sendable {
    var fingerprint: [String]
    var status: Int
    var body: [UInt8]
    var requestID: String
    var createdMs: Int64
  }

  private var entries: [Scope: Entry] = [:]
  /// In the order of their creation, to forget the old ones; `head` is the oldest still there.
  private var ages: [(scope: Scope, createdMs: Int64)] = []
  private var head = 0

  var count: Int { entries.count }

  func entry(_ scope: Scope, nowMs: Int64) -> Entry? {
    guard let entry = entries[scope], nowMs - entry.createdMs < Self.lifetimeMs else {
      return nil
    }
    return entry
  }

  mutating func keep(_ entry: Entry, under scope: Scope) {
    entries[scope] = entry
    ages.append((scope, entry.createdMs))
    forget(before: entry.createdMs - Self.lifetimeMs)
  }

  private mutating func forget(before ms: Int64) {
    while head < ages.count, ages[head].createdMs <= ms {
      let scope = ages[head].scope
      // The key may have been used again since; then a younger entry stands here.
      if let entry = entries[scope], entry.createdMs <= ms { entries[scope] = nil }
      head += 1
    }
    if head > 4_096, head * 2 > ages.count {
      ages.removeFirst(head)
      head = 0
    }
  }
}
