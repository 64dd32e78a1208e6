/// A run of a pass that was begun and not ended.
public struct PassRun: Hashable, Sendable {
  /// The process that makes it.
  public let holder: String
  /// Renewed for as long as the holder lives; after it the holder is believed dead.
  public let leaseUntilMs: Int64

  public init(holder: String, leaseUntilMs: Int64) {
    self.holder = holder
    self.leaseUntilMs = leaseUntilMs
  }
}

/// Which passes are being made: at most one run of each, in however many processes.
extension Transaction {
  /// The run of a pass that nobody has ended; nil if there is none.
  public func activePass(_ name: String) throws -> PassRun? {
    try run("SELECT holder, lease_until_ms FROM pass_run WHERE name = $1", .text(name)).first.map {
      PassRun(holder: try $0.text("holder"), leaseUntilMs: try $0.int64("lease_until_ms"))
    }
  }

  /// Begins a run, or takes over one whose holder died. Whether that is right is the caller's to
  /// decide, in the same transaction.
  public func beginPass(_ name: String, holder: String, leaseMs: Int64, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO pass_run (name, holder, lease_until_ms, begun_ms) VALUES ($1, $2, $3, $4)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
        lease_until_ms = excluded.lease_until_ms, begun_ms = excluded.begun_ms
      """, .text(name), .text(holder), .integer(nowMs + leaseMs), .integer(nowMs))
  }

  /// - Returns: false if the run was taken over by another process.
  public func renewPass(
    _ name: String, holder: String, leaseMs: Int64, nowMs: Int64
  ) throws -> Bool {
    try !run(
      "UPDATE pass_run SET lease_until_ms = $3 WHERE name = $1 AND holder = $2 RETURNING name",
      .text(name), .text(holder), .integer(nowMs + leaseMs)
    ).isEmpty
  }

  /// Ends the holder's own run; one that was taken over is the other's to end.
  public func endPass(_ name: String, holder: String) throws {
    try run(
      "DELETE FROM pass_run WHERE name = $1 AND holder = $2", .text(name), .text(holder))
  }

  /// Lets every lease expire now. Only for when no holder can be alive.
  public func expirePasses(nowMs: Int64) throws {
    try run("UPDATE pass_run SET lease_until_ms = $1", .integer(nowMs))
  }
}
