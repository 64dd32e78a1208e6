import Domain
import HTTPClient

// Stripe's objects as they arrive: unknown fields are ignored, nullable ones may be missing, and
// an object may stand where an id is promised or the other way round.

/// A reference: an id, or the object itself where it was expanded.
enum Expandable<Object: Decodable>: Decodable {
  case id(String)
  case object(Object, id: String?)

  init(from decoder: any Decoder) throws {
    if let id = try? decoder.singleValueContainer().decode(String.self) {
      self = .id(id)
    } else {
      self = .object(
        try Object(from: decoder),
        id: try decoder.container(keyedBy: Key.self).decodeIfPresent(
          String.self, forKey: .id))
    }
  }

  var id: String? {
    switch self {
    case .id(let id): id
    case .object(_, let id): id
    }
  }

  var object: Object? {
    switch self {
    case .id: nil
    case .object(let object, _): object
    }
  }

  private enum Key: String, CodingKey { case id }
}

/// One page of a list.
struct WireList<Element: Decodable>: Decodable {
  let data: [Element]
  private let more: Bool?

  enum CodingKeys: String, CodingKey {
    case data
    case more = "has_more"
  }
  var hasMore: Bool { more ?? false }
}

/// Only what is asked of an object that was expanded for one field.
struct WireBalanceTransaction: Decodable { let currency: String? }
struct WireMetadataHolder: Decodable { let metadata: WireMetadata? }

/// Texts by name. Stripe sends nothing else; what is no text is left out, and never in the way of
/// an amount.
struct WireMetadata: Decodable {
  let values: [String: String]

  init(from decoder: any Decoder) throws {
    let entries = (try? [String: Text](from: decoder)) ?? [:]
    values = entries.compactMapValues(\.text)
  }

  private struct Text: Decodable {
    let text: String?
    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }
}

struct WireCharge: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let status: String?
  let captured: Bool?
  let amountCaptured: Int64?
  let amountRefunded: Int64?
  let refunded: Bool?
  let disputed: Bool?
  let livemode: Bool?
  let metadata: WireMetadata?
  let paymentIntent: Expandable<WireMetadataHolder>?
  let transferGroup: String?
  let balanceTransaction: Expandable<WireBalanceTransaction>?
  let failureMessage: String?
  let paymentMethodDetails: WirePaymentMethodDetails?
  let created: Int64?

  enum CodingKeys: String, CodingKey {
    case id
    case amount
    case currency
    case status
    case captured
    case amountCaptured = "amount_captured"
    case amountRefunded = "amount_refunded"
    case refunded
    case disputed
    case livemode
    case metadata
    case paymentIntent = "payment_intent"
    case transferGroup = "transfer_group"
    case balanceTransaction = "balance_transaction"
    case failureMessage = "failure_message"
    case paymentMethodDetails = "payment_method_details"
    case created
  }

  /// - Parameter intentMetadata: Of the payment intent that the charge came in.
  /// - Throws: `WireProblem` naming the field; an amount is never guessed.
  func snapshot(intentMetadata: [String: String]? = nil) throws -> ChargeSnapshot {
    let isCaptured = captured ?? false
    let total = try money("amount", amount, currency)
    return ChargeSnapshot(
      id: try identifier("id", id) { try ChargeID($0) }, amount: total,
      amountCaptured: amountCaptured ?? (isCaptured ? total.minorUnits : 0),
      amountRefunded: amountRefunded ?? 0,
      status: ChargeSnapshot.Status(try required("status", status)), isCaptured: isCaptured,
      isRefunded: refunded ?? false, isDisputed: disputed ?? false, livemode: livemode ?? false,
      metadata: metadata?.values ?? [:],
      paymentIntent: try paymentIntent?.id.map { id in
        try identifier("payment_intent", id) { try PaymentIntentID($0) }
      },
      paymentIntentMetadata: intentMetadata ?? paymentIntent?.object?.metadata?.values ?? [:],
      transferGroup: transferGroup,
      balanceCurrency: try balanceTransaction?.object.map {
        try currencyField("balance_transaction.currency", $0.currency)
      },
      failureMessage: failureMessage, captureBeforeMs: paymentMethodDetails?.captureBeforeMs,
      createdMs: milliseconds(created))
  }
}

extension ChargeSnapshot.Status {
  init(_ text: String) {
    switch text {
    case "succeeded": self = .succeeded
    case "pending": self = .pending
    case "failed": self = .failed
    default: self = .other(text)
    }
  }
}

struct WirePaymentIntent: Decodable {
  let id: String?
  let status: String?
  let amount: Int64?
  let currency: String?
  let latestCharge: Expandable<WireCharge>?
  /// Seconds since 1970.
  let canceledAt: Int64?
  let metadata: WireMetadata?
  let livemode: Bool?

  enum CodingKeys: String, CodingKey {
    case id
    case status
    case amount
    case currency
    case latestCharge = "latest_charge"
    case canceledAt = "canceled_at"
    case metadata
    case livemode
  }

  var latestChargeID: String? { latestCharge?.id }

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> PaymentIntentSnapshot {
    PaymentIntentSnapshot(
      id: try identifier("id", id) { try PaymentIntentID($0) },
      status: try required("status", status), amount: try money("amount", amount, currency),
      latestCharge: try latestCharge?.object.map {
        try within("latest_charge", $0) { try $0.snapshot(intentMetadata: metadata?.values ?? [:]) }
      },
      canceledMs: canceledAt.map { milliseconds($0) }, metadata: metadata?.values ?? [:],
      livemode: livemode ?? false)
  }
}

struct WireAccount: Decodable {
  struct Capabilities: Decodable { let transfers: String? }
  struct Requirements: Decodable {
    let disabledReason: String?
    let currentlyDue: [String]?
    let pastDue: [String]?
    let pendingVerification: [String]?
    enum CodingKeys: String, CodingKey {
      case disabledReason = "disabled_reason"
      case currentlyDue = "currently_due"
      case pastDue = "past_due"
      case pendingVerification = "pending_verification"
    }
  }
  struct Settings: Decodable { let payouts: Payouts? }
  struct Payouts: Decodable { let schedule: Schedule? }
  struct Schedule: Decodable { let interval: String? }

  let id: String?
  let chargesEnabled: Bool?
  let payoutsEnabled: Bool?
  let detailsSubmitted: Bool?
  let capabilities: Capabilities?
  let requirements: Requirements?
  let settings: Settings?
  let country: String?
  let defaultCurrency: String?
  let metadata: WireMetadata?
  let created: Int64?

  enum CodingKeys: String, CodingKey {
    case id
    case created
    case chargesEnabled = "charges_enabled"
    case payoutsEnabled = "payouts_enabled"
    case detailsSubmitted = "details_submitted"
    case capabilities
    case requirements
    case settings
    case country
    case defaultCurrency = "default_currency"
    case metadata
  }

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> AccountSnapshot {
    AccountSnapshot(
      id: try identifier("id", id) { try AccountID($0) },
      chargesEnabled: chargesEnabled ?? false, payoutsEnabled: payoutsEnabled ?? false,
      detailsSubmitted: detailsSubmitted ?? false,
      transfersCapability: capabilities?.transfers,
      payoutInterval: settings?.payouts?.schedule?.interval,
      disabledReason: requirements?.disabledReason, country: country,
      defaultCurrency: defaultCurrency, metadata: metadata?.values ?? [:],
      requirements: AccountSnapshot.Requirements(
        currentlyDue: requirements?.currentlyDue ?? [], pastDue: requirements?.pastDue ?? [],
        pendingVerification: requirements?.pendingVerification ?? []),
      createdMs: milliseconds(created))
  }
}

/// What a reference that is never read further may be.
struct WireAnything: Decodable {}

struct WireTransfer: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let amountReversed: Int64?
  let destination: Expandable<WireAnything>?
  let sourceTransaction: Expandable<WireAnything>?
  let transferGroup: String?
  let metadata: WireMetadata?
  let created: Int64?

  enum CodingKeys: String, CodingKey {
    case id
    case amount
    case currency
    case amountReversed = "amount_reversed"
    case destination
    case sourceTransaction = "source_transaction"
    case transferGroup = "transfer_group"
    case metadata
    case created
  }

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> TransferSnapshot {
    TransferSnapshot(
      id: try identifier("id", id) { try TransferID($0) },
      amount: try money("amount", amount, currency), amountReversed: amountReversed ?? 0,
      destination: try identifier("destination", destination?.id) { try AccountID($0) },
      sourceTransaction: sourceTransaction?.id, transferGroup: transferGroup,
      metadata: metadata?.values ?? [:], createdMs: milliseconds(created))
  }

  /// The receipt of a transfer just made: what it leaves out is as it was asked for. Only the id
  /// must be there; Stripe's own figures win.
  func snapshot(filling request: TransferRequest) throws -> TransferSnapshot {
    TransferSnapshot(
      id: try identifier("id", id) { try TransferID($0) },
      amount: amount == nil || currency == nil
        ? request.amount : try money("amount", amount, currency),
      amountReversed: amountReversed ?? 0,
      destination: try destination?.id.map { id in
        try identifier("destination", id) { try AccountID($0) }
      } ?? request.destination,
      sourceTransaction: sourceTransaction?.id ?? request.sourceCharge?.rawValue,
      transferGroup: transferGroup ?? request.transferGroup,
      metadata: metadata?.values ?? request.metadata, createdMs: milliseconds(created))
  }
}
