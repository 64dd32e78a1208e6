import Store

/// `stripe-mirakl migrate`: the schema of this version, without starting anything.
public enum Migrate {
  public static func run(_ configuration: Configuration) throws -> String {
    let application = try Application(configuration)
    application.store.close()
    return "\(configuration.databasePath) has this version's schema"
  }
}
