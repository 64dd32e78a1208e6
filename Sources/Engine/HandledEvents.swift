/// The types of Stripe's events that lead to work here (P6): what the two webhook endpoints are
/// registered for. Any other type is stored, answered and counted.
public enum HandledEvents {
  /// Of the platform's own account.
  public static let platform = [
    "charge.captured", "charge.dispute.closed", "charge.dispute.created",
    "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
    "charge.expired", "charge.failed", "charge.pending", "charge.refund.updated",
    "charge.refunded", "charge.succeeded", "charge.updated",
    "payment_intent.amount_capturable_updated", "payment_intent.canceled",
    "payment_intent.payment_failed", "payment_intent.succeeded",
    "radar.early_fraud_warning.created", "refund.created", "refund.failed", "refund.updated",
    "review.closed", "review.opened", "transfer.reversed",
  ]

  /// Of connected accounts.
  public static let connected = [
    "account.application.deauthorized", "account.external_account.created",
    "account.external_account.deleted", "account.external_account.updated", "account.updated",
    "balance.available", "capability.updated", "payout.canceled", "payout.failed", "payout.paid",
    "payout.updated",
  ]
}
