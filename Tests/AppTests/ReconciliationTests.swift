import HTTPFormat
import Sandbox
import Testing

@testable import App

/// A marketplace whose money has been moved as it must be, through Stripe's own API, so that each
/// test plants one mistake.
private final class Books {
  let stripe = StripeSandbox(secretKey: "sk_test_books", seed: 5, nowMs: { 1_764_000_000_000 })
  let marketplace: DemoMarketplace
  let taxAccount: String
  private(set) var chargeOfBasket: [String: String] = [:]
  private(set) var accountOfShop: [Int64: String] = [:]
  private var keys = 0

  init(orders: Int = 40, seed: UInt64 = 3) {
    marketplace = DemoMarketplace(orders: orders, seed: seed)
    taxAccount = stripe.createAccount()
    for shop in marketplace.shops { accountOfShop[shop] = stripe.createAccount() }
    for basket in marketplace.baskets {
      var charge = NewCharge(
        amount: max(basket.captured, basket.currency.step),
        currency: basket.currency.code.lowercased(),
        outcome: basket.captured == 0 ? .failed : .captured)
      charge.fee = 0
      chargeOfBasket[basket.id] = stripe.createCharge(charge).charge
    }
  }

  /// The orders that must be paid, with their baskets.
  var payable: [(basket: DemoMarketplace.Basket, order: DemoMarketplace.Order)] {
    marketplace.baskets.flatMap { basket in basket.payable.map { (basket, $0) } }
  }

  /// Pays every order but those at these places.
  func payAll(except left: Set<Int> = []) {
    for (index, entry) in payable.enumerated() where !left.contains(index) {
      transfer(entry.order.sellerShare, entry)
    }
    for entry in payable where entry.order.tax > 0 { payTax(entry.order.tax, entry) }
  }

  func payTax(
    _ amount: Int64, _ entry: (basket: DemoMarketplace.Basket, order: DemoMarketplace.Order)
  ) {
    transfer(amount, entry, to: taxAccount, suffix: "_TAX")
  }

  func transfer(
    _ amount: Int64, _ entry: (basket: DemoMarketplace.Basket, order: DemoMarketplace.Order),
    to account: String? = nil, source: Bool = true, suffix: String = ""
  ) {
    keys += 1
    var form = [
      "amount=\(amount)", "currency=\(entry.basket.currency.code.lowercased())",
      "destination=\(account ?? accountOfShop[entry.order.shop] ?? "")",
      "metadata[miraklId]=\(entry.order.id)\(suffix)",
    ]
    if source { form.append("source_transaction=\(chargeOfBasket[entry.basket.id] ?? "")") }
    let request = Request(
      method: "POST", path: "/v1/transfers",
      headers: ["Authorization": "Bearer sk_test_books", "Idempotency-Key": "key-\(keys)"],
      body: Array(form.joined(separator: "&").utf8))
    guard case .response(let response) = stripe.handle(request), response.status == 200 else {
      Issue.record("Stripe refused the transfer of \(entry.order.id)")
      return
    }
  }

  func reconcile() -> Reconciliation {
    Reconciliation(
      marketplace, stripe, chargeOfBasket: chargeOfBasket, accountOfShop: accountOfShop,
      taxAccount: taxAccount)
  }
}

@Suite struct ReconciliationTests {
  @Test("books in order balance, in every currency")
  func balanced() {
    let books = Books()
    books.payAll()
    let result = books.reconcile()
    #expect(result.problems == [])
    #expect(result.isBalanced)
    #expect(result.rows.values.allSatisfy { $0.drift == 0 })
    #expect(result.rows.values.map(\.transfers).reduce(0, +) == books.marketplace.transferCount)
    #expect(result.table().count == result.rows.count + 1)
  }

  @Test("an order that was not paid is named, and its share shows as drift")
  func missing() {
    let books = Books()
    books.payAll(except: [4])
    let (result, entry) = (books.reconcile(), books.payable[4])
    #expect(!result.isBalanced)
    #expect(result.problems.contains("order \(entry.order.id) was not paid"))
    #expect(result.rows[entry.basket.currency]?.drift == entry.order.sellerShare)
  }

  @Test("a planted drift of one minor unit is reported")
  func drift() {
    let books = Books()
    books.payAll(except: [2])
    let entry = books.payable[2]
    books.transfer(entry.order.sellerShare + entry.basket.currency.step, entry)
    let result = books.reconcile()
    #expect(result.problems.contains { $0.hasPrefix("order \(entry.order.id): paid ") })
    #expect(result.problems.contains { $0.hasPrefix("\(entry.basket.currency.code) drifts by -") })
    #expect(result.rows[entry.basket.currency]?.drift == -entry.basket.currency.step)
  }

  @Test("taxes that reach the seller instead of the tax account are reported (T1, T2)")
  func taxesOfSeller() throws {
    let books = Books()
    let index = try #require(books.payable.firstIndex { $0.order.tax > 0 })
    let entry = books.payable[index]
    books.payAll(except: [index])
    books.transfer(entry.order.sellerShare - entry.basket.currency.step, entry)
    books.payTax(entry.basket.currency.step, entry)
    let problems = books.reconcile().problems
    #expect(problems.contains { $0.hasPrefix("order \(entry.order.id): paid ") })
    #expect(problems.contains { $0.hasPrefix("order \(entry.order.id)_TAX was paid twice") })
  }

  @Test("a capture of another amount than is due is reported (C6)")
  func captured() throws {
    let books = Books()
    books.payAll()
    let basket = try #require(books.marketplace.baskets.first { $0.payment == .captured })
    let more = books.stripe.createCharge(
      NewCharge(amount: basket.total + 1, currency: basket.currency.code.lowercased())
    ).charge
    var charges = books.chargeOfBasket
    charges[basket.id] = more
    let result = Reconciliation(
      books.marketplace, books.stripe, chargeOfBasket: charges, accountOfShop: books.accountOfShop,
      taxAccount: books.taxAccount)
    #expect(
      result.problems.contains {
        $0 == "basket \(basket.id): captured \(basket.total + 1), due \(basket.total)"
      })
  }

  @Test("two mistakes that cancel out in the sum are still reported")
  func hiddenDrift() {
    let books = Books()
    let pair = books.payable.indices.dropFirst().first {
      books.payable[$0].basket.id == books.payable[$0 - 1].basket.id
    }
    guard let second = pair else { return #expect(Bool(false), "no basket of two payable orders") }
    let (left, right) = (books.payable[second - 1], books.payable[second])
    books.payAll(except: [second - 1, second])
    books.transfer(left.order.sellerShare + left.basket.currency.step, left)
    books.transfer(right.order.sellerShare - left.basket.currency.step, right)
    let result = books.reconcile()
    #expect(result.rows.values.allSatisfy { $0.drift == 0 })
    #expect(result.problems.count == 2)
    #expect(!result.isBalanced)
  }

  @Test("a double transfer is reported (Q1)")
  func twice() {
    let books = Books()
    books.payAll()
    let entry = books.payable[0]
    books.transfer(entry.basket.currency.step, entry)
    let result = books.reconcile()
    #expect(result.problems.contains { $0.hasPrefix("order \(entry.order.id) was paid twice") })
    #expect(!result.isBalanced)
  }

  @Test("money for an order that must not be paid is reported")
  func notPayable() {
    let books = Books(orders: 80)
    books.payAll()
    for basket in books.marketplace.baskets where basket.payment == .captured {
      guard let refused = basket.orders.first(where: { $0.fate == .refused }) else { continue }
      books.transfer(basket.currency.step, (basket, refused))
      #expect(books.reconcile().problems.contains { $0.contains("order \(refused.id) was paid") })
      return
    }
    Issue.record("the marketplace has no refused order")
  }

  @Test("a wrong destination is reported although the sums agree")
  func wrongDestination() {
    let books = Books()
    books.payAll(except: [1])
    let entry = books.payable[1]
    let other = books.accountOfShop.first { $0.key != entry.order.shop }?.value
    books.transfer(entry.order.sellerShare, entry, to: other)
    let result = books.reconcile()
    #expect(result.problems == ["order \(entry.order.id): paid to \(other ?? "")"])
    #expect(result.rows.values.allSatisfy { $0.drift == 0 })
  }

  @Test("a transfer from the platform's own balance is reported (M1)")
  func platformBalance() {
    let books = Books()
    books.payAll(except: [3])
    let entry = books.payable[3]
    books.stripe.addFunds(
      entry.order.sellerShare, currency: entry.basket.currency.code.lowercased())
    books.transfer(entry.order.sellerShare, entry, source: false)
    let result = books.reconcile()
    #expect(result.problems.contains { $0.contains("draws on the platform's balance") })
  }

  @Test("a basket without a charge is reported")
  func noCharge() {
    let books = Books()
    books.payAll()
    let result = Reconciliation(
      books.marketplace, books.stripe, chargeOfBasket: [:], accountOfShop: books.accountOfShop,
      taxAccount: books.taxAccount)
    #expect(result.problems.count >= books.marketplace.baskets.count)
  }
}
