/// Captures and cancels of payments.
public protocol StripeCapturesPort: Sendable {
}
