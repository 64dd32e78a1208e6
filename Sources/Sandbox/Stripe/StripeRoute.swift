/// What plays an endpoint.
struct StripeRoute: Sendable {
  /// The `object` that it answers, or that its list holds.
  let object: String
  let isList: Bool
  let run: @Sendable (inout StripeState, StripeCall) throws(StripeError) -> JSONValue

  private init(
    _ object: String, isList: Bool = false,
    _ run: @escaping @Sendable (inout StripeState, StripeCall) throws(StripeError) -> JSONValue
  ) {
    self.object = object
    self.isList = isList
    self.run = run
  }

  /// By operation, as `StripeEndpoint` names it.
  static let all: [String: StripeRoute] = [
    "GET /v1/account": StripeRoute("account") { state, call throws(StripeError) in
      try state.ownAccountJSON(call)
    },
    "GET /v1/accounts": StripeRoute("account", isList: true) { state, call throws(StripeError) in
      try state.listAccounts(call)
    },
    "POST /v1/accounts": StripeRoute("account") { state, call throws(StripeError) in
      try state.createAccount(call)
    },
    "GET /v1/accounts/{account}": StripeRoute("account") { state, call throws(StripeError) in
      try state.readAccount(call)
    },
    "POST /v1/accounts/{account}": StripeRoute("account") { state, call throws(StripeError) in
      try state.updateAccount(call)
    },
    "POST /v1/account_links": StripeRoute("account_link") { state, call throws(StripeError) in
      try state.createAccountLink(call)
    },
    "POST /v1/accounts/{account}/login_links": StripeRoute("login_link") {
      state, call throws(StripeError) in try state.createLoginLink(call)
    },
    "GET /v1/balance": StripeRoute("balance") { state, call throws(StripeError) in
      state.balanceJSON(call)
    },
    "GET /v1/balance_transactions/{id}": StripeRoute("balance_transaction") {
      state, call throws(StripeError) in try state.balanceTransactionJSON(call)
    },
    "GET /v1/charges": StripeRoute("charge", isList: true) { state, call throws(StripeError) in
      try state.listCharges(call)
    },
    "GET /v1/charges/{charge}": StripeRoute("charge") { state, call throws(StripeError) in
      try state.readCharge(call)
    },
    "POST /v1/charges/{charge}/capture": StripeRoute("charge") {
      state, call throws(StripeError) in try state.captureCharge(call)
    },
    "POST /v1/payment_intents/{intent}/capture": StripeRoute("payment_intent") {
      state, call throws(StripeError) in try state.captureIntent(call)
    },
    "POST /v1/payment_intents/{intent}/cancel": StripeRoute("payment_intent") {
      state, call throws(StripeError) in try state.cancelIntent(call)
    },
    "GET /v1/events": StripeRoute("event", isList: true) { state, call throws(StripeError) in
      try state.listEvents(call)
    },
    "GET /v1/events/{id}": StripeRoute("event") { state, call throws(StripeError) in
      try state.readEvent(call)
    },
    "GET /v1/payment_intents": StripeRoute("payment_intent", isList: true) {
      state, call throws(StripeError) in try state.listIntents(call)
    },
    "GET /v1/payment_intents/{intent}": StripeRoute("payment_intent") {
      state, call throws(StripeError) in try state.readIntent(call)
    },
    "GET /v1/accounts/{account}/external_accounts": StripeRoute("bank_account", isList: true) {
      state, call throws(StripeError) in try state.listExternalAccounts(call)
    },
    "GET /v1/payouts": StripeRoute("payout", isList: true) { state, call throws(StripeError) in
      try state.listPayouts(call)
    },
    "POST /v1/payouts": StripeRoute("payout") { state, call throws(StripeError) in
      try state.createPayout(call)
    },
    "GET /v1/payouts/{payout}": StripeRoute("payout") { state, call throws(StripeError) in
      try state.readPayout(call)
    },
    "GET /v1/refunds": StripeRoute("refund", isList: true) { state, call throws(StripeError) in
      try state.listRefunds(call)
    },
    "POST /v1/refunds": StripeRoute("refund") { state, call throws(StripeError) in
      try state.createRefund(call)
    },
    "GET /v1/refunds/{refund}": StripeRoute("refund") { state, call throws(StripeError) in
      try state.readRefund(call)
    },
    "GET /v1/transfers/{id}/reversals": StripeRoute("transfer_reversal", isList: true) {
      state, call throws(StripeError) in try state.listReversals(call)
    },
    "POST /v1/transfers/{id}/reversals": StripeRoute("transfer_reversal") {
      state, call throws(StripeError) in try state.createReversal(call)
    },
    "GET /v1/transfers": StripeRoute("transfer", isList: true) { state, call throws(StripeError) in
      try state.listTransfers(call)
    },
    "POST /v1/transfers": StripeRoute("transfer") { state, call throws(StripeError) in
      try state.createTransfer(call)
    },
    "GET /v1/transfers/{transfer}": StripeRoute("transfer") { state, call throws(StripeError) in
      try state.readTransfer(call)
    },
    "GET /v1/webhook_endpoints": StripeRoute("webhook_endpoint", isList: true) {
      state, call throws(StripeError) in try state.listWebhookEndpoints(call)
    },
    "POST /v1/webhook_endpoints": StripeRoute("webhook_endpoint") {
      state, call throws(StripeError) in try state.createWebhookEndpoint(call)
    },
    "GET /v1/webhook_endpoints/{webhook_endpoint}": StripeRoute("webhook_endpoint") {
      state, call throws(StripeError) in try state.readWebhookEndpoint(call)
    },
    "POST /v1/webhook_endpoints/{webhook_endpoint}": StripeRoute("webhook_endpoint") {
      state, call throws(StripeError) in try state.updateWebhookEndpoint(call)
    },
    "DELETE /v1/webhook_endpoints/{webhook_endpoint}": StripeRoute("webhook_endpoint") {
      state, call throws(StripeError) in try state.deleteWebhookEndpoint(call)
    },
  ]
}
