/// A payout of the Stripe sandbox: from a connected account's balance to its bank. Amounts in minor
/// units.
public struct SandboxPayout: Sendable, Hashable, StripeRow {
  public enum Status: String, Sendable, Hashable {
    case pending
    case inTransit = "in_transit"
    case paid, failed, canceled
  }

  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  /// The account whose money it is.
  public internal(set) var owner: String
  public internal(set) var amount: Int64
  /// Lower case.
  public internal(set) var currency: String
  public internal(set) var status = Status.pending
  public internal(set) var destination: String
  public internal(set) var balanceTransaction: String
  public internal(set) var failureBalanceTransaction: String?
  public internal(set) var failureCode: String?
  public internal(set) var failureMessage: String?
  public internal(set) var description: String?
  public internal(set) var metadata: [String: String]

  func json(livemode: Bool) -> JSONValue {
    [
      "id": .string(id), "object": "payout", "amount": .integer(amount),
      "arrival_date": .integer(createdMs / 1_000 + 172_800), "automatic": false,
      "balance_transaction": .string(balanceTransaction), "created": .integer(createdMs / 1_000),
      "currency": .string(currency), "description": .string(description),
      "destination": .string(destination),
      "failure_balance_transaction": .string(failureBalanceTransaction),
      "failure_code": .string(failureCode), "failure_message": .string(failureMessage),
      "livemode": .bool(livemode), "metadata": .strings(metadata), "method": "standard",
      "original_payout": nil, "reconciliation_status": "not_applicable", "reversed_by": nil,
      "source_type": "card", "statement_descriptor": nil, "status": .string(status.rawValue),
      "trace_id": ["status": "pending", "value": nil], "type": "bank_account",
    ]
  }
}

/// A bank account that a connected account is paid out to.
public struct SandboxBankAccount: Sendable, Hashable {
  public var id: String
  /// Lower case; nil takes every currency, which spares tests a list.
  public var currency: String?
  /// `new`, `errored`, …
  public var status: String

  public init(id: String = "ba_1", currency: String? = nil, status: String = "new") {
    self.id = id
    self.currency = currency
    self.status = status
  }

  func json(account: String, fallback: String) -> JSONValue {
    [
      "id": .string(id), "object": "bank_account", "account": .string(account),
      "account_holder_type": "company", "bank_name": "STRIPE TEST BANK", "country": "FR",
      "currency": .string(currency ?? fallback), "default_for_currency": true, "last4": "3000",
      "metadata": [:], "status": .string(status),
    ]
  }
}
