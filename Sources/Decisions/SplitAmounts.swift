import Domain

/// The exact figures of an order, in major units of its currency, nothing rounded.
public struct SplitAmounts: Hashable, Sendable {
  /// What the customer pays for the order.
  public var gross: MajorAmount
  /// What the seller gets.
  public var seller: MajorAmount
  /// What the tax account gets; nil while the tax split is off or there are no taxes.
  public var tax: MajorAmount?
}

/// Interface.md §10, split steps 6 and 7, and M8.
///
/// `total_price` leaves out refused and canceled lines already, but their own tax entries stay in
/// the lines: hence the sum over active lines only.
public func splitAmounts(_ order: OrderSnapshot, hasTaxAccount: Bool) -> SplitAmounts {
  let active = order.lines.filter(\.isActive)
  let taxes = active.map { $0.taxes + $0.shippingTaxes }.total()
  let gross = order.taxMode == .included ? order.totalPrice : order.totalPrice + taxes
  let withheldPrice = active.map(\.priceNotPayableToShop).total()
  // With a tax split every tax leaves the seller's share; without one, only those that Mirakl
  // says the operator remits.
  let withheldTaxes = hasTaxAccount ? taxes : active.map(\.taxesNotPayableToShop).total()
  return SplitAmounts(
    gross: gross,
    seller: gross - withheldPrice - withheldTaxes - order.totalCommission,
    tax: hasTaxAccount && !taxes.isZero ? taxes : nil)
}

/// The field of an order that holds a negative amount, which no order of the field should: such
/// an order waits for a person (A7).
func negativeField(_ order: OrderSnapshot) -> (field: String, amount: MajorAmount)? {
  if order.totalPrice.isNegative { return ("total_price", order.totalPrice) }
  if order.totalCommission.isNegative { return ("total_commission", order.totalCommission) }
  for line in order.lines {
    if line.taxes.isNegative { return ("taxes of line \(line.id)", line.taxes) }
    if line.shippingTaxes.isNegative {
      return ("shipping_taxes of line \(line.id)", line.shippingTaxes)
    }
    if line.taxesNotPayableToShop.isNegative || line.priceNotPayableToShop.isNegative {
      return (
        "amount_breakdown of line \(line.id)",
        min(line.taxesNotPayableToShop, line.priceNotPayableToShop)
      )
    }
  }
  return nil
}
