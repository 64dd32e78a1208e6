import HTTPFormat
import Testing

@testable import HTTPServer

@Suite("Census") struct CensusTests {
  @Test("counts in total and for each address, and forgets who left")
  func counts() {
    var limits = HTTPLimits()
    limits.connectionsMax = 3
    limits.connectionsPerAddressMax = 2
    let census = Census(limits: limits)
    #expect(census.enter("a") == .admitted)
    #expect(census.enter("a") == .admitted)
    #expect(census.enter("a") == .addressFull)
    #expect(!census.isFull)
    #expect(census.enter("b") == .admitted)
    #expect(census.isFull)
    census.leave("a")
    #expect(!census.isFull)
    #expect(census.enter("a") == .admitted)
  }
}
