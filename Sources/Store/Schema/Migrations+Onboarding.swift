extension Migrations {
  /// Shops, links and the KYC states that were written.
  static let onboarding: [String] = []
}
