import Testing

@testable import bench

@Suite struct RoundTests {
  @Test("percentiles are values that were measured")
  func percentiles() {
    let values: [Int64] = [5, 1, 4, 2, 3]
    #expect(values.percentile(0.5) == 3)
    #expect(values.percentile(0.99) == 5)
    #expect(values.percentile(0) == 1)
    #expect([Int64]().percentile(0.5) == 0)
  }

  @Test("the median of an even number lies between the two in the middle")
  func median() {
    #expect([4.0, 1, 3, 2].median == 2.5)
    #expect([9.0, 1, 5].median == 5)
    #expect([Double]().median == 0)
  }

  @Test("a rate is answers by time")
  func rate() {
    var round = Round()
    round.latenciesNs = [1_000, 3_000, 2_000]
    round.elapsedNs = 1_000_000
    #expect(round.perSecond == 3_000)
    #expect(round.latencyUs(0.5) == 2)
  }
}
