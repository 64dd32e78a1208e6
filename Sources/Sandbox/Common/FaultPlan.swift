import Threading

/// Which requests go wrong, and how. The decision for the n-th request follows from the seed alone;
/// faults ordered by `inject` come first.
public final class FaultPlan: Sendable {
  /// How a request goes wrong.
  public enum Fault: String, Sendable, Hashable, CaseIterable {
    /// The connection closes; nothing was done.
    case hangUpBefore
    /// Everything was done, then the connection closes: a lost answer.
    case hangUpAfter
    /// 429 with `Retry-After: 1`; nothing was done.
    case throttled
    /// 429 without `Retry-After`; nothing was done.
    case throttledSilently
    /// 500; nothing was done.
    case errorBefore
    /// Everything was done, then 500. Stripe keeps the 500 under the idempotency key.
    case errorAfter
    /// 409 of Stripe: "another request with this key is in progress". Only for POST requests with a
    /// key; otherwise the request goes well.
    case conflict
  }

  fileprivate struct Order: Sendable {
    var fault: Fault
    var operation: String?
    var left: Int
  }

  fileprivate struct State: Sendable {
    var generator: SeededGenerator
    var percent: Int
    var weights: [(fault: Fault, weight: Int)]
    var isOn = true
    var orders: [Order] = []
    var counts: [Fault: Int] = [:]
    var requests = 0
  }

  private let state: Monitor<State>

  /// - Parameters:
  ///   - percent: how many of a hundred requests go wrong, 0 to 100.
  ///   - weights: the share of each fault among them; those left out never happen by chance.
  public init(
    seed: UInt64, percent: Int,
    weights: [Fault: Int] = Dictionary(uniqueKeysWithValues: Fault.allCases.map { ($0, 1) })
  ) {
    state = Monitor(
      State(
        generator: SeededGenerator(seed: seed ^ 0xFA17), percent: percent,
        // In the order of declaration: a dictionary's own order changes from run to run.
        weights: Fault.allCases.compactMap { fault in
          weights[fault].flatMap { $0 > 0 ? (fault, $0) : nil }
        }))
  }

  /// A plan by which nothing goes wrong, until `inject`.
  public static func none() -> FaultPlan { FaultPlan(seed: 0, percent: 0) }

  /// Switches faults by chance on and off at run time; injected ones stay.
  public func setEnabled(_ isOn: Bool) { state.withLock { $0.isOn = isOn } }

  /// Makes the next requests go wrong.
  ///
  /// - Parameter operation: e.g. `POST /v1/transfers`, `GET /api/orders`: the method and the path
  ///   pattern as counted by the sandbox; nil for any request.
  public func inject(_ fault: Fault, operation: String? = nil, times: Int = 1) {
    state.withLock { $0.orders.append(Order(fault: fault, operation: operation, left: times)) }
  }

  /// What was done so far.
  public var counts: [Fault: Int] { state.withLock { $0.counts } }

  /// The requests decided about so far.
  public var requestCount: Int { state.withLock { $0.requests } }

  func next(operation: String) -> Fault? {
    state.withLock { state in
      state.requests += 1
      let fault = state.ordered(operation) ?? state.byChance()
      if let fault { state.counts[fault, default: 0] += 1 }
      return fault
    }
  }

  /// Takes back a fault that could not be played.
  func withdraw(_ fault: Fault) { state.withLock { $0.counts[fault, default: 0] -= 1 } }
}

extension FaultPlan.State {
  fileprivate mutating func ordered(_ operation: String) -> FaultPlan.Fault? {
    guard let index = orders.firstIndex(where: { $0.operation ?? operation == operation })
    else { return nil }
    let fault = orders[index].fault
    orders[index].left -= 1
    if orders[index].left <= 0 { orders.remove(at: index) }
    return fault
  }

  fileprivate mutating func byChance() -> FaultPlan.Fault? {
    // Drawn even while off, so that switching does not move the decisions that follow.
    let isHit = Int(generator.next() % 100) < percent
    let draw = generator.next()
    let total = weights.reduce(0) { $0 + $1.weight }
    guard isOn, isHit, total > 0 else { return nil }
    var rest = Int(draw % UInt64(total))
    for (fault, weight) in weights {
      if rest < weight { return fault }
      rest -= weight
    }
    return nil
  }
}
