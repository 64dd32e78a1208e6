import HTTPFormat
import Sockets
import Threading

/// Counts the open connections of all loops, in total and for each address; and for clients behind
/// a trusted proxy, whose connections are the proxy's, their requests in hand.
///
/// An address stands for its `share`: with IPv6 the 64 bits that one customer has.
final class Census: Sendable {
  enum Admission { case admitted, addressFull }

  private struct State {
    var total = 0
    var byAddress: [IPAddress: Int] = [:]

    mutating func add(_ address: IPAddress, max: Int) -> Bool {
      guard byAddress[address, default: 0] < max else { return false }
      byAddress[address, default: 0] += 1
      return true
    }

    mutating func remove(_ address: IPAddress) {
      let left = byAddress[address, default: 1] - 1
      byAddress[address] = left > 0 ? left : nil
    }
  }

  private let state = Monitor(State())
  private let limits: HTTPLimits

  init(limits: HTTPLimits) { self.limits = limits }

  var isFull: Bool { state.withLock { $0.total >= limits.connectionsMax } }

  /// Counts a connection, if its address has not too many.
  ///
  /// - Parameter isProxy: it carries the requests of many clients, so it is only part of the total.
  func enter(_ address: IPAddress, isProxy: Bool = false) -> Admission {
    state.withLock { state in
      if !isProxy {
        guard state.add(address.share, max: limits.connectionsPerAddressMax) else {
          return .addressFull
        }
      }
      state.total += 1
      return .admitted
    }
  }

  func leave(_ address: IPAddress, isProxy: Bool = false) {
    state.withLock { state in
      state.total -= 1
      if !isProxy { state.remove(address.share) }
    }
  }

  /// Counts a request that came through a proxy.
  func begin(_ client: IPAddress) -> Admission {
    state.withLock { state in
      state.add(client.share, max: limits.connectionsPerAddressMax) ? .admitted : .addressFull
    }
  }

  func end(_ client: IPAddress) { state.withLock { $0.remove(client.share) } }
}
