import HTTPFormat
import Sockets
import Testing

@testable import HTTPServer

@Suite("Census") struct CensusTests {
  private static func census() -> Census {
    var limits = HTTPLimits()
    limits.connectionsMax = 3
    limits.connectionsPerAddressMax = 2
    return Census(limits: limits)
  }

  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  @Test("counts in total and for each address, and forgets who left")
  func counts() throws {
    let census = Self.census()
    let (one, two) = (try address("192.0.2.1"), try address("192.0.2.2"))
    #expect(census.enter(one) == .admitted)
    #expect(census.enter(one) == .admitted)
    #expect(census.enter(one) == .addressFull)
    #expect(!census.isFull)
    #expect(census.enter(two) == .admitted)
    #expect(census.isFull)
    census.leave(one)
    #expect(!census.isFull)
    #expect(census.enter(one) == .admitted)
  }

  @Test("the addresses of one IPv6 customer share one count")
  func sharesIPv6() throws {
    let census = Self.census()
    #expect(census.enter(try address("2001:db8::1")) == .admitted)
    #expect(census.enter(try address("2001:db8::2")) == .admitted)
    #expect(census.enter(try address("2001:db8::3")) == .addressFull)
    #expect(census.enter(try address("2001:db8:0:1::1")) == .admitted)
    census.leave(try address("2001:db8::ffff"))
    #expect(census.enter(try address("2001:db8::3")) == .admitted)
  }

  @Test("a proxy's connections are not bounded by its address, its clients' requests are by theirs")
  func countsBehindProxies() throws {
    let census = Self.census()
    let (proxy, client) = (try address("10.0.0.1"), try address("192.0.2.1"))
    for _ in 0..<3 { #expect(census.enter(proxy, isProxy: true) == .admitted) }
    #expect(census.isFull)
    #expect(census.begin(client) == .admitted)
    #expect(census.begin(client) == .admitted)
    #expect(census.begin(client) == .addressFull)
    census.end(client)
    #expect(census.begin(client) == .admitted)
    census.leave(proxy, isProxy: true)
    #expect(!census.isFull)
  }
}
