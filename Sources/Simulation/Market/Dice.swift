/// The seed's own chances, written as one asks for them.
extension SeededGenerator {
  mutating func amount(_ range: ClosedRange<Int64>, _ coin: Coin) -> Int64 {
    Int64.random(in: range, using: &self) * coin.step
  }

  /// True once in so many times.
  mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func pick<Element>(_ all: [Element]) -> Element {
    all[Int.random(in: 0..<all.count, using: &self)]
  }
}
