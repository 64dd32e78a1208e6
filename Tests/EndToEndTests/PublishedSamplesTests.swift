import Foundation
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

@testable import App

/// What Mirakl and Stripe publish, as it is published.
private enum Published {
  static func text(_ name: String) throws -> String {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Samples"))
    return try String(contentsOf: url, encoding: .utf8)
  }

  /// The one order of the OR11 page, byte for byte.
  static func order() throws -> String {
    let page = try text("OR11")
    let first = try #require(page.firstIndex(of: "["))
    let last = try #require(page.lastIndex(of: "]"))
    return String(page[page.index(after: first)..<last])
  }

  static func stripe(_ name: String) throws -> [String: Any] {
    let all = try JSONSerialization.jsonObject(with: Data(text("resources").utf8))
    return try #require((all as? [String: Any])?[name] as? [String: Any])
  }

  static func json(_ object: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }
}

/// The order of the published page: 173.00 USD for goods and shipping without taxes, 10.00 + 10.00
/// taxes, 10.00 + 10.00 shipping taxes, commission 21.30.
///
/// The customer pays 173.00 + 40.00 = 213.00; the seller gets 213.00 - 21.30 = 191.70.
@Suite struct PublishedSamplesTests {
  private let id = "Order_00010-A"

  @Test("the published order names a foreign payment: held, with the reason that says so (M1)")
  func foreignPayment() throws {
    let world = try World()
    let server = try world.serve()
    _ = try world.openShop(2_000)
    world.mirakl.setRawOrder(try Published.order())
    world.stripe.addFunds(50_000, currency: "usd")
    #expect(try world.run("run", "split").status == 0)
    let row = try #require(world.rows()[id])
    #expect(row.status == "TRANSFER_ON_HOLD")
    #expect(
      row.statusReason
        == "transaction_number \"TR_MIR-PHHV83UB\" is not a Stripe payment; "
        + "see TRANSFER_WITHOUT_CHARGE")
    #expect(world.stripe.transfers.isEmpty)
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)
  }

  @Test("from the platform's balance, where that is wanted: 191.70 USD, once (M1, Q1)")
  func platformBalance() throws {
    let world = try World()
    let changes = ["TRANSFER_WITHOUT_CHARGE": "platform_balance"]
    let server = try world.serve(changes)
    let account = try world.openShop(2_000)
    world.mirakl.setRawOrder(try Published.order())
    world.stripe.addFunds(50_000, currency: "usd")
    for _ in 1...2 { #expect(try world.run("run", "split", changes: changes).status == 0) }
    let transfer = try #require(world.stripe.transfers.first)
    #expect(world.stripe.transfers.count == 1)
    #expect(transfer.amount == 191_70)
    #expect(transfer.currency == "usd")
    #expect(transfer.destination == account)
    #expect(transfer.sourceTransaction == nil)
    let row = try #require(world.rows()[id])
    #expect(row.status == "TRANSFER_CREATED")
    #expect(row.amount == 191_70)
    #expect(row.currency == "usd")
    #expect(row.transferId == transfer.id)
    withExtendedLifetime(server) {}
  }

  @Test("paid by the published charge: 191.70 USD from it, once, whatever runs again (Q1, M7)")
  func publishedCharge() throws {
    let world = try World()
    var charge = try Published.stripe("charge")
    let published = try #require(charge["id"] as? String)
    (charge["amount"], charge["amount_captured"], charge["captured"]) = (213_00, 213_00, true)
    let chargeText = try Published.json(charge)
    // The sandbox makes its own ids: a charge of its stands in for the published one.
    let standIn = world.stripe.createCharge(.init(amount: 213_00, currency: "usd")).charge
    _ = world.stripe.takeDeliveries()
    world.setFront { request, stripe in
      if request.method == "GET", request.path == "/v1/charges/\(published)" {
        return .response(.json(200, chargeText))
      }
      var inner = request
      inner.path = request.path.replacing(published, with: standIn)
      inner.body = Array(
        String(decoding: request.body, as: UTF8.self).replacing(published, with: standIn).utf8)
      guard case .response(var response) = stripe(inner) else { return .hangUp }
      response.body = Array(
        String(decoding: response.body, as: UTF8.self).replacing(standIn, with: published).utf8)
      return .response(response)
    }
    let server = try world.serve()
    let account = try world.openShop(2_000)

    var event = try Published.stripe("event")
    event["type"] = "charge.succeeded"
    event["data"] = ["object": charge]
    let body = Array(try Published.json(event).utf8)
    for _ in 1...2 {
      let signature = StripeSignature.header(
        body, secrets: [World.webhookSecret], seconds: SystemClock().nowMs / 1_000)
      let answer = world.send(
        "POST", "/api/public/webhook/operator", [("Stripe-Signature", signature)], body)
      #expect(answer?.status == 200)
    }

    world.mirakl.setRawOrder(
      try Published.order().replacing("TR_MIR-PHHV83UB", with: published))
    for _ in 1...3 { #expect(try world.run("run", "split").status == 0) }
    #expect(world.awaitTransfers(1))
    let transfer = try #require(world.stripe.transfers.first)
    #expect(world.stripe.transfers.count == 1)
    #expect(transfer.amount == 191_70)
    #expect(transfer.currency == "usd")
    #expect(transfer.destination == account)
    #expect(transfer.sourceTransaction == standIn)
    #expect(transfer.metadata["miraklId"] == id)
    #expect(transfer.metadata["miraklShopId"] == "2000")
    #expect(transfer.metadata["pluginName"] == "MiraklConnector")
    let row = try #require(
      Waiting.until(5_000) { world.rows()[id].flatMap { $0.transferId == nil ? nil : $0 } })
    #expect(row.status == "TRANSFER_CREATED")
    #expect(row.amount == 191_70)
    #expect(row.transactionId == published)
    #expect(world.stripe.requestCounts["POST /v1/transfers"] == 1)
    withExtendedLifetime(server) {}
  }

  @Test("the published billing documents: one subscription, no payout, no manual ones (S3, S4)")
  func documents() throws {
    let world = try World()
    let server = try world.serve()
    let account = try world.openShop(1)
    let other = try world.openShop(2)
    for shop in [account, other] { world.stripe.addFunds(50_00, currency: "eur", to: shop) }
    let page = try JSONSerialization.jsonObject(with: Data(Published.text("IV01").utf8))
    let documents = try #require((page as? [String: Any])?["invoices"] as? [[String: Any]])
    for document in documents { world.mirakl.addRawInvoice(try Published.json(document)) }
    for _ in 1...2 { #expect(try world.run("run", "settlement").status == 0) }
    // total_subscription_incl_tax is -10; amount_transferred is 0.
    #expect(world.stripe.transfers.map(\.amount) == [10_00])
    #expect(world.stripe.transfers.map(\.owner) == [account])
    #expect(world.stripe.transfers.map { $0.metadata["miraklId"] } == ["2"])
    #expect(world.stripe.payouts.isEmpty)
    #expect(world.stripe.balances[account]?["eur"]?.total == 40_00)
    #expect(world.stripe.balances[other]?["eur"]?.total == 50_00)
    withExtendedLifetime(server) {}
  }
}
