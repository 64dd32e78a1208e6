import Domain
import TestSupport
import Testing

@testable import WebhookAPI

/// A body and a signature that were computed with Stripe's own library.
struct SignatureVector: Sendable {
  let secret: String, body: [UInt8], code: String
}

private let event = Array(
  #"{"id":"evt_1SWebhookVector0001","object":"event","type":"account.updated"}"#.utf8)
private let current = SignatureVector(
  secret: "whsec_test_4f2b8c6e1d9a", body: event,
  code: "bcdeb980eaf89ebfe529c2c5425486e65231f13a4a55c527f1b08b33b70a67cd")
private let old = SignatureVector(
  secret: "whsec_old_0000", body: event,
  code: "d826a9b2aa0398c75429ee3f05cebb59f2fed3ecdb2e5e18d88801d7fa367dc8")
/// Bytes beyond ASCII and a line feed at the end: signed as they are.
private let unicode = SignatureVector(
  secret: "whsec_test_4f2b8c6e1d9a", body: Array("{\"name\":\"Caf\u{E9} \u{20AC}\"}\n".utf8),
  code: "33a45c355939056206cb35ff9e59970a9e9fa6bbb715078bf296b4e3087016f6")

private let signedS: Int64 = 1_764_000_000

private func accepts(
  _ secrets: [String], _ body: [UInt8], _ header: String?, atS: Int64 = signedS, ms: Int64 = 0
) -> Bool {
  SignatureVerifier(secrets: secrets.map { Secret($0) })
    .accepts(body: body, header: header, nowMs: atS * 1_000 + ms)
}

private func header(_ codes: String...) -> String {
  "t=\(signedS)" + codes.map { ",v1=\($0)" }.joined()
}

@Suite struct SignatureVerifierTests {
  @Test("signatures of Stripe's own library are accepted (W3)", arguments: [current, old, unicode])
  func acceptsVector(_ vector: SignatureVector) {
    #expect(accepts([vector.secret], vector.body, header(vector.code)))
    #expect(!accepts(["whsec_other"], vector.body, header(vector.code)))
  }

  @Test("the bodies of the vectors are those that were signed")
  func vectorLengths() {
    #expect(current.body.count == 74)
    #expect(unicode.body.count == 21)
  }

  @Test("while a secret is rolled, either of the two is enough (W3)")
  func rollingSecret() {
    let rolling = header(old.code, current.code) + ",v0=" + String(repeating: "0", count: 64)
    #expect(accepts([current.secret], event, rolling))
    #expect(accepts([old.secret], event, rolling))
    #expect(accepts([old.secret, current.secret], event, rolling))
    #expect(!accepts(["whsec_other"], event, rolling))
  }

  @Test("each of several configured secrets is enough, wherever it stands (W3)")
  func severalSecrets() {
    for position in 0..<4 {
      var secrets = ["whsec_a", "whsec_b", "whsec_c"]
      secrets.insert(current.secret, at: position)
      #expect(accepts(secrets, event, header(current.code)))
    }
    #expect(!accepts(["whsec_a", "whsec_b"], event, header(current.code)))
  }

  @Test("300 seconds off are accepted in both directions, a millisecond more is not")
  func tolerance() {
    let good = header(current.code)
    for (seconds, ms, isAccepted) in [
      (0, 0, true), (-300, 0, true), (300, 0, true), (-301, 999, false), (300, 1, false),
      (86_400, 0, false), (-86_400, 0, false),
    ] as [(Int64, Int64, Bool)] {
      #expect(
        accepts([current.secret], event, good, atS: signedS + seconds, ms: ms) == isAccepted,
        "\(seconds) s \(ms) ms")
    }
  }

  @Test("a timestamp of any size is compared without overflow")
  func hugeTimestamp() {
    for seconds in [Int64(0), 999_999_999_999] {
      let signed = StripeSignature.header(event, secrets: [current.secret], seconds: seconds)
      #expect(!accepts([current.secret], event, signed))
    }
    #expect(!accepts([current.secret], event, "t=9223372036854775807,v1=\(current.code)"))
  }

  @Test("without a secret nothing is accepted, not even what an empty one signed")
  func emptySecret() {
    for (configured, used) in [([], ""), ([""], ""), ([" "], " "), (["\t\n"], "\t\n"), ([], "x")] {
      let signed = StripeSignature.header(event, secrets: [used], seconds: signedS)
      #expect(!accepts(configured, event, signed))
    }
  }

  @Test("no header, or another scheme, is refused")
  func noHeader() {
    #expect(!accepts([current.secret], event, nil))
    #expect(!accepts([current.secret], event, ""))
    #expect(!accepts([current.secret], event, "t=\(signedS),v0=\(current.code)"))
    #expect(!accepts([current.secret], event, current.code))
  }

  @Test("a code over the body alone, or over another t, is refused")
  func otherTimestamp() {
    let signed = StripeSignature.header(event, secrets: [current.secret], seconds: signedS)
    let moved = signed.replacing("t=\(signedS)", with: "t=\(signedS + 1)")
    #expect(accepts([current.secret], event, signed))
    #expect(!accepts([current.secret], event, moved))
    #expect(!accepts([current.secret], event, signed.replacing("t=", with: "t=0")))
  }

  @Test("every single changed byte of the header is refused")
  func headerMutations() {
    let good = Array(header(current.code).utf8)
    let verifier = SignatureVerifier(secrets: [Secret(current.secret)])
    for index in good.indices {
      for mask in UInt8(1)...255 {
        var bytes = good
        bytes[index] ^= mask
        let text = String(decoding: bytes, as: UTF8.self)
        if verifier.accepts(body: event, header: text, nowMs: signedS * 1_000) {
          Issue.record("accepted with byte \(index) changed by \(mask): \(text)")
        }
      }
    }
  }

  @Test("every single changed, missing or added byte of the body is refused")
  func bodyMutations() {
    let verifier = SignatureVerifier(secrets: [Secret(current.secret)])
    func isAccepted(_ body: [UInt8]) -> Bool {
      verifier.accepts(body: body, header: header(current.code), nowMs: signedS * 1_000)
    }
    #expect(isAccepted(event))
    for index in event.indices {
      for mask in UInt8(1)...255 {
        var body = event
        body[index] ^= mask
        if isAccepted(body) { Issue.record("accepted with byte \(index) changed by \(mask)") }
      }
      var shorter = event
      shorter.remove(at: index)
      if isAccepted(shorter) { Issue.record("accepted without byte \(index)") }
    }
    for byte in [UInt8(0), 10, 13, 32] { #expect(!isAccepted(event + [byte])) }
    #expect(!isAccepted([]))
  }
}
