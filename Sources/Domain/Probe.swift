/// What one cheap read told about a neighbour: for the preflight, which looks at the doors before
/// money goes through them.
public struct Probe: Sendable {
  /// nil: the read was answered.
  public var failure: CallFailure?
  /// The neighbour's own clock, from the `Date` header; whole seconds.
  public var serverTimeMs: Int64?

  public init(failure: CallFailure?, serverTimeMs: Int64?) {
    self.failure = failure
    self.serverTimeMs = serverTimeMs
  }
}

/// A custom field of shops as Mirakl defines it (AF01).
public struct ShopFieldDefinition: Hashable, Sendable {
  public var code: String
  /// `LINK`, `BOOLEAN`, `STRING`, …: an open set.
  public var type: String
  /// Mirakl refuses a shop without it.
  public var isRequired: Bool

  public init(code: String, type: String, isRequired: Bool) {
    self.code = code
    self.type = type
    self.isRequired = isRequired
  }
}
