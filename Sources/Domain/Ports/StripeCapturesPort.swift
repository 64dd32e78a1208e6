/// Captures and cancels of payments.
public protocol StripeCapturesPort: Sendable {
  /// `POST /v1/payment_intents/{id}/capture`, or `/v1/charges/{id}/capture` of a bare charge.
  /// - Returns: the id of what was captured.
  func capture(
    _ request: CaptureRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<String>
  /// `POST /v1/payment_intents/{id}/cancel`, or `POST /v1/refunds` of an uncaptured bare charge.
  /// - Returns: the id of what was canceled, or of the refund.
  func release(
    _ request: ReleaseRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<String>
}
