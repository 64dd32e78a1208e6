import Threading

/// Mirakl's HTTP webhooks: every change of a product order's state is told to one endpoint.
extension MiraklSandbox {
  /// How many orders one callback names at most.
  private static let batch = 50

  /// Where callbacks go from now on; nil switches them off.
  public func setCallbacks(_ endpoint: MiraklCallback.Endpoint?) {
    state.withLock { state in
      state.callbackEndpoint = endpoint
      (state.changes, state.callbacksAgain) = ([], [])
    }
  }

  /// The callbacks that wait, oldest first, each taken once.
  public func takeCallbacks() -> [Delivery] {
    state.withLock { state in
      var deliveries = state.callbacksAgain
      state.callbacksAgain = []
      guard let endpoint = state.callbackEndpoint else { return [] }
      while !state.changes.isEmpty {
        let callback = MiraklCallback(
          Array(state.changes.prefix(Self.batch)), authorization: endpoint.authorization)
        state.changes.removeFirst(min(Self.batch, state.changes.count))
        state.callbackCount += 1
        deliveries.append(
          Delivery(
            eventID: "callback-\(state.callbackCount)", eventType: "callback", url: endpoint.url,
            headers: callback.headers, body: callback.body))
      }
      return deliveries
    }
  }

  /// Queues a callback once more, as after a failure.
  public func redeliver(_ callback: Delivery) {
    state.withLock { $0.callbacksAgain.append(callback) }
  }

  /// How many callbacks were sent, repetitions not counted.
  public var callbackCount: Int { state.withLock { $0.callbackCount } }
}
