import Glibc
import Sockets

/// The real `stripe-mirakl serve`, told what to do by the variables an operator sets.
final class ServerProcess {
  static let secret = "whsec_bench"
  static let stripeKey = "sk_test_bench"
  static let miraklKey = "bench-key"
  static let password = "bench-password"

  let port: UInt16
  let databasePath: String
  /// From the start of the program to its first answer.
  let startNs: Int64
  let logPath: String
  private let child: Child

  /// - Parameter extra: Variables beyond those that every server needs.
  /// - Throws: `BenchFailure` if it does not answer within 30 seconds.
  init(
    executable: String, folder: String, databasePath: String, extra: [String: String] = [:]
  ) throws {
    port = try freePort()
    self.databasePath = databasePath
    logPath = folder + "/server.log"
    var environment = [
      "OPERATOR_PASSWORD": Self.password, "BASE_HOST": "localhost",
      "STRIPE_CLIENT_SECRET": Self.stripeKey, "STRIPE_API_BASE": "http://127.0.0.1:1",
      "STRIPE_WEBHOOK_SECRET": Self.secret, "MIRAKL_HOST_NAME": "http://127.0.0.1:1",
      "MIRAKL_API_KEY": Self.miraklKey, "LISTEN_ADDRESS": "127.0.0.1:\(port)",
      "DATABASE_URL": "sqlite://\(databasePath)", "ENABLE_SCHEDULER": "false",
    ]
    environment.merge(extra) { $1 }
    let beginNs = monotonicNs()
    child = try Child(executable, ["serve"], environment: environment, outputPath: logPath)
    try Self.awaitAnswer(port: port, path: "/health")
    startNs = monotonicNs() - beginNs
  }

  var id: pid_t { child.id }
  var usage: ProcessUsage { ProcessUsage(child.id) }
  var logBytes: Int64 { TextFile.size(databasePath + "-wal") }

  /// - Throws: `BenchFailure` if it did not end as it should.
  func stop() throws {
    let status = child.end()
    guard status == 0 else { throw BenchFailure("serve ended with status \(status): \(logPath)") }
  }

  /// Connects and asks until there is a 200.
  static func awaitAnswer(port: UInt16, path: String) throws {
    let feed = ConstantFeed("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    let endNs = monotonicNs() + 30_000_000_000
    while monotonicNs() < endNs {
      if let load = try? LoadGenerator(port: port, connections: 1, feed: feed),
        let answer = try? load.run(forMs: 10_000, countMax: 1), answer.round.failures == 0
      {
        return
      }
      usleep(200)
    }
    throw BenchFailure("nothing answers on port \(port)")
  }
}

/// A loopback port that nobody listens on at this moment.
func freePort() throws -> UInt16 {
  try ListenSocket(SocketAddress("127.0.0.1:0")).address.port
}
