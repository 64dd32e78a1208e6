import OpenSSL
import TLSTestSupport
import Testing

struct BadFiles: CustomTestStringConvertible, Sendable {
  let certificate: String
  let key: String
  let file: TLSProblem.File
  let message: String
  init(_ certificate: String, _ key: String, _ file: TLSProblem.File, _ message: String) {
    (self.certificate, self.key, self.file, self.message) = (certificate, key, file, message)
  }
  var testDescription: String { "\(certificate) with \(key)" }
}

@Suite("TLSContext") struct TLSContextTests {
  private static func context(_ certificate: String, _ key: String) throws -> TLSContext {
    try TLSContext(
      certificatePath: TestCertificates.path(certificate), keyPath: TestCertificates.path(key))
  }

  @Test("a certificate with its key is taken, with its chain or without")
  func takes() throws {
    _ = try Self.context("chain.pem", "server-key.pem")
    _ = try Self.context("server.pem", "server-key.pem")
    _ = try Self.context("renewed-chain.pem", "renewed-key.pem")
  }

  @Test(
    "what would fail at the first client is refused at once, with the file and the reason",
    arguments: [
      BadFiles("none.pem", "server-key.pem", .certificate, "cannot be read: No such file"),
      BadFiles("chain.pem", "none.pem", .key, "cannot be read: No such file"),
      BadFiles(".", "server-key.pem", .certificate, "is a folder"),
      BadFiles("garbage.pem", "server-key.pem", .certificate, "holds no certificate in PEM form"),
      BadFiles(
        "server-key.pem", "server-key.pem", .certificate, "holds no certificate in PEM form"),
      BadFiles("chain.pem", "garbage.pem", .key, "holds no private key in PEM form"),
      BadFiles("chain.pem", "chain.pem", .key, "holds no private key in PEM form"),
      BadFiles("chain.pem", "renewed-key.pem", .key, "is not the key of the certificate"),
      BadFiles("chain.pem", "rsa-key.pem", .key, "is not the key of the certificate"),
      BadFiles("chain.pem", "encrypted-key.pem", .key, "is encrypted"),
      BadFiles("weak.pem", "weak-key.pem", .certificate, "too weak"),
      BadFiles(
        "gap.pem", "server-key.pem", .certificate,
        "certificate 2 (/CN=Test root) did not issue certificate 1 (/CN=localhost)"),
    ])
  func refuses(_ bad: BadFiles) {
    let problem = #expect(throws: TLSProblem.self) {
      try Self.context(bad.certificate, bad.key)
    }
    #expect(problem?.file == bad.file)
    #expect(problem?.description.contains(bad.message) == true, "\(problem?.description ?? "")")
  }

  @Test("what clients will refuse is told: the dates and the name")
  func warns() throws {
    let context = try Self.context("chain.pem", "server-key.pem")
    let in2030: Int64 = 1_900_000_000
    #expect(context.warnings(nowS: in2030, host: "localhost") == [])
    #expect(context.warnings(nowS: in2030, host: "connect.example.org:8443") == [])
    #expect(context.warnings(nowS: in2030, host: "127.0.0.1") == [])
    #expect(
      context.warnings(nowS: in2030, host: "example.org") == [
        "the certificate /CN=localhost is not for the host example.org"
      ])
    let early = context.warnings(nowS: 0, host: "localhost")
    #expect(early.count == 2)
    #expect(early.allSatisfy { $0.contains("is not valid yet") })
    let late = context.warnings(nowS: 10_000_000_000, host: "localhost")
    #expect(late.count == 2)
    #expect(late.allSatisfy { $0.contains("has expired") })
    // A hundred years less a day after it was made.
    let soon = (0..<40_000).map { in2030 + $0 * 86_400 }.first {
      !context.warnings(nowS: $0, host: "localhost").isEmpty
    }
    let told = context.warnings(nowS: try #require(soon), host: "localhost")
    #expect(told.contains { $0.contains("expires in less than 14 days") })
  }
}
