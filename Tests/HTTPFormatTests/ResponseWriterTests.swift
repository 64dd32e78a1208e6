import HTTPFormat
import Testing

private let date = "Sun, 06 Nov 1994 08:49:37 GMT"

private func written(
  _ response: Response, connection: ResponseWriter.Connection = .keep, isHead: Bool = false
) throws -> String {
  var output: [UInt8] = []
  try ResponseWriter.append(
    response, to: &output, date: date, connection: connection, isHead: isHead)
  return String(decoding: output, as: UTF8.self)
}

@Suite("ResponseWriter") struct ResponseWriterTests {
  @Test("status line, fields, length, date, content (RFC 9112 4)") func writes() throws {
    #expect(
      try written(.text(200, "hello"))
        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"
        + "Date: \(date)\r\n\r\nhello")
  }

  @Test("an answer to HEAD tells the length and has no content (RFC 9110 9.3.2)")
  func head() throws {
    #expect(
      try written(Response(status: 404, body: [1, 2, 3]), isHead: true)
        == "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nDate: \(date)\r\n\r\n")
  }

  @Test("204 and 304 have neither length nor content (RFC 9110 8.6)", arguments: [204, 304])
  func noContent(status: Int) throws {
    let text = try written(Response(status: status, body: [1]))
    #expect(!text.contains("Content-Length"))
    #expect(text.hasSuffix("\(date)\r\n\r\n"))
  }

  @Test("an empty answer has length 0, or the client would wait (RFC 9112 6.3)")
  func empty() throws {
    #expect(try written(Response(status: 200)).contains("Content-Length: 0\r\n"))
  }

  @Test("says what becomes of the connection (RFC 9112 9.3)") func connection() throws {
    #expect(
      try written(Response(status: 200), connection: .close).contains(
        "\r\nConnection: close\r\n\r\n"))
    #expect(
      try written(Response(status: 200), connection: .keepAlive).contains(
        "\r\nConnection: keep-alive\r\n\r\n"))
    #expect(try !written(Response(status: 200)).contains("Connection"))
  }

  @Test("framing fields of a handler are ignored (RFC 9112 6.2)") func framing() throws {
    let response = Response(
      status: 200,
      headers: [
        "content-length": "9", "Transfer-Encoding": "chunked", "Date": "x", "Connection": "x",
        "X": "y",
      ])
    #expect(
      try written(response)
        == "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\nDate: \(date)\r\n\r\n")
  }

  @Test(
    "a field that would split the answer is a fault and writes nothing (RFC 9110 5.5)",
    arguments: [
      ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\0"), ("X\r\nY", "a"), ("X:", "a"),
      ("", "a"),
      ("X Y", "a"),
    ])
  func injection(name: String, value: String) {
    var output: [UInt8] = [7]
    #expect(throws: ResponseWriter.Fault.field(name: name)) {
      try ResponseWriter.append(
        Response(status: 200, headers: [name: value]), to: &output, date: date, connection: .keep)
    }
    #expect(output == [7])
  }

  @Test("only final statuses are answers (RFC 9110 15)", arguments: [0, 100, 199, 600, -200])
  func statuses(status: Int) {
    #expect(throws: ResponseWriter.Fault.status(status)) { try written(Response(status: status)) }
  }
}
