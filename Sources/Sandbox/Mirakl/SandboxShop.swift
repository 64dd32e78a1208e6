/// A shop of the Mirakl sandbox.
public struct SandboxShop: Sendable, Hashable {
  public var id: Int64
  public var name: String
  /// `OPEN`, `CLOSE`, `SUSPENDED`, `TERMINATED`.
  public var state: String
  /// Upper case.
  public var currency: String
  /// `shop_additional_fields` by code. A value `true` or `false` shows as BOOLEAN, one that begins
  /// with `http` as LINK, others as STRING.
  public var fields: [String: String]
  /// `PRODUCT`, `SERVICE`.
  public var domains: [String]
  public var isProfessional = true
  public var email: String
  public var webSite: String?
  public var phone: String?
  /// ISO 3166, three letters.
  public var country = "FRA"
  /// `kyc.status`.
  public var kycStatus = "PENDING_SUBMISSION"
  /// nil for the moment it is added or updated.
  public var updatedMs: Int64?

  public init(
    id: Int64, name: String, state: String = "OPEN", currency: String = "EUR",
    fields: [String: String] = [:], domains: [String] = ["PRODUCT"], updatedMs: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.state = state
    self.currency = currency
    self.fields = fields
    self.domains = domains
    self.updatedMs = updatedMs
    email = "shop-\(id)@example.org"
  }

  /// The shop as S20 shows it.
  func json(createdMs: Int64, updatedMs: Int64) -> JSONValue {
    [
      "channels": [], "closed_from": nil, "closed_to": nil,
      "contact_informations": [
        "city": "Lyon", "civility": "Mrs", "country": .string(country), "email": .string(email),
        "fax": nil, "firstname": "Nadia", "lastname": "Lefort", "phone": .string(phone),
        "phone_secondary": nil, "state": nil, "street1": "14 rue des Lilas", "street2": nil,
        "web_site": .string(webSite), "zip_code": "69003",
      ],
      "currency_iso_code": .string(currency),
      "date_created": .string(Timestamp.iso8601(createdMs)), "description": nil,
      "domains": .array(domains.map { .string($0) }), "is_professional": .bool(isProfessional),
      "kyc": ["reason": nil, "status": .string(kycStatus)],
      "last_updated_date": .string(Timestamp.iso8601(updatedMs)), "model": "MARKETPLACE",
      "offers_count": 0, "operator_internal_id": nil, "orders_count": 0,
      "payment_details": [
        "paid_balance": .number("0.00"), "payable_balance": .number("0.00"),
        "payment_blocked": false, "pending_balance": .number("0.00"),
      ],
      "premium": false,
      "shop_additional_fields": .array(
        fields.sorted { $0.key < $1.key }.map { code, value in
          ["code": .string(code), "type": Self.type(of: value), "value": .string(value)]
        }),
      "shop_id": .integer(id), "shop_name": .string(name), "shop_state": .string(state),
      "suspension_type": nil,
    ]
  }

  private static func type(of value: String) -> JSONValue {
    if value == "true" || value == "false" { return "BOOLEAN" }
    return value.hasPrefix("http") ? "LINK" : "STRING"
  }
}
