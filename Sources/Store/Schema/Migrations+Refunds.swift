extension Migrations {
  /// Refunds, their confirmation, reversals and debts.
  static let refunds: [String] = []
}
