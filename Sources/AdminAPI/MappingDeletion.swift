import Domain
import HTTPFormat
import Store

/// `DELETE /api/mappings/{id}`: only a mapping that nothing depends on any more.
///
/// Transfers, reversals, refunds and payouts that are not final, debts, or money on the account
/// would lose their way: such a mapping is refused with 409 and the reason.
struct MappingDeletion {
  let store: Store
  let stripe: any StripeAccountsPort
  /// Who asks, for the audit.
  let actor: String
  let nowMs: Int64

  /// - Returns: nil if there is no such mapping.
  func delete(_ id: Int64) throws -> Response? {
    guard let mapping = try store.read({ try $0.mapping(id: id) }) else { return nil }
    if let objection = try store.read({ try Self.objection(mapping, $0) }) {
      return Self.refused(objection)
    }
    do {
      if try stripe.holdsFunds(mapping.accountID).value {
        return Self.refused(
          "The account \(mapping.accountID) holds a balance. Pay it out or take it back first.")
      }
    } catch {
      // An account that Stripe does not show any more holds nothing that we could pay out.
      guard case .refused = error.kind else {
        return .text(
          503, "Stripe could not be asked for the balance; nothing was changed. (\(error))")
      }
    }
    let (actor, nowMs) = (actor, nowMs)
    return try store.write { transaction -> Response? in
      guard let current = try transaction.mapping(id: id) else { return nil }
      if let objection = try Self.objection(current, transaction) {
        return Self.refused(objection)
      }
      try transaction.audit(
        actor: actor, action: "mapping deleted", subject: "mapping/\(id)",
        detail: "shop \(current.shopID), account \(current.accountID)", nowMs: nowMs)
      return try transaction.deleteMapping(id: id) ? Response(status: 204) : nil
    }
  }

  private static func objection(
    _ mapping: AccountMapping, _ transaction: Transaction
  ) throws -> String? {
    let open = try transaction.openWork(shop: mapping.shopID, mappingID: mapping.id)
    let counts = [
      (open.transfers, "transfer"), (open.reversals, "reversal"), (open.refunds, "refund"),
      (open.payouts, "payout"), (open.debts, "debt"),
    ].filter { $0.0 > 0 }
    guard !counts.isEmpty else { return nil }
    let words = counts.map { count, noun in "\(count) \(noun)\(count == 1 ? "" : "s")" }
      .joined(separator: ", ")
    return "Shop \(mapping.shopID) has \(words) not finished. "
      + "Let them finish, or abort them, first."
  }

  private static func refused(_ objection: String) -> Response {
    .text(409, "The mapping cannot be deleted: \(objection)")
  }
}
