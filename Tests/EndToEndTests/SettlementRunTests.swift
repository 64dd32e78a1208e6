import HTTPClient
import Sandbox
import TestSupport
import Testing

@Suite struct SettlementRunTests {
  private func text(_ world: World, _ path: String) -> String {
    String(decoding: world.get(path)?.body ?? [], as: UTF8.self)
  }

  @Test("a billing document from Mirakl to the bank and back, with the program itself (S1, S5, S6)")
  func wholeWay() throws {
    let world = try World()
    let changes = ["CONFIRM_PAYOUTS_IN_MIRAKL": "invoice"]
    let server = try world.serve(changes)
    let account = try world.openShop(1)
    world.stripe.setEndpoints([
      WebhookEndpoint(
        url: "http://127.0.0.1:\(world.port)/api/public/webhook/sellers",
        secret: World.webhookSecret, connect: true)
    ])
    world.stripe.addFunds(1_000_00, currency: "eur", to: account)
    var invoice = SandboxInvoice(id: 48_213, shopID: 1, amountTransferred: "801.00")
    invoice.subscription = "-40.00"
    world.mirakl.addInvoice(invoice)
    let result = try world.run(
      "run", "connector:dispatch:process-payout", "--json", changes: changes)
    #expect(result.status == 0)
    #expect(result.output.contains(#""job":"settlement","read":1,"queued":1"#))
    #expect(world.stripe.payouts.map(\.amount) == [801_00])
    #expect(world.stripe.transfers.map(\.amount) == [40_00])
    let id = try #require(world.stripe.payouts.first?.id)
    let payouts = text(world, "/api/payouts")
    #expect(payouts.contains(#""miraklInvoiceId":48213"#))
    #expect(payouts.contains(#""payoutId":"\#(id)""#))
    #expect(payouts.contains(#""status":"PAYOUT_CREATED""#))
    world.stripe.payPayout(id)
    #expect(world.deliverWebhooks() > 0)
    #expect(
      Waiting.until(10_000) {
        world.mirakl.invoices.first?.paymentState == "PAID" ? true : nil
      } == true)
    world.stripe.failPayout(id, code: "no_account", message: "No such account.")
    world.deliverWebhooks()
    #expect(
      Waiting.until(10_000) {
        text(world, "/api/payouts/1").contains(#""statusReason":"no_account: No such account.""#)
          ? true : nil
      } == true)
    #expect(try world.run("run", "settlement", "--shop", "1", changes: changes).status == 0)
    #expect(world.stripe.payouts.count == 1)
    world.stripe.setBankAccounts([SandboxBankAccount(id: "ba_2")], of: account)
    world.deliverWebhooks()
    #expect(
      Waiting.until(10_000) { world.stripe.payouts.count == 2 ? true : nil } == true)
    withExtendedLifetime(server) {}
  }
}
