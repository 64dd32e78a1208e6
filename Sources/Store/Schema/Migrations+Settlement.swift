extension Migrations {
  /// Billing documents, their legs and payouts.
  static let settlement: [String] = []
}
