import Decisions
import Domain
import TestSupport
import Testing

private let lines: [OrderSnapshot.Line] = [
  .make(id: "1", taxes: "9.98", shippingTaxes: "0.98"),
  .make(id: "2", state: .refused, taxes: "5", shippingTaxes: "1"),
  .make(id: "3", state: .canceled, taxes: "7", shippingTaxes: "2"),
]

@Test("taxes of active lines are added to the price, those of refused ones are not (A1)")
func taxesExcluded() {
  // 54.80 + 9.98 + 0.98 = 65.76; less 6.58 commission = 59.18
  let order = OrderSnapshot.make(totalPrice: "54.80", totalCommission: "6.58", lines: lines)
  let amounts = splitAmounts(order, hasTaxAccount: false)
  #expect(amounts.gross == .of("65.76"))
  #expect(amounts.seller == .of("59.18"))
  #expect(amounts.tax == nil)
}

@Test("with included taxes the price is what the customer pays (A1)")
func taxesIncluded() {
  let order = OrderSnapshot.make(
    taxMode: .included, totalPrice: "65.76", totalCommission: "6.58", lines: lines)
  #expect(splitAmounts(order, hasTaxAccount: false).seller == .of("59.18"))
}

@Test(
  "with a tax account the taxes leave the seller's share, included or not (T2)",
  arguments: [
    (OrderSnapshot.TaxMode.excluded, "54.80"), (OrderSnapshot.TaxMode.included, "65.76"),
  ])
func taxSplit(mode: OrderSnapshot.TaxMode, price: String) {
  let order = OrderSnapshot.make(
    taxMode: mode, totalPrice: price, totalCommission: "6.58", lines: lines)
  let amounts = splitAmounts(order, hasTaxAccount: true)
  // 65.76 paid; 10.96 taxes; 65.76 - 10.96 - 6.58 = 48.22
  #expect(amounts.seller == .of("48.22"))
  #expect(amounts.tax == .of("10.96"))
  #expect(amounts.gross == .of("65.76"))
}

@Test("what Mirakl says is not payable to the shop is not transferred to it (M8)")
func notPayable() {
  let order = OrderSnapshot.make(
    totalPrice: "100", totalCommission: "10",
    lines: [
      .make(taxes: "20", taxesNotPayableToShop: "15", priceNotPayableToShop: "3"),
      .make(id: "2", state: .canceled, taxesNotPayableToShop: "99"),
    ])
  // 100 + 20 - 15 - 3 - 10 = 92
  #expect(splitAmounts(order, hasTaxAccount: false).seller == .of("92"))
}

@Test("the published OR11 sample: 173 + 2 × 10 + 2 × 10 - 21.30 = 191.70 (A1)")
func publishedSample() {
  let order = OrderSnapshot.make(
    totalPrice: "173", totalCommission: "21.3",
    lines: [.make(taxes: "20", shippingTaxes: "20")])
  #expect(splitAmounts(order, hasTaxAccount: false).seller == .of("191.7"))
}
