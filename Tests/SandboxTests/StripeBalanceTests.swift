import Sandbox
import Testing

/// A source of reproducible chance for tests.
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Random sales, captures, refunds, disputes, transfers and settlements of one currency.
private struct Bustle {
  let world: StripeWorld
  var dice: Dice
  var sellers: [String] = []
  /// What must be on all balances together.
  var expected: Int64 = 0

  init(seed: UInt64) {
    world = StripeWorld(seed: seed)
    dice = Dice(state: seed)
    sellers = (0..<3).map { [world] _ in world.stripe.createAccount() }
  }

  mutating func step() {
    switch Int.random(in: 0..<12, using: &dice) {
    case 0, 1: sell(.captured)
    case 2: sell(.authorized)
    case 3: capture()
    case 4: refund()
    case 5: world.stripe.settle(charge: pick())
    case 6: dispute()
    default: transfer()
    }
  }

  private mutating func pick() -> String? {
    world.stripe.charges.randomElement(using: &dice)?.id
  }

  private mutating func sell(_ outcome: NewCharge.Outcome) {
    var new = NewCharge(
      amount: .random(in: 1...10_000, using: &dice), currency: "eur", outcome: outcome)
    new.fee = .random(in: 0...9, using: &dice)
    world.stripe.createCharge(new)
    if outcome == .captured { expected += new.amount - new.fee }
  }

  private mutating func capture() {
    guard let charge = world.stripe.charges.filter({ !$0.isCaptured }).randomElement(using: &dice)
    else { return }
    let amount = Int64.random(in: 1...charge.amount, using: &dice)
    if world.stripe.captureCharge(charge.id, amount: amount) { expected += amount - charge.fee }
  }

  private mutating func refund() {
    guard let id = pick() else { return }
    let before = world.stripe.charges.first { $0.id == id }?.amountRefunded ?? 0
    world.stripe.refundCharge(id, amount: .random(in: 1...500, using: &dice))
    expected -= (world.stripe.charges.first { $0.id == id }?.amountRefunded ?? 0) - before
  }

  private mutating func dispute() {
    guard let id = pick(), let charge = world.stripe.charges.first(where: { $0.id == id }),
      world.stripe.disputeCharge(id) != nil
    else { return }
    expected -= charge.amountCaptured - charge.amountRefunded
  }

  private mutating func transfer() {
    var fields = [
      "amount": "\(Int64.random(in: 1...900, using: &dice))", "currency": "eur",
      "destination": sellers.randomElement(using: &dice) ?? "",
    ]
    if Bool.random(using: &dice) { fields["source_transaction"] = pick() }
    _ = world.transfer(fields)
  }
}

@Test(
  "All balances together are what was captured less fees, refunds and disputes (A6)",
  arguments: UInt64(1)...12)
func conservation(seed: UInt64) {
  var bustle = Bustle(seed: seed)
  for _ in 0..<150 { bustle.step() }
  let stripe = bustle.world.stripe
  func total() -> Int64 {
    stripe.balances.values.reduce(0) { $0 + ($1["eur"]?.total ?? 0) }
  }
  #expect(total() == bustle.expected, "seed \(seed)")
  for seller in bustle.sellers {
    let received = stripe.transfers.filter { $0.destination == seller }
    #expect(
      stripe.balances[seller]?["eur"]?.total ?? 0 == received.reduce(0) { $0 + $1.amount })
  }
  for charge in stripe.charges {
    let paid = stripe.transfers.filter { $0.sourceTransaction == charge.id }
    #expect(paid.reduce(0) { $0 + $1.amount } == charge.transferred)
    #expect(charge.transferred <= charge.amountCaptured)
  }
  stripe.settle()
  #expect(total() == bustle.expected, "settling moves nothing between accounts")
  #expect(stripe.balances.values.allSatisfy { $0["eur"]?.pending ?? 0 == 0 })
  #expect(stripe.transfers.count > 5, "the sequence must be worth its name")
}

@Test("A balance shows pending and available money by currency")
func balances() {
  let world = StripeWorld()
  let empty = world.call("GET", "/v1/balance")
  #expect(empty["available.0.amount"]?.integer == 0)
  #expect(empty["connect_reserved.0.amount"]?.integer == 0)
  var dollars = NewCharge(amount: 500, currency: "usd")
  dollars.fee = 30
  dollars.isSettled = true
  world.stripe.createCharge(dollars)
  world.stripe.createCharge(NewCharge(amount: 700, currency: "eur"))
  let balance = world.call("GET", "/v1/balance")
  #expect(balance["available.0.currency"]?.text == "eur")
  #expect(balance["available.0.amount"]?.integer == 0)
  #expect(balance["pending.0.amount"]?.integer == 700)
  #expect(balance["available.1.amount"]?.integer == 470)
  #expect(balance["available.1.source_types.card"]?.integer == 470)
  #expect(balance["livemode"]?.flag == false)
}

@Test("A converted charge arrives in the settlement currency with its rate (A5)")
func conversion() {
  let world = StripeWorld()
  var new = NewCharge(amount: 1_000, currency: "usd", outcome: .authorized)
  new.settlement = .init(currency: "eur", amount: 920, exchangeRate: "0.92")
  let charge = world.stripe.createCharge(new).charge
  #expect(world.call("GET", "/v1/charges/\(charge)")["balance_transaction"] == JSONValue.null)
  world.stripe.captureCharge(charge, amount: 500)
  let answer = world.call("GET", "/v1/charges/\(charge)", "expand[]=balance_transaction")
  #expect(answer["amount_captured"]?.integer == 500)
  #expect(answer["balance_transaction.amount"]?.integer == 460)
  #expect(answer["balance_transaction.currency"]?.text == "eur")
  #expect(answer["balance_transaction.exchange_rate"]?.numberText == "0.92")
  #expect(answer["balance_transaction.status"]?.text == "pending")
  let id = answer["balance_transaction.id"]?.text ?? ""
  world.stripe.settle()
  let transaction = world.call("GET", "/v1/balance_transactions/\(id)")
  #expect(transaction["status"]?.text == "available")
  #expect(transaction["source"]?.text == charge)
}
