/// Payouts, balances and debits of connected accounts.
public protocol StripePayoutsPort: Sendable {
}
