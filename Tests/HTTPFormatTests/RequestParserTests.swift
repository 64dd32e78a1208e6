import HTTPFormat
import Testing

struct ParserRow: CustomTestStringConvertible, Sendable {
  let rule: String
  let bytes: String
  let expected: String
  init(_ rule: String, _ bytes: String, _ expected: String) {
    self.rule = rule
    self.bytes = bytes
    self.expected = expected
  }
  var testDescription: String { rule }
}

private func get(_ fields: String, version: String = "HTTP/1.1") -> String {
  "GET /a \(version)\r\nHost: a\r\n\(fields)\r\n"
}
private func post(_ fields: String, _ body: String = "") -> String {
  "POST /a HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
}
private func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }

@Suite("RequestParser") struct RequestParserTests {
  static let requestLines: [ParserRow] = [
    ParserRow("9112 3: a request line", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a []"),
    ParserRow(
      "9112 2.2: an empty line before it", "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a []"),
    ParserRow("9112 2.2: five empty lines", "\r\n\r\n\r\n\r\n\r\n", "400"),
    ParserRow("9112 3: two spaces", "GET  / HTTP/1.1\r\n", "400"),
    ParserRow("9112 3: tabs", "GET\t/\tHTTP/1.1\r\n", "400"),
    ParserRow("9112 3: leading space", " GET / HTTP/1.1\r\n", "400"),
    ParserRow("9112 3: trailing space", "GET / HTTP/1.1 \r\n", "400"),
    ParserRow("9112 3: no target", "GET HTTP/1.1\r\n", "400"),
    ParserRow("9112 3: space in the target", "GET /a b HTTP/1.1\r\n", "400"),
    ParserRow("9112 3: no method", " / HTTP/1.1\r\n", "400"),
    ParserRow("9110 9.1: method is a token", "GE{T / HTTP/1.1\r\n", "400"),
    ParserRow("9110 9.1: NUL in the method", "GE\0T / HTTP/1.1\r\n", "400"),
    ParserRow(
      "9112 3: a method of 33 bytes", String(repeating: "A", count: 33) + " / HTTP/1.1\r\n", "501"),
    ParserRow("9110 9.3.6: CONNECT", "CONNECT a:443 HTTP/1.1\r\n", "501"),
    ParserRow("9112 2.3: HTTP/0.9", "GET /a\r\n", "400"),
    ParserRow("9110 15.6.6: HTTP/2.0", "GET / HTTP/2.0\r\n", "505"),
    ParserRow("9113 3.4: the HTTP/2 preface", "PRI * HTTP/2.0\r\n", "505"),
    ParserRow("9112 2.3: lower case name", "GET / http/1.1\r\n", "400"),
    ParserRow("9112 2.3: HTTP/1", "GET / HTTP/1\r\n", "400"),
    ParserRow("9112 2.3: HTTP/1.10", "GET / HTTP/1.10\r\n", "400"),
    ParserRow("9112 2.3: HTTP/01.1", "GET / HTTP/01.1\r\n", "400"),
    ParserRow(
      "9110 2.5: a higher minor version is 1.1", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET / []"),
    ParserRow("9112 2.2: bare LF", "GET / HTTP/1.1\n", "400"),
    ParserRow("9112 2.2: bare CR", "GET / HTTP/1.1\rH", "400"),
    ParserRow("9112 2.2: CR CR LF", "GET / HTTP/1.1\r\r\n", "400"),
  ]

  static let targets: [ParserRow] = [
    ParserRow(
      "9112 3.2.1: query", "GET /a?b=%20c/?d HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a?b=%20c/?d []"),
    ParserRow("9112 3.2.1: empty query", "GET /a? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a? []"),
    ParserRow(
      "9112 3.2.2: absolute-form", "GET http://b:8/c?d HTTP/1.1\r\nHost: a\r\n\r\n", "GET /c?d []"),
    ParserRow(
      "9110 4.2.3: the scheme has no case", "GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET / []"),
    ParserRow(
      "9112 3.2.2: query without path", "GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?c []"),
    ParserRow("9110 4.2.4: userinfo", "GET http://u@b/ HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2.2: other schemes", "GET ftp://b/ HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2.4: OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * []"),
    ParserRow(
      "9112 3.2.4: OPTIONS of an authority", "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n",
      "OPTIONS * []"),
    ParserRow("9112 3.2.4: GET *", "GET * HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2.3: authority-form", "GET a:80 HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2: no slash", "GET a HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2.1: fragment", "GET /#a HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2: not ASCII", "GET /é HTTP/1.1\r\n", "400"),
    ParserRow("9112 3.2: DEL", "GET /\u{7F} HTTP/1.1\r\n", "400"),
    ParserRow("3986 2.1: escapes", "GET /%61%C3%A9 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /aé []"),
    ParserRow("3986 2.1: decoded once", "GET /%2561 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%61 []"),
    ParserRow("3986 2.1: lone percent", "GET /% HTTP/1.1\r\n", "400"),
    ParserRow("3986 2.1: no hex", "GET /%zz HTTP/1.1\r\n", "400"),
    ParserRow("3986 2.1: no hex in the query", "GET /?%1 HTTP/1.1\r\n", "400"),
    ParserRow(
      "3986 5.2.4: dot segments", "GET /a/./b/../c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a/c []"),
    ParserRow(
      "3986 5.2.4: above the root", "GET /../../a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a []"),
    ParserRow("3986 5.2.4: at the end", "GET /a/.. HTTP/1.1\r\nHost: a\r\n\r\n", "GET / []"),
    ParserRow(
      "3986 5.2.4: encoded dots", "GET /a/%2e%2E/b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b []"),
    ParserRow(
      "3986 5.2.4: three dots are a name", "GET /... HTTP/1.1\r\nHost: a\r\n\r\n", "GET /... []"),
    ParserRow("3986 3.3: double slashes stay", "GET //a HTTP/1.1\r\nHost: a\r\n\r\n", "GET //a []"),
    ParserRow("encoded slash", "GET /a%2fb HTTP/1.1\r\n", "400"),
    ParserRow("encoded NUL", "GET /a%00 HTTP/1.1\r\n", "400"),
    ParserRow("encoded CR LF", "GET /a%0d%0a HTTP/1.1\r\n", "400"),
    ParserRow("encoded bytes that are no UTF-8", "GET /%ff HTTP/1.1\r\n", "400"),
  ]

  static let fields: [ParserRow] = [
    ParserRow("9112 3.2: no Host", "GET /a HTTP/1.1\r\n\r\n", "400"),
    ParserRow("9112 3.2: HTTP/1.0 needs none", "GET /a HTTP/1.0\r\n\r\n", "GET /a [] close"),
    ParserRow("9112 3.2: two Hosts, even equal", get("Host: a\r\n"), "400"),
    ParserRow("9110 7.2: IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / []"),
    ParserRow("9110 7.2: empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"),
    ParserRow("9110 7.2: path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
    ParserRow("9110 7.2: userinfo", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400"),
    ParserRow("9110 7.2: bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400"),
    ParserRow("9110 7.2: two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "400"),
    ParserRow("9110 7.2: open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400"),
    ParserRow("9110 7.2: two hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400"),
    ParserRow("9110 5.1: names have no case", "GET / HTTP/1.1\r\nhOST: a\r\n\r\n", "GET / []"),
    ParserRow("9110 5.5: OWS around a value", "GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n", "GET / []"),
    ParserRow("9110 5.5: empty value", get("X:\r\n"), "GET /a []"),
    ParserRow("9110 5.5: tab in a value", get("X: a\tb\r\n"), "GET /a []"),
    ParserRow("9110 5.5: obs-text", get("X: é\r\n"), "GET /a []"),
    ParserRow("9110 5.5: NUL", get("X: a\0b\r\n"), "400"),
    ParserRow("9110 5.5: ESC", get("X: a\u{1B}b\r\n"), "400"),
    ParserRow("9110 5.5: DEL", get("X: a\u{7F}b\r\n"), "400"),
    ParserRow("9112 2.2: bare LF ends no field", get("X: a\nY: b\r\n"), "400"),
    ParserRow("9112 2.2: bare CR ends no field", get("X: a\rY: b\r\n"), "400"),
    ParserRow("9112 5.1: space before the colon", get("X : a\r\n"), "400"),
    ParserRow("9112 5.1: tab before the colon", get("X\t: a\r\n"), "400"),
    ParserRow("9112 5.2: obs-fold", get("X: a\r\n b\r\n"), "400"),
    ParserRow(
      "9112 2.2: white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n", "400"),
    ParserRow("9112 5: no name", get(": a\r\n"), "400"),
    ParserRow("9112 5: no colon", get("X\r\n"), "400"),
    ParserRow("9110 5.6.2: name is a token", get("X[1]: a\r\n"), "400"),
    ParserRow("9110 5.6.2: every tchar", get("!#$%&'*+-.^_`|~0aZ: a\r\n"), "GET /a []"),
    ParserRow("9112 9.6: close", get("Connection: close\r\n"), "GET /a [] close"),
    ParserRow("9110 7.6.1: close in a list", get("Connection: x , CLOSE\r\n"), "GET /a [] close"),
    ParserRow(
      "9112 9.3: 1.0 with keep-alive", get("Connection: Keep-Alive\r\n", version: "HTTP/1.0"),
      "GET /a []"),
    ParserRow(
      "9112 9.3: close wins", get("Connection: keep-alive\r\nConnection: close\r\n"),
      "GET /a [] close"),
    ParserRow("9110 10.1.1: unknown expectation", get("Expect: x\r\n"), "417"),
    ParserRow(
      "9110 10.1.1: Expect of 1.0 is ignored", get("Expect: x\r\n", version: "HTTP/1.0"),
      "GET /a [] close"),
    ParserRow("9110 8.4: unknown content coding", post("Content-Encoding: gzip\r\n"), "415"),
    ParserRow("9110 8.4: identity", post("Content-Encoding: identity\r\n"), "POST /a []"),
  ]

  static let lengths: [ParserRow] = [
    ParserRow("9112 6.3: none is no body", post(""), "POST /a []"),
    ParserRow("9112 6.3: zero", post("Content-Length: 0\r\n"), "POST /a []"),
    ParserRow("9112 6.3: five", post("Content-Length: 5\r\n", "hello"), "POST /a [hello]"),
    ParserRow("9112 6.3: four of five", post("Content-Length: 5\r\n", "hell"), "incomplete"),
    ParserRow(
      "9110 8.6: leading zeros are decimal", post("Content-Length: 0010\r\n", "0123456789"),
      "POST /a [0123456789]"),
    ParserRow("9110 8.6: empty", post("Content-Length:\r\n"), "400"),
    ParserRow("9110 8.6: sign", post("Content-Length: +5\r\n"), "400"),
    ParserRow("9110 8.6: negative", post("Content-Length: -1\r\n"), "400"),
    ParserRow("9110 8.6: hex", post("Content-Length: 0x5\r\n"), "400"),
    ParserRow("9110 8.6: space inside", post("Content-Length: 5 5\r\n"), "400"),
    ParserRow("9110 8.6: other digits", post("Content-Length: ５\r\n"), "400"),
    ParserRow("9112 6.3: list", post("Content-Length: 5, 5\r\n"), "400"),
    ParserRow("9112 6.3: two", post("Content-Length: 5\r\nContent-Length: 5\r\n"), "400"),
    ParserRow("9110 15.5.14: refused at the head", post("Content-Length: 1048577\r\n"), "413"),
    ParserRow(
      "9110 8.6: 2^64 + 5 is not 5", post("Content-Length: 18446744073709551621\r\n"), "413"),
  ]

  static let codings: [ParserRow] = [
    ParserRow(
      "9112 7.1: chunks", chunked("5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n"),
      "POST /a [hello0123456789]"),
    ParserRow("9112 7.1: no chunk", chunked("0\r\n\r\n"), "POST /a []"),
    ParserRow(
      "9112 7.1: leading zeros", chunked("0005\r\nhello\r\n000\r\n\r\n"), "POST /a [hello]"),
    ParserRow(
      "9112 7.1.1: extensions", chunked("1;a=b;c ; d = \"x;\\\"\"\r\nx\r\n0;e\r\n\r\n"),
      "POST /a [x]"),
    ParserRow(
      "9112 7.1.2: trailers are dropped", chunked("1\r\nx\r\n0\r\nContent-Length: 9\r\n\r\n"),
      "POST /a [x]"),
    ParserRow(
      "9112 7: codings have no case", post("Transfer-Encoding: ChUnKeD\r\n", "0\r\n\r\n"),
      "POST /a []"),
    ParserRow("9112 7.1: no size", chunked("\r\n"), "400"),
    ParserRow("9112 7.1: no hex", chunked("g\r\n"), "400"),
    ParserRow("9112 7.1: 0x", chunked("0x5\r\n"), "400"),
    ParserRow("9112 7.1: leading space", chunked(" 5\r\n"), "400"),
    ParserRow("9112 7.1: trailing space", chunked("5 \r\n"), "400"),
    ParserRow("9112 7.1: 64 bits", chunked("FFFFFFFFFFFFFFFF\r\n"), "413"),
    ParserRow("9112 7.1: more than 64 bits", chunked("10000000000000005\r\n"), "413"),
    ParserRow("9112 7.1: LF after the size", chunked("5\nhello\r\n"), "400"),
    ParserRow("9112 7.1: CR after the size", chunked("5\rhello\r\n"), "400"),
    ParserRow("9112 7.1: LF after the data", chunked("5\r\nhello\n"), "400"),
    ParserRow("9112 7.1: data longer than its size", chunked("5\r\nhelloworld\r\n"), "400"),
    ParserRow("9112 7.1.1: bare semicolon", chunked("5;\r\n"), "400"),
    ParserRow("9112 7.1.1: open quote", chunked("5;a=\"b\r\n"), "400"),
    ParserRow("9112 7.1.1: NUL", chunked("5;a\0\r\n"), "400"),
    ParserRow("9112 7.1.1: LF in an extension", chunked("5;a\nb\r\n"), "400"),
    ParserRow("9112 7.1.2: trailer without colon", chunked("0\r\nx\r\n\r\n"), "400"),
    ParserRow("9112 5.1: trailer with a space", chunked("0\r\nx : y\r\n\r\n"), "400"),
    ParserRow(
      "9112 6.3: with Content-Length", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      "400"),
    ParserRow(
      "9112 6.3: before Content-Length",
      post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400"),
    ParserRow(
      "9112 6.1: twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "400"
    ),
    ParserRow(
      "9112 6.1: in HTTP/1.0", get("Transfer-Encoding: chunked\r\n", version: "HTTP/1.0"), "400"),
    ParserRow("9112 6.1: unknown", post("Transfer-Encoding: gzip, chunked\r\n"), "501"),
    ParserRow("9112 6.1: chunked is not last", post("Transfer-Encoding: chunked, gzip\r\n"), "400"),
    ParserRow("9112 6.1: empty", post("Transfer-Encoding:\r\n"), "400"),
    ParserRow("9112 6.1: quoted", post("Transfer-Encoding: \"chunked\"\r\n"), "400"),
    ParserRow("9112 6.1: vertical tab", post("Transfer-Encoding: \u{0B}chunked\r\n"), "400"),
    ParserRow("9112 6.1: kelvin sign", post("Transfer-Encoding: chun\u{212A}ed\r\n"), "400"),
  ]

  @Test(
    "reads or refuses by the RFC", arguments: requestLines + targets + fields + lengths + codings)
  func decides(_ row: ParserRow) {
    #expect(summary(parse(row.bytes)) == row.expected)
  }

  @Test(
    "gives the same answer byte by byte, and before the last byte none",
    arguments: requestLines + targets + fields + lengths + codings)
  func decidesByteByByte(_ row: ParserRow) {
    let bytes = Array(row.bytes.utf8)
    let pieces = bytes.map { [$0] }
    let whole = outcomes([bytes])
    #expect(outcomes(pieces) == whole)
    for cut in bytes.indices {
      #expect(outcomes([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
    guard case .complete = whole.first else { return }
    for end in bytes.indices {
      #expect(parse(Array(bytes[..<end])) == .incomplete, "prefix of \(end) bytes")
    }
  }

  private static let pipeline = Array(
    (post("Content-Length: 5\r\n", "hello") + chunked("5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n")
      + get("X-Long: \(String(repeating: "a", count: 200))\r\n")).utf8)

  @Test("pipelined requests come out one by one, however the bytes are cut (RFC 9112 9.3.2)")
  func cutsPipelines() {
    let whole = outcomes([Self.pipeline])
    #expect(whole.map(summary) == ["POST /a [hello]", "POST /a [hello]", "GET /a []"])
    for first in 0..<Self.pipeline.count {
      let pieces = [Array(Self.pipeline[..<first]), Array(Self.pipeline[first...])]
      #expect(outcomes(pieces) == whole, "cut at \(first)")
    }
    for size in 1...40 {
      let pieces = stride(from: 0, to: Self.pipeline.count, by: size).map {
        Array(Self.pipeline[$0..<min($0 + size, Self.pipeline.count)])
      }
      #expect(outcomes(pieces) == whole, "pieces of \(size)")
    }
  }

  @Test("a request with one byte changed never crashes, and every cut agrees about it")
  func survivesMutations() {
    for index in Self.pipeline.indices {
      for byte in [0, 9, 10, 13, 32, 34, 37, 44, 45, 48, 57, 58, 59, 65, 90, 127, 128, 255]
        as [UInt8]
      {
        var bytes = Self.pipeline
        bytes[index] = byte
        let whole = outcomes([bytes])
        #expect(outcomes(bytes.map { [$0] }) == whole, "byte \(byte) at \(index)")
      }
    }
  }

  @Test(
    "random bytes and random splices never crash, and every cut agrees", arguments: UInt64(1)...20)
  func survivesNoise(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      var bytes = Self.pipeline
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, at + Int.random(in: 0...20, using: &random))
        let from = Int.random(in: 0..<(Self.pipeline.count - 20), using: &random)
        bytes.replaceSubrange(at..<end, with: Self.pipeline[from..<from + 10])
      }
      let cut = Int.random(in: 0...bytes.count, using: &random)
      let whole = outcomes([bytes])
      #expect(outcomes([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "seed \(seed)")
      #expect(outcomes(bytes.map { [$0] }) == whole, "seed \(seed)")
    }
  }

  @Test("the authority of absolute-form replaces the Host field (RFC 9112 3.2.2)")
  func replacesHost() throws {
    let outcome = parse("GET http://b:8/ HTTP/1.1\r\nHost: a\r\n\r\n")
    guard case .complete(let incoming) = outcome else { throw Unexpected() }
    #expect(incoming.request.headers.values("host") == ["b:8"])
  }

  @Test("fields keep their order, values their inner white space, and the peer its address")
  func keepsFields() throws {
    var parser = RequestParser(remoteAddress: "203.0.113.7")
    let outcome = parser.feed(Array("GET / HTTP/1.1\r\nB: 1 \t2\r\nHost: a\r\nb:3\r\n\r\n".utf8))
    guard case .complete(let incoming) = outcome else { throw Unexpected() }
    #expect(incoming.request.headers.values("B") == ["1 \t2", "3"])
    #expect(incoming.request.headers.fields.map(\.name) == ["B", "Host", "b"])
    #expect(incoming.request.remoteAddress == "203.0.113.7")
  }

  struct Unexpected: Error {}
}
