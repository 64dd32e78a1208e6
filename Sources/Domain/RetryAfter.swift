/// The `Retry-After` header (RFC 9110 10.2.3).
public enum RetryAfter {
  /// - Parameters:
  ///   - value: Seconds, or an HTTP date; nil where there is no header.
  ///   - date: The same answer's `Date` header, which a date is counted from: no clock of ours is
  ///     asked, and none of theirs has to agree with it.
  /// - Returns: Milliseconds to wait, 0 for a moment that has passed; nil for what cannot be read.
  public static func milliseconds(_ value: String?, date: String?) -> Int64? {
    guard let value else { return nil }
    if let seconds = Int64(value), (0...1_000_000_000).contains(seconds) { return seconds * 1_000 }
    guard let until = Timestamp.parseHTTP(value), let now = date.flatMap(Timestamp.parseHTTP) else {
      return nil
    }
    return max(0, until - now)
  }
}
