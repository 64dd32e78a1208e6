import Threading

/// What really happened, for reconciliations and tests.
extension StripeSandbox {
  /// Every transfer, oldest first.
  public var transfers: [SandboxTransfer] { state.withLock { $0.transfers.rows } }

  /// Every charge, oldest first.
  public var charges: [SandboxCharge] { state.withLock { $0.charges.rows } }

  public var paymentIntents: [SandboxPaymentIntent] { state.withLock { $0.intents.rows } }

  /// The connected accounts, oldest first.
  public var accounts: [SandboxAccount] {
    state.withLock { state in state.accounts.rows.filter { $0.id != state.platform } }
  }

  /// By account id (the platform's included), then by lower-case currency. Nothing is absent but
  /// what was never touched.
  public var balances: [String: [String: SandboxBalance]] { state.withLock { $0.balances } }

  /// Requests that were answered (or cut off afterwards), by operation, e.g. `POST /v1/transfers`;
  /// `unknown` counts those for no known endpoint.
  public var requestCounts: [String: Int] { state.withLock { $0.served } }

  /// The number of transfers for each value of a metadata key: with `miraklId`, any count above 1
  /// is an order paid twice.
  public func transferCounts(byMetadata key: String) -> [String: Int] {
    transfers.reduce(into: [:]) { counts, transfer in
      if let value = transfer.metadata[key] { counts[value, default: 0] += 1 }
    }
  }
}

extension StripeSandbox {
  /// The endpoints that were registered through the API and not deleted.
  public var webhookEndpoints: [SandboxWebhookEndpoint] {
    state.withLock { state in state.webhookEndpoints.rows.filter { !$0.isDeleted } }
  }

  /// As if somebody had switched an endpoint off in the dashboard, or Stripe had.
  public func disableWebhookEndpoint(_ id: String) {
    state.withLock { $0.webhookEndpoints[id]?.isDisabled = true }
  }
}
