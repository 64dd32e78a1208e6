import Testing

@testable import WebhookAPI

struct HeaderCase: CustomTestStringConvertible, Sendable {
  let name: String, header: String
  /// The timestamp and the number of signatures that count; nil for a header that is refused.
  var seconds: Int64?, signatures = 1
  var testDescription: String { name }
}

private let one = String(repeating: "a1", count: 32)
private let two = String(repeating: "0f", count: 32)

@Suite struct SignatureHeaderTests {
  @Test(
    "one t and at least one well-formed v1, and nothing but v1 counts (W3)",
    arguments: [
      HeaderCase(name: "plain", header: "t=1764000000,v1=\(one)", seconds: 1_764_000_000),
      HeaderCase(name: "v1 first", header: "v1=\(one),t=1764000000", seconds: 1_764_000_000),
      HeaderCase(
        name: "two secrets", header: "t=1764000000,v1=\(one),v1=\(two)",
        seconds: 1_764_000_000, signatures: 2),
      HeaderCase(
        name: "the same signature twice", header: "t=1764000000,v1=\(one),v1=\(one)",
        seconds: 1_764_000_000, signatures: 2),
      HeaderCase(
        name: "v0 is ignored", header: "t=1764000000,v1=\(one),v0=\(two)", seconds: 1_764_000_000),
      HeaderCase(
        name: "schemes of the future are ignored", header: "t=1764000000,v2=\(two),v1=\(one),x=",
        seconds: 1_764_000_000),
      HeaderCase(
        name: "items without = are ignored", header: "t=1764000000,junk,v1=\(one)",
        seconds: 1_764_000_000),
      HeaderCase(
        name: "empty items are ignored", header: ",,t=1764000000,,v1=\(one),",
        seconds: 1_764_000_000),
      HeaderCase(
        name: "a malformed v1 beside a good one", header: "t=1764000000,v1=xyz,v1=\(one)",
        seconds: 1_764_000_000),
      HeaderCase(
        name: "16 signatures",
        header: "t=1764000000" + String(repeating: ",v1=\(one)", count: 16),
        seconds: 1_764_000_000, signatures: 16),
      HeaderCase(name: "second 0", header: "t=0,v1=\(one)", seconds: 0),
      HeaderCase(name: "leading zero", header: "t=01764000000,v1=\(one)", seconds: 1_764_000_000),
      HeaderCase(
        name: "twelve digits", header: "t=999999999999,v1=\(one)", seconds: 999_999_999_999),
      HeaderCase(name: "empty", header: ""),
      HeaderCase(name: "commas only", header: ",,,"),
      HeaderCase(name: "no t", header: "v1=\(one)"),
      HeaderCase(name: "no v1", header: "t=1764000000"),
      HeaderCase(name: "only v0", header: "t=1764000000,v0=\(one)"),
      HeaderCase(name: "two t", header: "t=1764000000,t=1764000001,v1=\(one)"),
      HeaderCase(name: "the same t twice", header: "t=1764000000,t=1764000000,v1=\(one)"),
      HeaderCase(name: "upper-case names", header: "T=1764000000,V1=\(one)"),
      HeaderCase(name: "upper-case digits", header: "t=1764000000,v1=\(one.uppercased())"),
      HeaderCase(name: "63 digits", header: "t=1764000000,v1=\(one.dropLast())"),
      HeaderCase(name: "65 digits", header: "t=1764000000,v1=\(one)a"),
      HeaderCase(name: "an empty v1", header: "t=1764000000,v1="),
      HeaderCase(name: "not hexadecimal", header: "t=1764000000,v1=\(one.dropLast())g"),
      HeaderCase(name: "= inside the code", header: "t=1764000000,v1==\(one.dropLast())"),
      HeaderCase(
        name: "17 signatures",
        header: "t=1764000000" + String(repeating: ",v1=\(one)", count: 17)),
      HeaderCase(name: "empty t", header: "t=,v1=\(one)"),
      HeaderCase(name: "negative t", header: "t=-1764000000,v1=\(one)"),
      HeaderCase(name: "t with a sign", header: "t=+1764000000,v1=\(one)"),
      HeaderCase(name: "t with a fraction", header: "t=1764000000.5,v1=\(one)"),
      HeaderCase(name: "t in hexadecimal", header: "t=0x69247f00,v1=\(one)"),
      HeaderCase(name: "digits of another script", header: "t=١٧٦٤٠٠٠٠٠٠,v1=\(one)"),
      HeaderCase(name: "thirteen digits", header: "t=1764000000000,v1=\(one)"),
      HeaderCase(name: "the largest Int64", header: "t=9223372036854775807,v1=\(one)"),
      HeaderCase(name: "beyond Int64", header: "t=\(String(repeating: "9", count: 400)),v1=\(one)"),
      HeaderCase(name: "a megabyte", header: String(repeating: "t", count: 1_048_576)),
    ])
  func reads(_ row: HeaderCase) {
    let header = SignatureHeader(row.header)
    #expect(header?.timestampS == row.seconds)
    #expect(header?.signatures.count == (row.seconds == nil ? nil : row.signatures))
  }

  @Test("the digits of t are kept as they were sent, because they are signed")
  func keepsDigits() {
    #expect(SignatureHeader("t=01764000000,v1=\(one)")?.timestampText == "01764000000")
  }
}
