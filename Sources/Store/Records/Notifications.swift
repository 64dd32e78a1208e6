import Domain

/// Messages for the operator, written in the transaction of what they tell (Q5).
extension Transaction {
  /// Stores a message and the job that sends it.
  @discardableResult
  public func addNotification(type: String, body: String, nowMs: Int64) throws -> Notification {
    let notification = try run(
      """
      INSERT INTO notification (type, body, state, created_ms, modified_ms)
      VALUES ($1, $2, 'pending', $3, $3) RETURNING *
      """, .text(type), .text(body), .integer(nowMs)
    ).map(Notification.init(row:))[0]
    try enqueue(.notify, key: String(notification.id), runAtMs: nowMs, nowMs: nowMs)
    return notification
  }

  public func notification(id: Int64) throws -> Notification? {
    try run("SELECT * FROM notification WHERE id = $1", .integer(id)).first
      .map(Notification.init(row:))
  }

  /// Records one try to send it: `attempts` grows by one. What was delivered stays delivered.
  /// - Parameters:
  ///   - state: `pending` while further tries follow.
  ///   - error: The endpoint's answer in words, without its body.
  public func finishNotification(
    id: Int64, state: Notification.State, nowMs: Int64, error: String?
  ) throws {
    try run(
      """
      UPDATE notification SET state = $2, attempts = attempts + 1, error = $3, modified_ms = $4
      WHERE id = $1 AND state <> 'delivered'
      """, .integer(id), .text(state.rawValue), SQLValue(error), .integer(nowMs))
  }
}

extension Notification {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), type: try row.text("type"), body: try row.text("body"),
      state: try row.word("state"), attempts: try row.int("attempts"))
  }
}
