/// Connected accounts and the platform's own.
public protocol StripeAccountsPort: Sendable {
  /// `GET /v1/account`, or `/v1/accounts/{id}`.
  func account(_ id: AccountID?) throws(CallFailure) -> Answer<AccountSnapshot>
  /// `GET /v1/accounts`: one page of the connected accounts, newest first.
  /// - Parameters:
  ///   - createdFromMs: Only those created at that moment or later, by Stripe's clock.
  ///   - after: The last account of the page before.
  func accounts(
    createdFromMs: Int64?, after: AccountID?
  ) throws(CallFailure) -> Answer<AccountPage>
  /// `POST /v1/accounts`: an Express account with manual payouts that is not debited for negative
  /// balances.
  func createAccount(
    _ request: AccountRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<AccountSnapshot>
  /// `POST /v1/accounts/{id}`: payouts follow the billing cycles of Mirakl and not Stripe's own.
  /// - Parameter idempotencyKey: New each time: Stripe would answer an old key without acting.
  func setManualPayouts(
    _ id: AccountID, idempotencyKey: String
  ) throws(CallFailure) -> Answer<AccountSnapshot>
  /// `POST /v1/account_links`: single use, lives minutes.
  /// - Parameter idempotencyKey: New each time: an old key would bring the used link again.
  func createAccountLink(
    _ id: AccountID, refreshURL: String, returnURL: String, idempotencyKey: String
  ) throws(CallFailure) -> Answer<BearerLink>
  /// `POST /v1/accounts/{id}/login_links`: single use; only once the details are submitted.
  func createLoginLink(
    _ id: AccountID, idempotencyKey: String
  ) throws(CallFailure) -> Answer<BearerLink>
  /// `GET /v1/balance` of the account: whether any currency of it is not at zero.
  func holdsFunds(_ id: AccountID) throws(CallFailure) -> Answer<Bool>
}

/// An address that lets in whoever opens it. It prints as a placeholder, so that it reaches no log
/// (O3).
public struct BearerLink: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// The way out, so that `grep "\.url"` lists every use.
  public let url: String
  public init(url: String) { self.url = url }
  public var description: String { "[link]" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }  // or dump() would show it
}
