/// The list of events, for those that no webhook brought.
public protocol StripeEventsPort: Sendable {
}
