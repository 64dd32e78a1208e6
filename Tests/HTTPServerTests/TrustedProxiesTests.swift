import HTTPFormat
import HTTPServer
import Sockets
import Testing

/// Who the client is, when these fields come from this peer.
struct OriginRow: CustomTestStringConvertible, Sendable {
  let rule: String
  let peer: String
  let forwarded: [String]
  let expected: String
  init(_ rule: String, _ peer: String, _ forwarded: [String], _ expected: String) {
    (self.rule, self.peer, self.forwarded, self.expected) = (rule, peer, forwarded, expected)
  }
  var testDescription: String { rule }
}

@Suite("TrustedProxies") struct TrustedProxiesTests {
  private let proxies: TrustedProxies

  init() throws {
    proxies = TrustedProxies(
      try ["10.0.0.0/8", "fd00::/8", "198.51.100.7"].map { try AddressRange($0) })
  }

  private func origin(
    _ peer: String, _ fields: [(String, String)], isSecure: Bool = false
  ) throws -> TrustedProxies.Origin {
    let headers = Headers(fields.map { Headers.Field(name: $0.0, value: $0.1) })
    return proxies.origin(
      of: headers, peer: try #require(IPAddress(peer)), isSecure: isSecure)
  }

  @Test(
    "the client is the first address from the right that is no proxy of ours",
    arguments: [
      OriginRow("without the field the peer is the client", "10.0.0.1", [], "10.0.0.1"),
      OriginRow("one hop", "10.0.0.1", ["192.0.2.9"], "192.0.2.9"),
      OriginRow("two proxies", "10.0.0.1", ["192.0.2.9, 10.0.0.2"], "192.0.2.9"),
      OriginRow("IPv6", "fd00::1", ["2001:db8::9"], "2001:db8::9"),
      OriginRow("mixed kinds", "fd00::1", ["2001:db8::9 ,10.1.1.1,fd00::2"], "2001:db8::9"),
      OriginRow("several fields are one list", "10.0.0.1", ["192.0.2.9", "10.0.0.2"], "192.0.2.9"),
      OriginRow("with ports", "10.0.0.1", ["192.0.2.9:5000, [fd00::5]:443"], "192.0.2.9"),
      OriginRow("in brackets", "10.0.0.1", ["[2001:db8::9]"], "2001:db8::9"),
      OriginRow("blanks around", "10.0.0.1", ["\t 192.0.2.9 \t"], "192.0.2.9"),
      OriginRow("only proxies: the first of them", "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
      OriginRow(
        "spoofed: what the client claims stands left", "10.0.0.1", ["127.0.0.1, 192.0.2.9"],
        "192.0.2.9"),
      OriginRow(
        "spoofed: a proxy's address left of the client", "10.0.0.1", ["10.9.9.9, 192.0.2.9"],
        "192.0.2.9"),
      OriginRow(
        "spoofed: many entries", "10.0.0.1",
        [Array(repeating: "10.0.0.9", count: 900).joined(separator: ",") + ",192.0.2.9"],
        "192.0.2.9"),
      OriginRow("spoofed: no proxy of ours is believed", "192.0.2.1", ["127.0.0.1"], "192.0.2.1"),
      OriginRow(
        "spoofed: the neighbour of a proxy", "198.51.100.8", ["127.0.0.1"], "198.51.100.8"),
      OriginRow("unreadable: the proxy that sent it", "10.0.0.1", ["unknown"], "10.0.0.1"),
      OriginRow(
        "unreadable: nothing left of it counts", "10.0.0.1", ["192.0.2.9, x, 10.0.0.2"],
        "10.0.0.2"),
      OriginRow("an empty field", "10.0.0.1", [""], "10.0.0.1"),
      OriginRow("bad ports", "10.0.0.1", ["192.0.2.9:x"], "10.0.0.1"),
      OriginRow("a bracket left open", "10.0.0.1", ["[2001:db8::9"], "10.0.0.1"),
      OriginRow(
        "IPv4 in IPv6 is IPv4", "10.0.0.1", ["::ffff:192.0.2.9, ::ffff:10.0.0.2"], "192.0.2.9"),
    ])
  func client(_ row: OriginRow) throws {
    let fields = row.forwarded.map { ("X-Forwarded-For", $0) }
    #expect(try origin(row.peer, fields).address.description == row.expected)
  }

  @Test("the scheme is what the nearest proxy says, and the connection's own for anybody else")
  func scheme() throws {
    func isSecure(_ peer: String, _ value: String?, _ own: Bool) throws -> Bool {
      try origin(peer, value.map { [("X-Forwarded-Proto", $0)] } ?? [], isSecure: own).isSecure
    }
    #expect(try isSecure("10.0.0.1", "https", false))
    #expect(try isSecure("10.0.0.1", " HTTPS ", false))
    #expect(try !isSecure("10.0.0.1", "http", true))
    #expect(try isSecure("10.0.0.1", "http, https", false))
    #expect(try !isSecure("10.0.0.1", "https, http", false))
    #expect(try isSecure("10.0.0.1", nil, true))
    #expect(try !isSecure("192.0.2.1", "https", false))
    #expect(try isSecure("192.0.2.1", "http", true))
  }

  @Test("nobody is trusted by default")
  func none() throws {
    let peer = try #require(IPAddress("127.0.0.1"))
    let origin = TrustedProxies().origin(
      of: ["X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https"], peer: peer,
      isSecure: false)
    #expect(origin == TrustedProxies.Origin(address: peer, isSecure: false))
  }
}
