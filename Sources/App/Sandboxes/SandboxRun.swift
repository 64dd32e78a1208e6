import Glibc

/// `stripe-mirakl sandbox`: the simulators alone, with a made-up marketplace in them, for a server
/// that is started beside them.
public enum SandboxRun {
  public struct Options: Sendable {
    public var stripePort: UInt16
    public var miraklPort: UInt16
    /// Base URL of the server that gets the webhooks.
    public var server: String
    public var orders: Int
    public var faultsPercent: Int
    public var seed: UInt64

    /// - Parameter stripePort: 0 takes a free one, as does the other.
    public init(
      stripePort: UInt16, miraklPort: UInt16, server: String, orders: Int, faultsPercent: Int,
      seed: UInt64
    ) {
      self.stripePort = stripePort
      self.miraklPort = miraklPort
      self.server = server
      self.orders = orders
      self.faultsPercent = faultsPercent
      self.seed = seed
    }
  }

  /// Serves until SIGINT or SIGTERM. Sellers complete the accounts that the server makes for them.
  /// - Throws: if a port cannot be had.
  public static func run(_ options: Options) throws {
    Signals.block()
    let stage = try DemoStage(
      server: options.server, orders: options.orders, faultsPercent: options.faultsPercent,
      seed: options.seed, stripePort: options.stripePort, miraklPort: options.miraklPort)
    stage.openShops()
    stage.sell()
    stage.acceptLateOrders()
    let sellers = SandboxSellers(stage)
    let screen = DemoScreen()
    for line in introduction(stage, options) { screen.line(line) }
    while Signals.wait() == .reload {}
    sellers.stopAndJoin()
    stage.stop()
  }

  private static func introduction(_ stage: DemoStage, _ options: Options) -> [String] {
    let marketplace = stage.marketplace
    var lines = [
      "# Stripe  \(stage.stripeURL)", "# Mirakl  \(stage.miraklURL)",
      "# \(marketplace.shops.count) shops, \(marketplace.orderCount) orders in "
        + "\(marketplace.baskets.count) paid baskets; webhooks go to \(options.server).",
      "# Both simulators show what they hold under /_sandbox/. Ctrl-C ends them.",
      "# For the server:",
    ]
    let own = [("OPERATOR_PASSWORD", "sandbox"), ("BASE_HOST", "localhost"), ("SCHEME", "http")]
    for (name, value) in stage.environment + own {
      lines.append("export \(name)='\(value)'")
    }
    return lines
  }
}
