// libFuzzer target: a `Stripe-Signature` header in the first line, the body of an event behind it.
// Nothing may crash, nothing forged may be taken, and nothing authentic refused.
import Domain
import OpenSSL

@testable import WebhookAPI

private let secret = "whsec_fuzz"
private let nowMs: Int64 = 1_764_000_000_000
private let verifier = SignatureVerifier(secrets: [Secret("whsec_old"), Secret(secret)])
private let keys = ["whsec_old", secret].map { HMACSHA256(secret: $0) }

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebhook(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
  let header = String(decoding: bytes[..<end], as: UTF8.self)
  let body = Array(bytes[min(size, end + 1)...])
  checkForged(header, body)
  checkAuthentic(header, body)
  checkEvent(body)
  return 0
}

/// What is taken must hold the right code for the time that it states.
private func checkForged(_ header: String, _ body: [UInt8]) {
  guard verifier.accepts(body: body, header: header, nowMs: nowMs) else { return }
  guard let signature = SignatureHeader(header) else { preconditionFailure("taken without one") }
  let prefix = Array("\(signature.timestampText).".utf8)
  let isSigned = keys.contains { header.contains("v1=" + $0.hex(of: prefix, body)) }
  precondition(isSigned, "a forged event was taken")
}

/// Signed, it is taken, whatever else stands in the header; with one bit changed it is not.
private func checkAuthentic(_ header: String, _ body: [UInt8]) {
  let seconds = nowMs / 1_000
  let code = keys[1].hex(of: Array("\(seconds).".utf8), body)
  let good = "t=\(seconds),v1=\(code)"
  precondition(verifier.accepts(body: body, header: good, nowMs: nowMs))
  // One more time or too many codes make it another header.
  let isHarmless = !header.contains("t=") && !header.contains("v1=")
  if isHarmless {
    precondition(verifier.accepts(body: body, header: good + "," + header, nowMs: nowMs))
  }
  precondition(!verifier.accepts(body: body + [0], header: good, nowMs: nowMs))
  if !body.isEmpty {
    var changed = body
    changed[body.count / 2] ^= 1
    precondition(!verifier.accepts(body: changed, header: good, nowMs: nowMs))
  }
  precondition(!verifier.accepts(body: body, header: good, nowMs: nowMs + 300_001))
  precondition(!verifier.accepts(body: body, header: good, nowMs: nowMs - 300_001))
}

private func checkEvent(_ body: [UInt8]) {
  guard let event = StripeEventDecoder.decode(body, endpoint: "operator", nowMs: nowMs) else {
    return
  }
  precondition(event.payload == body)
  for text in [event.externalID, event.type] {
    precondition((1...StripeEventDecoder.idBytesMax).contains(text.utf8.count))
    precondition(text.utf8.allSatisfy { $0 > 31 && $0 != 127 })
  }
  precondition(event.createdMs >= 0)
}
