import HTTPFormat
import Testing

@Suite("Request and Headers") struct RequestTests {
  @Test("field names compare without case, values keep their order (RFC 9110 5.1)")
  func headers() {
    var headers: Headers = ["A": "1", "b": "2", "a": "3"]
    #expect(headers["a"] == "1")
    #expect(headers["B"] == "2")
    #expect(headers["c"] == nil)
    #expect(headers.values("A") == ["1", "3"])
    headers["A"] = "4"
    #expect(headers.values("a") == ["4"])
    headers["a"] = nil
    #expect(headers.fields.map(\.name) == ["b"])
  }

  @Test("only ASCII letters have a case in field names")
  func foldsOnlyASCII() {
    let headers: Headers = ["X@": "1", "X[": "2"]
    #expect(headers["x`"] == nil)
    #expect(headers["x{"] == nil)
  }

  @Test("query values are decoded, the first of a name wins")
  func query() {
    let request = Request(method: "GET", path: "/", query: "a=1&b=x+y%2Bz&a=2&c")
    #expect(request.queryValue("a") == "1")
    #expect(request.queryValue("b") == "x y+z")
    #expect(request.queryValue("c") == "")
    #expect(request.queryValue("d") == nil)
    #expect(Request(method: "GET", path: "/").queryItems.isEmpty)
  }
}

@Suite("FormEncoding") struct FormEncodingTests {
  @Test(
    "decodes what the standard says, and leaves malformed escapes as they are",
    arguments: [
      ("", []), ("a", ["a="]), ("a=", ["a="]), ("=a", ["=a"]), ("a=b=c", ["a=b=c"]),
      ("&&a=1&", ["a=1"]),
      ("%61=%C3%A9", ["a=é"]), ("a=%", ["a=%"]), ("a=%zz", ["a=%zz"]), ("a=%ff", ["a=\u{FFFD}"]),
      ("a=%+1", ["a=% 1"]), ("a=%-1", ["a=%-1"]),
    ] as [(String, [String])])
  func decodes(text: String, expected: [String]) {
    #expect(FormEncoding.decode(text).map { "\($0.name)=\($0.value)" } == expected)
  }

  @Test(
    "what is encoded decodes to itself", arguments: ["", "a b+c", "é&=%", "\r\n\0", "a[]", "~-._"])
  func roundTrips(text: String) {
    let encoded = FormEncoding.encode(text)
    #expect(encoded.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "+") })
    #expect(FormEncoding.decode("x=\(encoded)").first?.value == text)
  }
}
