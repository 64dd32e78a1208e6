import Domain
import HTTPClient

/// A payout as it arrives.
struct WirePayout: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let status: String?
  let failureCode: String?
  let failureMessage: String?
  let destination: Expandable<WireAnything>?
  let metadata: WireMetadata?
  let created: Int64?

  enum CodingKeys: String, CodingKey {
    case id
    case amount
    case currency
    case status
    case failureCode = "failure_code"
    case failureMessage = "failure_message"
    case destination
    case metadata
    case created
  }

  /// - Throws: `WireProblem` naming the field.
  func snapshot() throws -> PayoutSnapshot {
    PayoutSnapshot(
      id: try identifier("id", id) { try PayoutID($0) },
      amount: try money("amount", amount, currency),
      status: PayoutSnapshot.Status(rawValue: try required("status", status)),
      failureCode: failureCode, failureMessage: failureMessage, destination: destination?.id,
      metadata: metadata?.values ?? [:], createdMs: milliseconds(created))
  }

  /// The receipt of a payout just made: what it leaves out is as it was asked for. Only the id
  /// must be there; Stripe's own figures win.
  func snapshot(filling request: PayoutRequest) throws -> PayoutSnapshot {
    PayoutSnapshot(
      id: try identifier("id", id) { try PayoutID($0) },
      amount: amount == nil || currency == nil
        ? request.amount : try money("amount", amount, currency),
      status: status.flatMap(PayoutSnapshot.Status.init(rawValue:)), failureCode: failureCode,
      failureMessage: failureMessage, destination: destination?.id,
      metadata: metadata?.values ?? request.metadata, createdMs: milliseconds(created))
  }
}

/// `GET /v1/balance`.
struct WireBalance: Decodable {
  struct Entry: Decodable {
    let amount: Int64?
    let currency: String?
  }
  let available: [Entry]?
  let pending: [Entry]?

  /// Currencies that this program does not know are left out: nothing of ours is in them.
  func snapshot() throws -> BalanceSnapshot {
    BalanceSnapshot(
      available: try Self.amounts("available", try required("available", available)),
      pending: try Self.amounts("pending", pending ?? []))
  }

  private static func amounts(_ name: String, _ entries: [Entry]) throws -> [Money] {
    try entries.compactMap { entry in
      let minorUnits = try required("\(name).amount", entry.amount)
      guard let currency = try? Currency(try required("\(name).currency", entry.currency)) else {
        return nil
      }
      return Money(minorUnits: minorUnits, currency: currency)
    }
  }
}

/// A bank account or card of a connected account.
struct WireExternalAccount: Decodable {
  let id: String?
  let currency: String?
  let status: String?

  func snapshot() throws -> ExternalAccountSnapshot {
    ExternalAccountSnapshot(
      id: try required("id", id), currency: currency.flatMap { try? Currency($0) },
      status: status)
  }
}
