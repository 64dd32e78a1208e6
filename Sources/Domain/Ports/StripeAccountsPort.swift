/// Connected accounts and the platform's own.
public protocol StripeAccountsPort: Sendable {
  /// `GET /v1/account`, or `/v1/accounts/{id}`.
  func account(_ id: AccountID?) throws(CallFailure) -> Answer<AccountSnapshot>
}
