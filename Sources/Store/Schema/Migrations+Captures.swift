extension Migrations {
  /// What was confirmed and captured.
  static let captures: [String] = []
}
