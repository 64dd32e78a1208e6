import Domain

/// The figures of a service order by what its customer was debited (interface.md §10, split steps
/// 6 and 7): SPA11's amount is the truth, the order's own figures only tell which part is taxes.
struct ServiceSplitAmounts: Hashable {
  /// What the order's own figures add up to; nil where it has no price.
  var expected: MajorAmount?
  /// On top of the price, options included; zero where prices include them.
  var taxes: MajorAmount

  /// The description of a unit price does not say whether options and taxes beside it are those
  /// of one unit or of all of them. Of both readings the one that the debit confirms is taken.
  init(
    _ order: ServiceOrderSnapshot, debited: MajorAmount
  ) throws(AmountError) {
    guard let price = order.price else {
      (expected, taxes) = (nil, .zero)
      return
    }
    let isIncluded = order.taxMode == .included
    let allTaxes = isIncluded ? MajorAmount.zero : price.taxes + price.optionTaxes
    let whole = try price.unitAmount.times(price.quantity) + price.options + allTaxes
    let each = try (price.unitAmount + price.options + allTaxes).times(price.quantity)
    if price.quantity > 1, each == debited, whole != debited {
      (expected, taxes) = (each, try allTaxes.times(price.quantity))
    } else {
      (expected, taxes) = (whole, allTaxes)
    }
  }

  /// Whether the debit is what the order adds up to, but for rounding: less than one step of the
  /// currency.
  func agrees(with debited: MajorAmount, _ currency: Currency) -> Bool {
    guard let expected else { return true }
    let step = MajorAmount(Money(minorUnits: Int64(currency.step), currency: currency))
    return (expected - debited).magnitude < step
  }
}
