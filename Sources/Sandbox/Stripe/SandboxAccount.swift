/// An account of the Stripe sandbox: connected, or the platform's own.
public struct SandboxAccount: Sendable, Hashable, StripeRow {
  /// What Stripe still wants from the account, by its own names of the lists.
  public struct Requirements: Sendable, Hashable {
    public var currentlyDue: [String] = []
    public var pastDue: [String] = []
    public var eventuallyDue: [String] = []
    public var pendingVerification: [String] = []
    /// E.g. `requirements.past_due`; nil for an account that is not disabled.
    public var disabledReason: String?
    public init() {}
  }

  public internal(set) var id: String
  public internal(set) var createdMs: Int64
  /// `express`, `custom`, `standard`.
  public var type = "express"
  /// ISO 3166, two letters.
  public var country = "FR"
  /// Lower case.
  public var defaultCurrency = "eur"
  public var email: String?
  public var businessType: String?
  /// `business_profile`: `name`, `url`, `support_email`, `support_phone`.
  public var businessProfile: [String: String] = [:]
  /// `active`, `inactive`, `pending`; nil for a capability that nobody asked for.
  public var transfersCapability: String?
  public var chargesEnabled = false
  public var payoutsEnabled = false
  public var detailsSubmitted = false
  public var requirements = Requirements()
  /// `manual`, `daily`, …
  public var payoutInterval = "daily"
  public var debitNegativeBalances = false
  /// Where payouts go; added with the onboarding.
  public var bankAccounts: [SandboxBankAccount] = []
  public var metadata: [String: String] = [:]
  /// The seller has disconnected the platform: every call for the account is refused.
  public var isDeauthorized = false

  init(id: String, createdMs: Int64) {
    self.id = id
    self.createdMs = createdMs
  }

  /// As after a finished onboarding: everything active and enabled, manual payouts.
  public mutating func finishOnboarding() {
    transfersCapability = "active"
    chargesEnabled = true
    payoutsEnabled = true
    detailsSubmitted = true
    payoutInterval = "manual"
    if bankAccounts.isEmpty { bankAccounts = [SandboxBankAccount()] }
    requirements = Requirements()
  }
}

extension SandboxAccount {
  func json(isPlatform: Bool) -> JSONValue {
    [
      "id": .string(id), "object": "account",
      "business_profile": [
        "mcc": nil, "name": .string(businessProfile["name"]), "product_description": nil,
        "support_email": .string(businessProfile["support_email"]),
        "support_phone": .string(businessProfile["support_phone"]),
        "url": .string(businessProfile["url"]),
      ],
      "business_type": .string(businessType),
      "capabilities": transfersCapability.map { ["transfers": .string($0)] } ?? [:],
      "charges_enabled": .bool(chargesEnabled),
      "controller": isPlatform ? ["type": "account"] : controller,
      "country": .string(country), "created": .integer(createdMs / 1_000),
      "default_currency": .string(defaultCurrency),
      "details_submitted": .bool(detailsSubmitted), "email": .string(email),
      "external_accounts": [
        "object": "list", "data": [], "has_more": false, "total_count": 0,
        "url": "/v1/accounts/\(id)/external_accounts",
      ],
      "future_requirements": Requirements().json, "metadata": .strings(metadata),
      "payouts_enabled": .bool(payoutsEnabled), "requirements": requirements.json,
      "settings": [
        "payouts": [
          "debit_negative_balances": .bool(debitNegativeBalances),
          "schedule": ["delay_days": 7, "interval": .string(payoutInterval)],
          "statement_descriptor": nil,
        ]
      ],
      "tos_acceptance": ["date": nil, "ip": nil, "user_agent": nil],
      "type": .string(isPlatform ? "standard" : type),
    ]
  }

  private var controller: JSONValue {
    [
      "type": "application", "is_controller": true, "fees": ["payer": "application_express"],
      "losses": ["payments": "application"], "requirement_collection": "stripe",
      "stripe_dashboard": ["type": .string(type)],
    ]
  }
}

extension SandboxAccount.Requirements {
  fileprivate var json: JSONValue {
    func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
    return [
      "alternatives": [], "current_deadline": nil, "currently_due": list(currentlyDue),
      "disabled_reason": .string(disabledReason), "errors": [],
      "eventually_due": list(eventuallyDue), "past_due": list(pastDue),
      "pending_verification": list(pendingVerification),
    ]
  }
}
