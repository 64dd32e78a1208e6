/// Payouts, balances and debits of connected accounts.
public protocol StripePayoutsPort: Sendable {
  /// `GET /v1/balance` of a connected account.
  func balance(of account: AccountID) throws(CallFailure) -> Answer<BalanceSnapshot>
  /// `POST /v1/payouts` as the connected account.
  func createPayout(
    _ request: PayoutRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<PayoutSnapshot>
  /// `GET /v1/payouts/{id}` as the connected account.
  func payout(_ id: PayoutID, of account: AccountID) throws(CallFailure) -> Answer<PayoutSnapshot>
  /// `GET /v1/payouts` as the connected account, all pages.
  func payouts(of account: AccountID) throws(CallFailure) -> Answer<[PayoutSnapshot]>
  /// `POST /v1/transfers` as the connected account: from the seller to the platform.
  func createSellerDebit(
    _ request: SellerDebitRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<TransferSnapshot>
  /// `GET /v1/transfers?transfer_group=…` as the connected account, all pages.
  func sellerDebits(
    of account: AccountID, group: String
  ) throws(CallFailure) -> Answer<[TransferSnapshot]>
  /// `GET /v1/accounts/{id}/external_accounts`, all pages.
  func externalAccounts(
    of account: AccountID
  ) throws(CallFailure) -> Answer<[ExternalAccountSnapshot]>
}
