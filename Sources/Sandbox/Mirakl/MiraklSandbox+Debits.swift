import Threading

/// What waits to be debited.
extension MiraklSandbox {
  /// Adds a debit of a service order, or replaces the one of that id.
  public func addServiceDebit(_ debit: SandboxServiceDebit) {
    var debit = debit
    if debit.createdMs == 0 { debit.createdMs = nowMs() }
    let added = debit
    state.withLock { state in
      if let index = state.serviceDebits.firstIndex(where: { $0.id == added.id }) {
        state.serviceDebits[index] = added
      } else {
        state.serviceDebits.append(added)
      }
    }
  }

  /// The debits of service orders, oldest first.
  public var serviceDebits: [SandboxServiceDebit] { state.withLock { $0.serviceDebits } }

  /// An instance without services answers 404 to everything about them.
  public func setServices(_ areThere: Bool) { state.withLock { $0.hasServices = areThere } }

  /// Puts PA11's element of an order as it is, even if it is no JSON; nil takes it back.
  public func setRawDebit(_ json: String?, order id: String) {
    state.withLock { $0.rawDebits[id] = json }
  }

  /// The order of an id as it is now; nil if there is none, or if it is raw text.
  public func order(_ id: String) -> SandboxOrder? {
    state.withLock { state in
      guard case .made(let order)? = state.order(id)?.source else { return nil }
      return order
    }
  }
}
