import Domain
import HTTPClient
import Testing

@testable import MiraklClient

struct LinkCase: Sendable, CustomTestStringConvertible {
  var headers: [String]
  var base = "https://x.mirakl.net"
  /// The path to follow; nil for the last page; "refused" for an error.
  var expected: String?
  var testDescription: String { "\(base) \(headers)" }
}

@Suite("NextLink")
struct NextLinkTests {
  static let table: [LinkCase] = [
    .init(headers: [], expected: nil),
    .init(headers: [""], expected: nil),
    .init(
      headers: ["<https://x.mirakl.net/api/orders?offset=100>; rel=\"next\""],
      expected: "/api/orders?offset=100"),
    .init(headers: ["</api/orders?offset=100>; rel=\"next\""], expected: "/api/orders?offset=100"),
    .init(headers: ["<?offset=100&max=100>; rel=next"], expected: "/api/orders?offset=100&max=100"),
    .init(headers: ["<//x.mirakl.net/api/orders?a=1>; rel=next"], expected: "/api/orders?a=1"),
    .init(headers: ["<HTTPS://X.Mirakl.NET:443/a>;REL=\"NEXT\""], expected: "/a"),
    .init(headers: ["<https://x.mirakl.net?a=1#top>; rel=next"], expected: "/?a=1"),
    .init(headers: ["</a>; rel=\"previous\", </b>; rel=\"next\""], expected: "/b"),
    .init(headers: ["</b,c>; title=\"x, <y>; rel=next\"; rel=\"last next\""], expected: "/b,c"),
    .init(headers: ["</a>; rel=\"previous\"", "</b>; rel=\"next\""], expected: "/b"),
    .init(headers: ["</a>; rel=\"previous\""], expected: nil),
    .init(headers: ["</a>; rel=\"nextish\"; x=next"], expected: nil),
    .init(headers: ["</a>"], expected: nil),
    .init(headers: ["rel=next"], expected: nil),
    .init(
      headers: ["<https://x.mirakl.net:8443/a>; rel=next"], base: "https://x.mirakl.net:8443",
      expected: "/a"),
    .init(headers: ["<http://[::1]:8080/a>; rel=next"], base: "http://[::1]:8080", expected: "/a"),
    // Our key stays at home.
    .init(headers: ["<https://evil.example/api/orders>; rel=next"], expected: "refused"),
    .init(headers: ["<//evil.example/api/orders>; rel=next"], expected: "refused"),
    .init(headers: ["<https://x.mirakl.net.evil.example/a>; rel=next"], expected: "refused"),
    .init(headers: ["<https://x.mirakl.net@evil.example/a>; rel=next"], expected: "refused"),
    .init(headers: ["<https://evil@x.mirakl.net/a>; rel=next"], expected: "refused"),
    .init(headers: ["<http://x.mirakl.net/a>; rel=next"], expected: "refused"),
    .init(headers: ["<https://x.mirakl.net:8443/a>; rel=next"], expected: "refused"),
    .init(headers: ["<https://x.mirakl.net:x/a>; rel=next"], expected: "refused"),
    .init(headers: ["<ftp://x.mirakl.net/a>; rel=next"], expected: "refused"),
    .init(headers: ["<https:///a>; rel=next"], expected: "refused"),
    .init(headers: ["</\\evil.example/a>; rel=next"], expected: "refused"),
    .init(headers: ["</a b>; rel=next"], expected: "refused"),
    .init(headers: ["<orders?offset=1>; rel=next"], expected: "refused"),
    .init(headers: ["<>; rel=next"], expected: "refused"),
    .init(headers: ["<https://x.mirakl.net/a>; rel=next"], base: "nonsense", expected: "refused"),
  ]

  @Test("the next page is followed on the configured host only (B1)", arguments: table)
  func find(row: LinkCase) {
    let response = IncomingResponse(status: 200, headers: row.headers.map { ("link", $0) })
    let found: String?
    do {
      found = try NextLink.find(
        in: response, from: PageLink(pathAndQuery: "/api/orders?max=100"), base: BaseURL(row.base)
      )?.pathAndQuery
    } catch { found = "refused" }
    #expect(found == row.expected)
  }
}
