extension Migrations {
  /// Service orders as Mirakl last showed them.
  static let services: [String] = []
}
