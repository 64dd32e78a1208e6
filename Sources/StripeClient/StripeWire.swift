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
  let has_more: Bool?
  var hasMore: Bool { has_more ?? false }
}

/// Only what is asked of an object that was expanded for one field.
struct WireBalanceTransaction: Decodable { let currency: String? }
struct WireMetadataHolder: Decodable { let metadata: [String: String]? }

struct WireCharge: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let status: String?
  let captured: Bool?
  let amount_captured: Int64?
  let amount_refunded: Int64?
  let refunded: Bool?
  let disputed: Bool?
  let livemode: Bool?
  let metadata: [String: String]?
  let payment_intent: Expandable<WireMetadataHolder>?
  let transfer_group: String?
  let balance_transaction: Expandable<WireBalanceTransaction>?
  let failure_message: String?
  let created: Int64?

  /// - Parameter intentMetadata: Of the payment intent that the charge came in.
  /// - Throws: `WireProblem` naming the field; an amount is never guessed.
  func snapshot(intentMetadata: [String: String]? = nil) throws -> ChargeSnapshot {
    let isCaptured = captured ?? false
    let total = try money("amount", amount, currency)
    return ChargeSnapshot(
      id: try identifier("id", id) { try ChargeID($0) }, amount: total,
      amountCaptured: amount_captured ?? (isCaptured ? total.minorUnits : 0),
      amountRefunded: amount_refunded ?? 0,
      status: ChargeSnapshot.Status(try required("status", status)), isCaptured: isCaptured,
      isRefunded: refunded ?? false, isDisputed: disputed ?? false, livemode: livemode ?? false,
      metadata: metadata ?? [:],
      paymentIntent: try payment_intent?.id.map { id in
        try identifier("payment_intent", id) { try PaymentIntentID($0) }
      },
      paymentIntentMetadata: intentMetadata ?? payment_intent?.object?.metadata ?? [:],
      transferGroup: transfer_group,
      balanceCurrency: try balance_transaction?.object.map {
        try currencyField("balance_transaction.currency", $0.currency)
      },
      failureMessage: failure_message, createdMs: (created ?? 0) * 1_000)
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
  let latest_charge: Expandable<WireCharge>?
  let metadata: [String: String]?
  let livemode: Bool?

  var latestChargeID: String? { latest_charge?.id }

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> PaymentIntentSnapshot {
    PaymentIntentSnapshot(
      id: try identifier("id", id) { try PaymentIntentID($0) },
      status: try required("status", status), amount: try money("amount", amount, currency),
      latestCharge: try latest_charge?.object.map {
        try within("latest_charge", $0) { try $0.snapshot(intentMetadata: metadata ?? [:]) }
      },
      metadata: metadata ?? [:], livemode: livemode ?? false)
  }
}

struct WireAccount: Decodable {
  struct Capabilities: Decodable { let transfers: String? }
  struct Requirements: Decodable { let disabled_reason: String? }
  struct Settings: Decodable { let payouts: Payouts? }
  struct Payouts: Decodable { let schedule: Schedule? }
  struct Schedule: Decodable { let interval: String? }

  let id: String?
  let charges_enabled: Bool?
  let payouts_enabled: Bool?
  let details_submitted: Bool?
  let capabilities: Capabilities?
  let requirements: Requirements?
  let settings: Settings?
  let country: String?
  let default_currency: String?
  let metadata: [String: String]?

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> AccountSnapshot {
    AccountSnapshot(
      id: try identifier("id", id) { try AccountID($0) },
      chargesEnabled: charges_enabled ?? false, payoutsEnabled: payouts_enabled ?? false,
      detailsSubmitted: details_submitted ?? false,
      transfersCapability: capabilities?.transfers,
      payoutInterval: settings?.payouts?.schedule?.interval,
      disabledReason: requirements?.disabled_reason, country: country,
      defaultCurrency: default_currency, metadata: metadata ?? [:])
  }
}

/// What a reference that is never read further may be.
struct WireAnything: Decodable {}

struct WireTransfer: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let amount_reversed: Int64?
  let destination: Expandable<WireAnything>?
  let source_transaction: Expandable<WireAnything>?
  let transfer_group: String?
  let metadata: [String: String]?
  let created: Int64?

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> TransferSnapshot {
    TransferSnapshot(
      id: try identifier("id", id) { try TransferID($0) },
      amount: try money("amount", amount, currency), amountReversed: amount_reversed ?? 0,
      destination: try identifier("destination", destination?.id) { try AccountID($0) },
      sourceTransaction: source_transaction?.id, transferGroup: transfer_group,
      metadata: metadata ?? [:], createdMs: (created ?? 0) * 1_000)
  }

  /// The receipt of a transfer just made: what it leaves out is as it was asked for. Only the id
  /// must be there; Stripe's own figures win.
  func snapshot(filling request: TransferRequest) throws -> TransferSnapshot {
    TransferSnapshot(
      id: try identifier("id", id) { try TransferID($0) },
      amount: amount == nil || currency == nil
        ? request.amount : try money("amount", amount, currency),
      amountReversed: amount_reversed ?? 0,
      destination: try destination?.id.map { id in
        try identifier("destination", id) { try AccountID($0) }
      } ?? request.destination,
      sourceTransaction: source_transaction?.id ?? request.sourceCharge?.rawValue,
      transferGroup: transfer_group ?? request.transferGroup,
      metadata: metadata ?? request.metadata, createdMs: (created ?? 0) * 1_000)
  }
}
