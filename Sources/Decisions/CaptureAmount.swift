import Domain

/// What left an order since the customer was asked to pay for it (C6), in major units: refused
/// lines, canceled lines, and the canceled parts of lines that still ship. With taxes, unless the
/// prices hold them.
///
/// - Returns: nil if Mirakl does not say it in a usable form; the id of the line is in `unknown`.
public func abortedAmount(_ order: OrderSnapshot) throws(UnknownLineAmount) -> MajorAmount {
  let isOver = order.state == .refused || order.state == .canceled
  var total = MajorAmount.zero
  for line in order.lines {
    guard let charged = line.charged else { throw UnknownLineAmount(line: line.id) }
    total = total + charged.canceledPrice
    if order.taxMode == .excluded { total = total + charged.canceledTaxes }
    // Of a canceled line everything moved into its cancelations. Where there are none, the line
    // was canceled as it stands.
    let keepsItsAmount = line.state != .canceled || !charged.hasCancelations
    guard isOver || !line.isActive, keepsItsAmount else { continue }
    guard let price = charged.price else { throw UnknownLineAmount(line: line.id) }
    total = total + price
    if order.taxMode == .excluded { total = total + line.taxes + line.shippingTaxes }
  }
  return total
}

/// A line whose amounts are needed and not known: missing data is never zero (A7).
public struct UnknownLineAmount: Error, Hashable, Sendable {
  public let line: String
}
