import Sockets
import Testing

@Suite("SocketAddress") struct SocketAddressTests {
  @Test(
    "reads HOST:PORT",
    arguments: [
      ("127.0.0.1:8080", "127.0.0.1:8080"), ("0.0.0.0:0", "0.0.0.0:0"), (":80", "0.0.0.0:80"),
      ("[::1]:443", "[::1]:443"), ("[::]:65535", "[::]:65535"),
      ("[::ffff:203.0.113.7]:1", "[203.0.113.7]:1"),
    ])
  func reads(text: String, expected: String) throws {
    #expect(try SocketAddress(text).description == expected)
  }

  @Test(
    "refuses anything else, with the text in the error",
    arguments: [
      "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
      "::1:80", "1.2.3:4:5", "[::1:80",
    ])
  func refuses(text: String) {
    let error = #expect(throws: SocketError.self) { try SocketAddress(text) }
    #expect(error?.description.contains(text) == true)
  }
}
