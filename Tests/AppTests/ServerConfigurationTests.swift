import HTTPFormat
import Sockets
import TestSupport
import Testing

@testable import App

private func parse(_ changes: [String: String]) throws -> Configuration {
  try Configuration.parse(minimalEnvironment.merging(changes) { $1 })
}

private func problems(_ changes: [String: String]) -> [String] {
  let error = #expect(throws: ConfigurationProblems.self) { try parse(changes) }
  return error?.list ?? []
}

@Suite struct ServerConfigurationTests {
  @Test("plain HTTP and no trusted proxy are the defaults")
  func defaults() throws {
    let server = try parse([:]).server
    #expect(server.tls == nil)
    #expect(server.proxies.isEmpty)
  }

  @Test("certificate and key are given together or not at all")
  func tls() throws {
    let both = ["TLS_CERTIFICATE": "/c.pem", "TLS_KEY": "/k.pem"]
    let expected = ServerConfiguration.TLSFiles(certificate: "/c.pem", key: "/k.pem")
    #expect(try parse(both).server.tls == expected)
    #expect(
      problems(["TLS_CERTIFICATE": "/c.pem"]) == [
        "TLS_CERTIFICATE is set, but TLS_KEY is not: both or none"
      ])
    #expect(
      problems(["TLS_KEY": "/k.pem"]) == [
        "TLS_KEY is set, but TLS_CERTIFICATE is not: both or none"
      ])
  }

  @Test("proxies are addresses and ranges, separated by commas or blanks")
  func proxies() throws {
    let text = "10.0.0.0/8, fd00::/8  127.0.0.1"
    let server = try parse(["TRUSTED_PROXIES": text]).server
    #expect(server.proxies.map(\.description) == ["10.0.0.0/8", "fd00::/8", "127.0.0.1/32"])
  }

  @Test("every proxy that cannot be read is named with the reason")
  func badProxies() {
    let found = problems(["TRUSTED_PROXIES": "proxy.example, 10.0.0.1/8, 10.0.0.0/40"])
    #expect(found.count == 3)
    #expect(found[0].contains("\"proxy.example\" expected an IPv4 or IPv6 address"))
    #expect(found[1].contains("write 10.0.0.0/8"))
    #expect(found[2].contains("0 to 32 bits"))
  }

  @Test("trusting everybody is possible, with a warning")
  func everybody() throws {
    let warnings = try parse(["TRUSTED_PROXIES": "0.0.0.0/0"]).warnings
    #expect(warnings.contains { $0.contains("every client is believed") })
  }

  @Test("connections leave descriptors for the database and for calls")
  func limits() throws {
    let configuration = try parse(["WORKERS": "16"])
    let many = Serve.limits(configuration, descriptors: 1_000_000)
    #expect(many.connectionsMax == HTTPLimits().connectionsMax)
    let usual = Serve.limits(configuration, descriptors: 1_024)
    #expect(usual.connectionsMax == 1_024 - 64 - 32)
    #expect(usual.connectionsPerAddressMax == usual.connectionsMax)
    let few = Serve.limits(configuration, descriptors: 20)
    #expect(few.connectionsMax == 16)
    for limits in [many, usual, few] { limits.validate() }
  }
}
