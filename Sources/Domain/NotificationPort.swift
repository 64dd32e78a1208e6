/// Where notifications go: `POST $OPERATOR_NOTIFICATION_URL`.
public protocol NotificationPort: Sendable {
  /// - Parameter body: The JSON to send.
  /// - Throws: `CallFailure` for anything but a 2xx.
  func deliver(_ body: String) throws(CallFailure)
}
