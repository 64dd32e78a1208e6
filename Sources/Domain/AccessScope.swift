/// What a token may do at the operator's API; each includes those before it. Stored; never rename
/// one.
public enum AccessScope: String, CaseIterable, Comparable, Sendable {
  /// Look at everything.
  case read
  /// Retry, approve, abort, hold, pause, replay.
  case operate
  /// Issue and revoke tokens, move checkpoints.
  case admin

  private var rank: Int {
    switch self {
    case .read: 0
    case .operate: 1
    case .admin: 2
    }
  }

  public static func < (left: AccessScope, right: AccessScope) -> Bool { left.rank < right.rank }
}
