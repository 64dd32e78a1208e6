import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing

@testable import App

@Suite struct CallbackTests {
  private static let authorization = "Bearer callbacks-of-mirakl"

  private func callback(_ order: String, authorization: String) -> MiraklCallback {
    MiraklCallback(
      changes: [(order, "WAITING_ACCEPTANCE", "SHIPPING")], authorization: authorization)
  }

  @Test("from Mirakl's callback to confirmed debit and transfer, without any pass (C1, Q1, W1)")
  func withoutPass() throws {
    let world = try World()
    let server = try world.serve(["MIRAKL_WEBHOOK_AUTHORIZATION": Self.authorization])
    _ = try world.openShop(1)
    world.mirakl.setCallbacks(
      MiraklCallback.Endpoint(
        url: "http://127.0.0.1:\(world.port)/api/public/webhook/mirakl",
        authorization: Self.authorization))
    let charge = world.charge("B-1", 100_00)
    world.mirakl.addOrder(
      SandboxOrder(
        id: "B-1-A", commercialID: "B-1", shopID: 1, state: "WAITING_ACCEPTANCE",
        lines: [.init(price: "100.00", commissionFee: "10.00")]))
    // Each callback and each webhook comes twice.
    let courier = WebhookCourier(
      world.stripe, world.mirakl,
      transport: CurlTransport(CurlTransport.Options(userAgent: "tests")), duplicateEvery: 2)
    defer { courier.stopAndJoin() }
    let isKnown = Waiting.until(20_000) { world.rows()["B-1-A"]?.status }
    #expect(isKnown == "TRANSFER_ON_HOLD", "\(server.output)")
    world.mirakl.updateOrder("B-1-A") { $0.state = "WAITING_DEBIT_PAYMENT" }
    #expect(world.awaitTransfers(1), "\(server.output)")
    let order = try #require(world.mirakl.order("B-1-A"))
    #expect(order.state == "SHIPPING")
    #expect(order.transactionNumber == charge)
    let row = Waiting.until(10_000) {
      world.rows()["B-1-A"].flatMap { $0.status == "TRANSFER_CREATED" ? $0 : nil }
    }
    #expect(row?.amount == 90_00)
    #expect(world.wronglyPaid(["B-1-A"]).isEmpty)
    #expect(world.mirakl.requestCounts["PUT /api/payment/debit"] == 1)
    #expect(!server.output.contains("split pass done"))
    #expect(!server.output.contains(Self.authorization))
  }

  @Test("without the right Authorization nothing is read; switched off there is no such address")
  func refused() throws {
    let world = try World()
    let server = try world.serve(["MIRAKL_WEBHOOK_AUTHORIZATION": Self.authorization])
    func post(_ authorization: String) -> Int? {
      let callback = callback("B-1-A", authorization: authorization)
      return world.send(
        "POST", callback.path, callback.headers.fields.map { ($0.name, $0.value) }, callback.body
      )?.status
    }
    #expect(post("Bearer guess") == 401)
    #expect(world.mirakl.requestCounts["GET /api/orders"] == nil)
    #expect(post(Self.authorization) == 200)
    let read = Waiting.until(10_000) { world.mirakl.requestCounts["GET /api/orders"] }
    #expect(read != nil)
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)
    let other = try world.serve()
    #expect(post(Self.authorization) == 404)
    withExtendedLifetime(other) {}
  }
}
