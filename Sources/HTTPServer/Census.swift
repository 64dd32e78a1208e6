import HTTPFormat
import Threading

/// Counts the open connections of all loops, in total and for each address.
final class Census: Sendable {
  enum Admission { case admitted, addressFull }

  private struct State {
    var total = 0
    var byAddress: [String: Int] = [:]
  }

  private let state = Monitor(State())
  private let limits: HTTPLimits

  init(limits: HTTPLimits) { self.limits = limits }

  var isFull: Bool { state.withLock { $0.total >= limits.connectionsMax } }

  func enter(_ address: String) -> Admission {
    state.withLock { state in
      guard state.byAddress[address, default: 0] < limits.connectionsPerAddressMax else {
        return .addressFull
      }
      state.total += 1
      state.byAddress[address, default: 0] += 1
      return .admitted
    }
  }

  func leave(_ address: String) {
    state.withLock { state in
      state.total -= 1
      let left = state.byAddress[address, default: 1] - 1
      state.byAddress[address] = left > 0 ? left : nil
    }
  }
}
