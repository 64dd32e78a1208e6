import HTTPFormat
import Sandbox
import Testing

@Suite struct StripePayoutTests {
  private let world = StripeWorld(
    endpoints: [WebhookEndpoint(url: "/connect", secret: "whsec_1", connect: true)])

  private func types() -> [String] {
    world.stripe.takeDeliveries().compactMap { delivery in
      (try? JSONValue(parsing: delivery.body))?["type"]?.text
    }
  }

  private func seller(_ funds: Int64 = 100_00, _ currency: String = "eur") -> String {
    let account = world.stripe.createAccount()
    world.stripe.addFunds(funds, currency: currency, to: account)
    _ = types()
    return account
  }

  private func pay(
    _ account: String?, _ amount: Int64 = 100_00, _ currency: String = "eur", key: String? = nil
  ) -> Answer {
    world.call(
      "POST", "/v1/payouts", "amount=\(amount)&currency=\(currency)&metadata[invoiceId]=7",
      key: key, account: account)
  }

  @Test("a payout leaves the balance at once, and goes through its states with events on Connect")
  func life() {
    let account = seller()
    let answer = pay(account)
    #expect(answer.status == 200)
    #expect(answer["status"]?.text == "pending")
    #expect(world.stripe.balances[account]?["eur"]?.available == 0)
    let id = answer.id ?? ""
    #expect(world.stripe.sendPayout(id))
    #expect(
      world.call("GET", "/v1/payouts/\(id)", account: account)["status"]?.text == "in_transit")
    #expect(world.stripe.payPayout(id))
    #expect(world.stripe.failPayout(id, code: "no_account", message: "No such account."))
    #expect(!world.stripe.failPayout(id))
    let failed = world.call("GET", "/v1/payouts/\(id)", account: account)
    #expect(failed["status"]?.text == "failed")
    #expect(failed["failure_code"]?.text == "no_account")
    #expect(world.stripe.balances[account]?["eur"]?.available == 100_00)
    #expect(types() == ["payout.created", "payout.updated", "payout.paid", "payout.failed"])
  }

  @Test("payouts belong to the account that they are made on")
  func owner() {
    let account = seller()
    let id = pay(account).id ?? ""
    #expect(world.call("GET", "/v1/payouts/\(id)").status == 404)
    #expect(world.call("GET", "/v1/payouts", account: account)["data.0.id"]?.text == id)
    #expect(world.call("GET", "/v1/payouts")["data"]?.elements.isEmpty == true)
  }

  @Test("the same key makes one payout (Q1)")
  func once() {
    let account = seller()
    #expect(pay(account, 10_00, key: "k").id == pay(account, 10_00, key: "k").id)
    #expect(world.stripe.payouts.count == 1)
  }

  @Test("Stripe's refusals: funds, bank accounts, disabled payouts, whole forints (S2, A2)")
  func refusals() {
    let account = seller()
    #expect(pay(account, 100_01).code == "balance_insufficient")
    #expect(pay(account, 100_01).message?.hasPrefix("You have insufficient funds") == true)
    world.stripe.addFunds(100_50, currency: "huf", to: account)
    #expect(pay(account, 100_50, "huf").code == "parameter_invalid_integer")
    #expect(pay(account, 100_00, "huf").status == 200)
    world.stripe.setBankAccounts([SandboxBankAccount(currency: "usd")], of: account)
    #expect(
      pay(account).message
        == "Sorry, you don't have any external accounts in that currency (eur).")
    world.stripe.setBankAccounts([SandboxBankAccount(status: "errored")], of: account)
    #expect(pay(account).code == nil)
    world.stripe.setBankAccounts([SandboxBankAccount()], of: account)
    world.stripe.updateAccount(account) { $0.payoutsEnabled = false }
    #expect(pay(account).code == "payouts_not_allowed")
  }

  @Test("money of an unsettled charge is pending: it cannot be paid out until it settles (S2)")
  func pending() {
    let account = world.stripe.createAccount()
    let charge = world.stripe.createCharge(NewCharge(amount: 100_00, currency: "eur"))
    _ = world.transfer([
      "amount": "9000", "currency": "eur", "destination": account,
      "source_transaction": charge.charge,
    ])
    let balance = world.call("GET", "/v1/balance", account: account)
    #expect(balance["available.0.amount"]?.integer == 0)
    #expect(balance["pending.0.amount"]?.integer == 90_00)
    #expect(pay(account, 90_00).code == "balance_insufficient")
    _ = types()
    world.stripe.settle()
    #expect(types() == ["balance.available"])
    #expect(pay(account, 90_00).status == 200)
  }

  @Test("a seller's transfer to the platform moves the seller's money")
  func debit() {
    let account = seller()
    let fields = [
      "amount": "4000", "currency": "eur", "destination": world.stripe.platformID,
      "transfer_group": "g",
    ]
    let answer = world.transfer(fields, account: account)
    #expect(answer.status == 200)
    #expect(world.stripe.balances[account]?["eur"]?.available == 60_00)
    let list = world.call("GET", "/v1/transfers", "transfer_group=g", account: account)
    #expect(list["data.0.id"]?.text == answer.id)
    #expect(
      world.call("GET", "/v1/transfers", "transfer_group=g")["data"]?.elements.isEmpty == true)
  }

  @Test("external accounts are listed by the platform, and a change is an event on Connect (S5)")
  func externalAccounts() {
    let account = seller()
    let path = "/v1/accounts/\(account)/external_accounts"
    #expect(world.call("GET", path)["data.0.status"]?.text == "new")
    world.stripe.setBankAccounts(
      [SandboxBankAccount(id: "ba_2", currency: "usd", status: "errored")], of: account)
    #expect(world.call("GET", path)["data.0.id"]?.text == "ba_2")
    #expect(types() == ["account.external_account.updated"])
  }
}
