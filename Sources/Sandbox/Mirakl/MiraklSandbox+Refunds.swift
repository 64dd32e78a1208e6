import Threading

/// Refunds that somebody of the marketplace asks for.
extension MiraklSandbox {
  /// Asks for a refund of a line: it waits in PA12 from now on.
  /// - Parameters:
  ///   - line: From 0.
  ///   - amount: Without taxes where the order's prices are without.
  ///   - commission: What of the commission goes back to the seller, taxes included; nil leaves the
  ///     field out.
  public func addRefund(
    _ id: String, order: String, line: Int = 0, amount: String, shippingAmount: String = "0",
    commission: String?, taxes: [SandboxOrder.Tax] = [], shippingTaxes: [SandboxOrder.Tax] = []
  ) {
    state.withLock { state in
      state.orderRefunds.append(
        SandboxOrderRefund(
          id: id, orderID: order, line: line, amount: amount, shippingAmount: shippingAmount,
          taxes: taxes, shippingTaxes: shippingTaxes, commission: commission))
    }
  }

  /// Changes a refund, e.g. withdraws it by another state.
  public func updateRefund(_ id: String, _ adjust: (inout SandboxOrderRefund) -> Void) {
    state.withLock { state in
      guard let index = state.orderRefunds.firstIndex(where: { $0.id == id }) else { return }
      adjust(&state.orderRefunds[index])
    }
  }

  /// Asks for a refund of a service: it waits in SPA12 from now on.
  public func addServiceRefund(_ refund: SandboxServiceRefund) {
    let now = nowMs()
    state.withLock { state in
      var refund = refund
      refund.createdMs = refund.createdMs ?? now
      state.serviceRefunds.append(refund)
    }
  }

  /// The refunds of product orders, as they were asked for.
  public var orderRefunds: [SandboxOrderRefund] { state.withLock { $0.orderRefunds } }

  /// The refunds of services, as they were asked for.
  public var serviceRefunds: [SandboxServiceRefund] { state.withLock { $0.serviceRefunds } }

  /// How many entries a page of SPA12 has at most.
  public func setSeekPageSize(_ size: Int) { state.withLock { $0.seekPageSize = size } }
}
