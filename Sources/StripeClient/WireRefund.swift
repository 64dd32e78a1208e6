import Domain
import HTTPClient

/// A refund as it arrives.
struct WireRefund: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let charge: Expandable<WireAnything>?
  let status: String?
  let failureReason: String?
  let metadata: WireMetadata?
  let created: Int64?

  enum CodingKeys: String, CodingKey {
    case id
    case amount
    case currency
    case charge
    case status
    case failureReason = "failure_reason"
    case metadata
    case created
  }

  /// - Parameter request: What was asked for, where this is its receipt: it fills what is left out.
  /// - Throws: `WireProblem` naming the field.
  func snapshot(filling request: RefundRequest? = nil) throws -> RefundSnapshot {
    RefundSnapshot(
      id: try identifier("id", id) { try RefundID($0) },
      amount: try amount == nil || currency == nil
        ? request?.amount ?? money("amount", amount, currency)
        : money("amount", amount, currency),
      charge: charge?.id ?? request?.charge.rawValue,
      // Before API 2018 refunds had no status: made was succeeded.
      status: status ?? "succeeded", failureReason: failureReason,
      metadata: metadata?.values ?? request?.metadata ?? [:], createdMs: milliseconds(created))
  }
}

/// A reversal of a transfer as it arrives.
struct WireReversal: Decodable {
  let id: String?
  let amount: Int64?
  let currency: String?
  let metadata: WireMetadata?

  /// - Throws: `WireProblem` naming the field.
  func snapshot(filling request: ReversalRequest? = nil) throws -> ReversalSnapshot {
    let id = try required("id", id)
    guard !id.isEmpty else { throw WireProblem(field: "id", reason: "empty") }
    return ReversalSnapshot(
      id: id,
      amount: try amount == nil || currency == nil
        ? request?.amount ?? money("amount", amount, currency)
        : money("amount", amount, currency),
      metadata: metadata?.values ?? request?.metadata ?? [:])
  }
}
