import Sandbox
import Testing

private func refusal(_ answer: Answer) -> String {
  [String(answer.status), answer.code ?? "-", answer["error.param"]?.text ?? "-"]
    .joined(separator: " ")
}

/// A charge with an account that may receive from it.
private struct Sale {
  let world = StripeWorld()
  let seller: String
  let charge: String

  init(_ new: NewCharge = NewCharge(amount: 7_000, currency: "eur")) {
    seller = world.stripe.createAccount()
    charge = world.stripe.createCharge(new).charge
  }

  func pay(_ amount: String, _ more: [String: String] = [:], key: String? = nil) -> Answer {
    let fields = ["amount": amount, "currency": "eur", "destination": seller]
    return world.transfer(fields.merging(more) { $1 }, key: key)
  }

  func payFromCharge(_ amount: String) -> Answer { pay(amount, ["source_transaction": charge]) }
}

@Test("A transfer shows what Stripe shows")
func transferFields() {
  let sale = Sale()
  let answer = sale.pay(
    "5000",
    [
      "source_transaction": sale.charge, "transfer_group": "C-1", "description": "Order C-1-A",
      "metadata[miraklId]": "C-1-A",
    ])
  #expect(answer.status == 200)
  #expect(answer["object"]?.text == "transfer")
  #expect(answer.id?.hasPrefix("tr_") == true)
  #expect(answer["amount"]?.integer == 5_000)
  #expect(answer["currency"]?.text == "eur")
  #expect(answer["destination"]?.text == sale.seller)
  #expect(answer["destination_payment"]?.text?.hasPrefix("py_") == true)
  #expect(answer["source_transaction"]?.text == sale.charge)
  #expect(answer["transfer_group"]?.text == "C-1")
  #expect(answer["metadata.miraklId"]?.text == "C-1-A")
  #expect(answer["reversed"]?.flag == false)
  #expect(sale.world.call("GET", "/v1/transfers/\(answer.id ?? "")").json == answer.json)
  #expect(sale.world.stripe.transferCounts(byMetadata: "miraklId") == ["C-1-A": 1])
}

@Test(
  "A transfer that lacks something is refused",
  arguments: [
    ("amount=1&currency=eur", "400 parameter_missing destination"),
    ("amount=1&destination=acct_none", "400 parameter_missing currency"),
    ("currency=eur&destination=acct_none", "400 parameter_missing amount"),
    ("amount=abc&currency=eur&destination=acct_none", "400 parameter_invalid_integer amount"),
    ("amount=0&currency=eur&destination=acct_none", "400 parameter_invalid_integer amount"),
    ("amount=-5&currency=eur&destination=acct_none", "400 parameter_invalid_integer amount"),
    ("amount=1.5&currency=eur&destination=acct_none", "400 parameter_invalid_integer amount"),
    ("amount=1&currency=eur&destination=acct_none", "400 resource_missing destination"),
    ("amount=1&currency=eur&destination=acct_none&foo=1", "400 parameter_unknown foo"),
    ("amount=1&currency=eur&destination=acct_none&a[b]=1", "400 parameter_unknown a[b]"),
  ])
func malformedTransfers(form: String, expected: String) {
  #expect(refusal(StripeWorld().call("POST", "/v1/transfers", form)) == expected)
}

@Test("A source must be a charge that was captured, in the currency it settled in (A5)")
func sources() {
  let world = StripeWorld()
  let seller = world.stripe.createAccount()
  func pay(from source: String, _ currency: String = "eur") -> Answer {
    world.transfer(
      [
        "amount": "100", "currency": currency, "destination": seller,
        "source_transaction": source,
      ])
  }
  let authorized = world.stripe.createCharge(
    NewCharge(amount: 900, currency: "eur", outcome: .authorized))
  #expect(refusal(pay(from: authorized.charge)) == "400 - source_transaction")
  let pending = world.stripe.createCharge(
    NewCharge(amount: 900, currency: "eur", outcome: .pending))
  #expect(refusal(pay(from: pending.charge)) == "400 - source_transaction")
  let failed = world.stripe.createCharge(
    NewCharge(amount: 900, currency: "eur", outcome: .failed))
  #expect(refusal(pay(from: failed.charge)) == "400 - source_transaction")
  #expect(
    refusal(pay(from: authorized.paymentIntent ?? "")) == "400 resource_missing source_transaction")
  #expect(refusal(pay(from: "ch_none")) == "400 resource_missing source_transaction")

  var converted = NewCharge(amount: 1_000, currency: "usd")
  converted.settlement = .init(currency: "eur", amount: 920, exchangeRate: "0.92")
  let dollars = world.stripe.createCharge(converted)
  #expect(
    pay(from: dollars.charge, "usd").message
      == "The currency of source_transaction's balance transaction (eur) must be the same as the "
      + "transfer currency (usd)")
  #expect(pay(from: dollars.charge, "eur").status == 200)
  world.stripe.captureCharge(authorized.charge)
  world.stripe.captureCharge(pending.charge)
  #expect(pay(from: authorized.charge).status == 200)
  #expect(pay(from: pending.charge).status == 200)
}

@Test("All transfers of a charge together stay below its amount (A6)")
func exhaustedSource() {
  let sale = Sale()
  #expect(
    sale.payFromCharge("7001").message
      == "Transfers using this transaction as a source must not exceed the source amount of "
      + "€70.00.")
  #expect(sale.payFromCharge("7000").status == 200)
  let second = sale.payFromCharge("1")
  #expect(second.code == nil)
  #expect(
    second.message
      == "Transfers using this transaction as a source must not exceed the source amount of "
      + "€70.00. (There is already a transfer using this source, amounting to €70.00.)")
}

@Test("Without a source the available balance pays, and nothing else")
func availableBalance() {
  let sale = Sale()
  #expect(sale.pay("100").code == "balance_insufficient", "the charge is not settled")
  sale.world.stripe.settle(charge: sale.charge)
  #expect(sale.pay("7000").status == 200)
  #expect(sale.pay("1").code == "balance_insufficient")
  #expect(sale.payFromCharge("1").code == "balance_insufficient", "settled: as any other")
  sale.world.stripe.addFunds(5, currency: "eur")
  #expect(sale.pay("5").status == 200)
}

@Test("A transfer from an unsettled charge becomes available with it")
func pendingTransfers() {
  var new = NewCharge(amount: 7_000, currency: "eur")
  new.fee = 200
  let sale = Sale(new)
  #expect(sale.payFromCharge("6900").status == 200)
  let platform = sale.world.stripe.platformID
  #expect(sale.world.stripe.balances[sale.seller]?["eur"]?.pending == 6_900)
  #expect(sale.world.stripe.balances[platform]?["eur"]?.pending == -100, "the fee is ours")
  sale.world.stripe.settle()
  let balance = sale.world.call("GET", "/v1/balance", account: sale.seller)
  #expect(balance["available.0.amount"]?.integer == 6_900)
  #expect(balance["pending.0.amount"]?.integer == 0)
  #expect(sale.world.stripe.balances[platform]?["eur"]?.available == -100)
}

@Test("The destination needs the transfers capability, and must not have left")
func destinations() {
  let sale = Sale()
  sale.world.stripe.updateAccount(sale.seller) { $0.transfersCapability = "pending" }
  let refused = sale.payFromCharge("1")
  #expect(refused.code == "insufficient_capabilities_for_transfer")
  #expect(refused.message?.hasSuffix("transfers, crypto_transfers, legacy_payments") == true)
  sale.world.stripe.updateAccount(sale.seller) { $0.transfersCapability = "active" }
  #expect(sale.payFromCharge("1").status == 200)
  sale.world.stripe.updateAccount(sale.seller) { $0.isDeauthorized = true }
  #expect(sale.payFromCharge("1").code == "account_invalid")
  #expect(sale.world.call("GET", "/v1/accounts/\(sale.seller)").status == 403)
}

@Test("The group comes from the charge; a charge without one gets that of the transfer (M7)")
func groups() {
  var new = NewCharge(amount: 7_000, currency: "eur")
  new.transferGroup = "theirs"
  let grouped = Sale(new)
  grouped.world.stripe.addFunds(10, currency: "eur")
  let free = grouped.pay("1", ["transfer_group": "ours"])
  #expect(free["transfer_group"]?.text == "ours", "no source, no inheritance")
  let inherited = grouped.pay(
    "1", ["transfer_group": "ours", "source_transaction": grouped.charge])
  #expect(inherited["transfer_group"]?.text == "theirs")
  let plain = Sale()
  let first = plain.pay("1", ["transfer_group": "ours", "source_transaction": plain.charge])
  #expect(first["transfer_group"]?.text == "ours")
  #expect(
    plain.world.call("GET", "/v1/charges/\(plain.charge)")["transfer_group"]?.text == "ours")
  let bare = Sale()
  let intent = bare.world.stripe.charges[0].paymentIntent ?? ""
  #expect(bare.payFromCharge("1")["transfer_group"]?.text == "group_\(intent)")
}

@Test(
  "Amounts keep the steps of their currency (A2)", arguments: [("isk", "150"), ("kwd", "1001")])
func steps(currency: String, amount: String) {
  let world = StripeWorld()
  world.stripe.addFunds(100_000, currency: currency)
  let seller = world.stripe.createAccount()
  let answer = world.transfer(["amount": amount, "currency": currency, "destination": seller])
  #expect(answer.status == 400)
  #expect(
    world.transfer(["amount": "1000", "currency": currency, "destination": seller]).status == 200)
}

@Test("A seller's transfer to the platform draws on the seller's balance")
func sellerDebit() {
  let sale = Sale()
  _ = sale.payFromCharge("7000")
  let fields = [
    "amount": "2900", "currency": "eur", "destination": sale.world.stripe.platformID,
  ]
  #expect(sale.world.transfer(fields, account: sale.seller).code == "balance_insufficient")
  sale.world.stripe.settle()
  let debit = sale.world.transfer(fields, account: sale.seller)
  #expect(debit.status == 200)
  #expect(sale.world.stripe.balances[sale.seller]?["eur"]?.available == 4_100)
  #expect(sale.world.call("GET", "/v1/transfers/\(debit.id ?? "")").status == 404)
  #expect(
    sale.world.call("GET", "/v1/transfers/\(debit.id ?? "")", account: sale.seller).status == 200)
}

@Test("Lists go newest first, by group and destination, page by page")
func lists() {
  let world = StripeWorld()
  world.stripe.addFunds(1_000, currency: "eur")
  let sellers = [world.stripe.createAccount(), world.stripe.createAccount()]
  var made: [String] = []
  for number in 0..<25 {
    let answer = world.transfer(
      [
        "amount": "1", "currency": "eur", "destination": sellers[number % 2],
        "transfer_group": "G\(number % 5)",
      ])
    made.append(answer.id ?? "")
  }
  func ids(_ query: String) -> [String] {
    world.call("GET", "/v1/transfers", query)["data"]?.elements.compactMap { $0["id"]?.text } ?? []
  }
  #expect(ids("") == Array(made.reversed().prefix(10)))
  #expect(ids("transfer_group=G1") == [21, 16, 11, 6, 1].map { made[$0] })
  #expect(ids("transfer_group=nothing").isEmpty)
  #expect(
    ids("destination=\(sellers[1])&limit=100")
      == stride(from: 23, through: 1, by: -2).map { made[$0] })
  #expect(ids("limit=3&starting_after=\(made[10])") == [9, 8, 7].map { made[$0] })
  #expect(ids("limit=3&ending_before=\(made[10])") == [13, 12, 11].map { made[$0] })
  for size in [1, 7, 25, 100] {
    var seen: [String] = []
    var hasMore = true
    while hasMore, seen.count <= made.count {
      let cursor = seen.last.map { "&starting_after=\($0)" } ?? ""
      let page = world.call("GET", "/v1/transfers", "limit=\(size)\(cursor)")
      seen += page["data"]?.elements.compactMap { $0["id"]?.text } ?? []
      hasMore = page["has_more"]?.flag ?? false
    }
    #expect(seen == made.reversed(), "pages of \(size)")
  }
  #expect(world.call("GET", "/v1/transfers", "starting_after=tr_x").code == "resource_missing")
  #expect(world.call("GET", "/v1/transfers", "limit=101").code == "parameter_invalid_integer")
  let both = "starting_after=\(made[1])&ending_before=\(made[2])"
  #expect(refusal(world.call("GET", "/v1/transfers", both)) == "400 - -")
  #expect(
    refusal(world.call("GET", "/v1/transfers", "source_transaction=ch_1"))
      == "400 parameter_unknown source_transaction")
}
