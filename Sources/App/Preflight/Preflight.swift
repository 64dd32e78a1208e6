import Domain
import Engine
import HTTPClient
import MiraklClient
import StripeClient

/// `stripe-mirakl check`: everything that can be known before money moves, looked at without
/// changing anything on either side.
public struct Preflight: Sendable {
  let configuration: Configuration
  let stripe: StripeClient
  let mirakl: MiraklClient
  let transport: any HTTPTransport
  let clock: any WallClock

  init(_ configuration: Configuration, clock: any WallClock = SystemClock()) {
    self.configuration = configuration
    self.clock = clock
    let transport = CurlTransport(
      CurlTransport.Options(userAgent: "stripe-mirakl/\(Version.current)"))
    self.transport = transport
    stripe = StripeClient(
      transport: transport, baseURL: configuration.stripeBase, key: configuration.stripeKey,
      timeoutMs: configuration.httpTimeoutMs, budget: nil, pluginVersion: Version.current)
    mirakl = MiraklClient(
      transport: transport, baseURL: configuration.miraklBase, key: configuration.miraklKey,
      timeoutMs: configuration.httpTimeoutMs, budgets: .unlimited)
  }

  /// - Parameter environment: The process's variables; an unusable configuration is a finding.
  public static func run(_ environment: [String: String]) -> PreflightReport {
    let configuration: Configuration
    do throws(ConfigurationProblems) { configuration = try Configuration.parse(environment) } catch
    {
      return PreflightReport(findings: ConfigurationFindings.of(error))
    }
    return PreflightReport(findings: Preflight(configuration).findings())
  }

  func findings() -> [Finding] {
    ConfigurationFindings.of(configuration)
      + DatabaseCheck(path: configuration.databasePath, livemode: configuration.livemode).findings()
      + StripeCheck(self).findings() + MiraklCheck(self).findings() + baseHost()
  }

  /// How far a neighbour's clock is from ours: signatures are refused from 300 seconds on.
  static func clock(
    _ code: String, _ neighbour: String, serverMs: Int64?, nowMs: Int64
  ) -> [Finding] {
    guard let serverMs else { return [] }
    let seconds = (serverMs - nowMs) / 1_000
    let text = "this machine's clock and \(neighbour)'s differ by \(abs(seconds)) s"
    let remedy = "run a time service (chrony, systemd-timesyncd) on this machine"
    switch abs(seconds) {
    case 0..<30: return [.ok(code, text)]
    case 30..<240: return [.warning(code, text, remedy)]
    default:
      return [
        .error(code, text + ": webhook signatures are refused beyond 300 s", remedy)
      ]
    }
  }

  /// Stripe, Mirakl and the sellers come in here.
  private func baseHost() -> [Finding] {
    let url = configuration.onboarding.links.publicURL + "/health"
    let remedy =
      "start stripe-mirakl serve, and lead SCHEME://BASE_HOST to it (DNS, proxy, firewall); "
      + "needed by webhooks and sellers' links"
    do throws(TransportFailure) {
      let response = try transport.send(
        OutgoingRequest(
          method: "GET", url: url, timeoutMs: min(10_000, configuration.httpTimeoutMs)))
      let body = String(decoding: response.body.prefix(200), as: UTF8.self)
      if body.hasPrefix("{\"status\":\"") {
        return response.status == 200
          ? [.ok("host.reachable", "\(url) answers")]
          : [
            .error(
              "host.unhealthy", "\(url) answers \(response.status): \(body)",
              "see the reason, and the server's log")
          ]
      }
      return [
        .warning(
          "host.other", "\(url) answers \(response.status), but not as this server does", remedy)
      ]
    } catch {
      return [.warning("host.unreachable", "\(url): \(error)", remedy)]
    }
  }
}

/// What the variables say.
enum ConfigurationFindings {
  static func of(_ problems: ConfigurationProblems) -> [Finding] {
    problems.list.map {
      .error("configuration.invalid", $0, "correct this variable; nothing starts until then")
    } + warnings(problems.warnings)
  }

  static func of(_ configuration: Configuration) -> [Finding] {
    [.ok("configuration.usable", "every variable can be read")]
      + warnings(configuration.warnings)
  }

  private static func warnings(_ warnings: [String]) -> [Finding] {
    warnings.map { text in
      text.contains("is deprecated")
        ? .warning("configuration.deprecated", text, "rename it; the old name works for now")
        : .warning("configuration.warning", text, "set or correct it, or take it out")
    }
  }
}
