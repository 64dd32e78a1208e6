import HTTPFormat
import Testing

struct LimitRow: CustomTestStringConvertible, Sendable {
  let rule: String
  let bytes: [String]
  let expected: String
  var testDescription: String { rule }
}

private let limits = {
  var limits = HTTPLimits()
  limits.headerBytesMax = 300
  limits.headerCountMax = 4
  limits.targetBytesMax = 100
  limits.bodyBytesMax = 50
  limits.chunkLineBytesMax = 40
  limits.chunkExtensionBytesMax = 60
  return limits
}()

private func a(_ count: Int) -> String { String(repeating: "a", count: count) }
private let head = "POST / HTTP/1.1\r\nHost: a\r\n"
private let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"

@Suite("HTTPLimits") struct HTTPLimitsTests {
  static let rows = [
    LimitRow(
      rule: "a target at its limit", bytes: ["GET /\(a(99)) HTTP/1.1\r\nHost: a\r\n\r\n"],
      expected: "GET /\(a(99)) []"),
    LimitRow(
      rule: "a target over its limit: 414", bytes: ["GET /\(a(100)) HTTP/1.1\r\n"], expected: "414"),
    LimitRow(rule: "a request line without end: 414", bytes: [a(148)], expected: "414"),
    LimitRow(rule: "a request line that may still end", bytes: [a(147)], expected: "incomplete"),
    LimitRow(rule: "a field without end: 431", bytes: [head, "X: ", a(300)], expected: "431"),
    LimitRow(
      rule: "a field over what is left of the head: 431", bytes: [head, "X: \(a(280))\r\n"],
      expected: "431"),
    LimitRow(
      rule: "as many fields as allowed", bytes: [head, "A:\r\nB:\r\nC:\r\n\r\n"],
      expected: "POST / []"),
    LimitRow(
      rule: "one field more: 431", bytes: [head, "A:\r\nB:\r\nC:\r\nD:\r\n"], expected: "431"),
    LimitRow(
      rule: "a body at its limit", bytes: [head, "Content-Length: 50\r\n\r\n", a(50)],
      expected: "POST / [\(a(50))]"),
    LimitRow(
      rule: "a longer body: 413 at the head", bytes: [head, "Content-Length: 51\r\n\r\n"],
      expected: "413"),
    LimitRow(
      rule: "chunks at the limit",
      bytes: [chunked, "19\r\n\(a(25))\r\n", "19\r\n\(a(25))\r\n", "0\r\n\r\n"],
      expected: "POST / [\(a(50))]"),
    LimitRow(
      rule: "a chunk that passes it: 413 at its size",
      bytes: [chunked, "19\r\n\(a(25))\r\n", "1a\r\n"], expected: "413"),
    LimitRow(
      rule: "a chunk line over its limit: 431", bytes: [chunked, "1;\(a(40))"], expected: "431"),
    LimitRow(
      rule: "chunk extensions over their limit: 431",
      bytes: [chunked, "1;\(a(30))\r\nx\r\n", "1;\(a(30))\r\n"], expected: "431"),
    LimitRow(
      rule: "too many trailers: 431", bytes: [chunked, "0\r\n", "A:\r\nB:\r\nC:\r\nD:\r\nE:\r\n"],
      expected: "431"),
    LimitRow(
      rule: "trailers too long: 431",
      bytes: [chunked, "0\r\n", "A: \(a(150))\r\nB: \(a(150))\r\n"], expected: "431"),
  ]

  @Test("refuses past a limit, in one piece, in lines and byte by byte", arguments: rows)
  func limits(_ row: LimitRow) {
    let lines = row.bytes.map { Array($0.utf8) }
    let whole = Array(lines.joined())
    for pieces in [lines, [whole], whole.map { [$0] }] {
      #expect(
        outcomes(pieces, limits: HTTPFormatTests.limits).first.map(summary) ?? "incomplete"
          == row.expected)
    }
  }

  @Test("the defaults agree with each other") func validatesDefaults() { HTTPLimits().validate() }
}
