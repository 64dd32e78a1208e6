import Testing

@testable import Sockets

@Suite("IPAddress and AddressRange") struct IPAddressTests {
  @Test(
    "an address has one form, whatever form it is written in",
    arguments: [
      ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"),
      ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"), ("::1", "::1"), ("0.0.0.0", "0.0.0.0"),
    ])
  func forms(_ text: String, _ shown: String) {
    #expect(IPAddress(text)?.description == shown)
  }

  @Test(
    "what is no address is none",
    arguments: [
      "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "[::1]",
      "fe80::1%eth0", "::1::2", "localhost", "unknown", "_hidden", "1.2.3.4\0",
    ])
  func refuses(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(
    "a range holds the addresses with its first bits and no others",
    arguments: [
      ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
      ("192.0.2.128/25", "192.0.2.128", true), ("192.0.2.128/25", "192.0.2.127", false),
      ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
      ("192.0.2.1/32", "192.0.2.1", true), ("0.0.0.0/0", "255.255.255.255", true),
      ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false), ("::/0", "2001:db8::", true),
      ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
      ("2001:db8::/64", "2001:db8::ffff", true), ("2001:db8::/64", "2001:db8:0:1::", false),
      ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::1", "::1", true),
      ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("::ffff:10.0.0.1", "10.0.0.1", true),
    ])
  func contains(_ range: String, _ address: String, _ expected: Bool) throws {
    let ip = try #require(IPAddress(address))
    #expect(try AddressRange(range).contains(ip) == expected)
  }

  @Test(
    "a malformed range is refused with a reason",
    arguments: [
      ("10.0.0.0/33", "0 to 32 bits"), ("::/129", "0 to 128 bits"), ("10.0.0.0/", "0 to 32 bits"),
      ("10.0.0.0/+8", "0 to 32 bits"), ("10.0.0.0/8/8", "0 to 32 bits"),
      ("10.1.2.3/8", "write 10.0.0.0/8"), ("2001:db8::1/64", "write 2001:db8::/64"),
      ("example.com", "expected an IPv4 or IPv6 address"), ("", "expected an IPv4 or IPv6 address"),
    ])
  func refusesRange(_ text: String, _ reason: String) {
    let error = #expect(throws: SocketError.self) { try AddressRange(text) }
    #expect(error?.reason.contains(reason) == true, "\(error.map(\.description) ?? "")")
  }

  @Test("whoever has one IPv6 address has all of its /64: they share one count")
  func shares() throws {
    let one = try #require(IPAddress("2001:db8::1"))
    let two = try #require(IPAddress("2001:db8::ffff:2"))
    let three = try #require(IPAddress("2001:db8:0:1::1"))
    #expect(one.share == two.share)
    #expect(one.share != three.share)
    let four = try #require(IPAddress("203.0.113.7"))
    #expect(four.share == four)
  }

  @Test("only a range of every address is everything")
  func everything() throws {
    #expect(try AddressRange("0.0.0.0/0").isEverything)
    #expect(try AddressRange("::/0").isEverything)
    #expect(try !AddressRange("0.0.0.0/1").isEverything)
    #expect(try AddressRange("10.0.0.0/8").description == "10.0.0.0/8")
  }
}
