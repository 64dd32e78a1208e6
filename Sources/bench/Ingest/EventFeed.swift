import Glibc
import OpenSSL

/// Signed deliveries of `charge.succeeded` events, each with ids of its own.
///
/// Signatures are computed before the clock starts; a request is one buffer into which the ids and
/// the signature are written.
final class EventFeed: RequestFeed {
  private let key: HMACSHA256
  private var request: [UInt8] = []
  private let bodyStart: Int
  private let idOffset: Int
  private let chargeOffset: Int
  private let timeOffset: Int
  private let signatureOffset: Int
  /// 64 digits for each number from `first` on.
  private var signatures: [UInt8] = []
  private var first = 0
  private(set) var count = 0

  private static let digits = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  init(secret: String, path: String = "/api/public/webhook/operator") {
    key = HMACSHA256(secret: secret)
    let body = ChargeEvent.template
    let time = String(repeating: "0", count: 10)
    let signature = String(repeating: "0", count: 64)
    let fields = [
      "POST \(path) HTTP/1.1", "Host: 127.0.0.1", "User-Agent: Stripe/1.0 (+https://stripe.com)",
      "Accept: */*; q=0.5, application/xml", "Cache-Control: no-cache",
      "Content-Type: application/json; charset=utf-8", "Content-Length: \(body.utf8.count)",
      "Stripe-Signature: t=\(time),v1=\(signature)",
    ]
    let head = fields.joined(separator: "\r\n") + "\r\n\r\n"
    let text = head + body
    request = Array(text.utf8)
    bodyStart = head.utf8.count
    func offset(_ part: String) -> Int {
      text.firstRange(of: part).map { text[..<$0.lowerBound].utf8.count } ?? 0
    }
    idOffset = offset(ChargeEvent.id)
    chargeOffset = offset(ChargeEvent.chargeID)
    timeOffset = offset("t=\(time)") + 2
    signatureOffset = offset("v1=\(signature)") + 3
  }

  /// Signs `more` events that follow the present ones, which need not be kept.
  func prepare(_ more: Int) {
    first = count
    count += more
    let time = Array(String(Glibc.time(nil)).utf8)
    request.replaceSubrange(timeOffset..<timeOffset + time.count, with: time)
    let prefix = time + [UInt8(ascii: ".")]
    signatures.removeAll(keepingCapacity: true)
    signatures.reserveCapacity(more * 64)
    for number in first..<count {
      write(number)
      signatures += key.hex(of: prefix, Array(request[bodyStart...])).utf8
    }
  }

  /// Takes back the events from this number on, which were not sent.
  func giveBack(from number: Int) { count = number }

  func withRequest<R>(
    _ number: Int, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    write(number)
    return try request.withUnsafeMutableBytes { request in
      let offset = (number - first) * 64
      signatures.withUnsafeBytes { signatures in
        UnsafeMutableRawBufferPointer(
          rebasing: request[signatureOffset..<signatureOffset + 64]
        ).copyMemory(from: UnsafeRawBufferPointer(rebasing: signatures[offset..<offset + 64]))
      }
      return try body(UnsafeRawBufferPointer(request))
    }
  }

  private func write(_ number: Int) {
    request.withUnsafeMutableBytes { bytes in
      Self.writeID(number, into: bytes, at: idOffset + 4)
      Self.writeID(number, into: bytes, at: chargeOffset + 3)
    }
  }

  /// 24 characters in the form of Stripe's own: a version, five digits of time, ten of the account,
  /// eight that are as good as random. So neighbours in time are near each other in an index, in
  /// no order.
  static func writeID(_ number: Int, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
    bytes[offset] = UInt8(ascii: "1")
    var second = number / createdPerSecond
    for position in (1...5).reversed() {
      bytes[offset + position] = digits[second % 62]
      second /= 62
    }
    for (position, byte) in account.enumerated() { bytes[offset + 6 + position] = byte }
    // Odd factors and shifts of a 40-bit number: each number has its own.
    var mixed = UInt64(number) & mask
    mixed = (mixed &* 0x9E_3779_B97F) & mask
    mixed ^= mixed >> 20
    mixed = (mixed &* 0xBF_5847_6D1D) & mask
    mixed ^= mixed >> 20
    for position in (16...23).reversed() {
      bytes[offset + position] = digits[Int(mixed % 62)]
      mixed /= 62
    }
  }

  private static let account = Array("2eZvKYlo2C".utf8)
  private static let mask: UInt64 = (1 << 40) - 1
  /// As many as one server takes in a second: the ids of one burst share their time.
  private static let createdPerSecond = 40_000

  /// `evt_…` of a number.
  static func id(_ number: Int) -> String {
    var bytes = Array(ChargeEvent.id.utf8)
    bytes.withUnsafeMutableBytes { writeID(number, into: $0, at: 4) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
