/// A message for `OPERATOR_NOTIFICATION_URL`, kept until it was taken or given up.
public struct Notification: Hashable, Sendable {
  public enum State: String, CaseIterable, Sendable { case pending, delivered, failed }

  public var id: Int64
  /// `transfer.failed`, `account.updated`, …
  public var type: String
  /// The JSON body.
  public var body: String
  public var state: State
  public var attempts: Int

  public init(id: Int64, type: String, body: String, state: State, attempts: Int) {
    self.id = id
    self.type = type
    self.body = body
    self.state = state
    self.attempts = attempts
  }
}
