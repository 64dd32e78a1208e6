import Decisions
import Domain
import Sandbox
import Store
import TestSupport
import Testing
import Threading

@testable import Engine

/// PAY_ON_SHIPMENT: Mirakl asks for one debit per shipment, and the order ships meanwhile.
@Suite struct PayOnShipmentTests {
  /// What Mirakl waits for, and what it was told.
  private final class Shipments: Sendable {
    let waiting = Monitor<[(id: String, amount: String)]>([])
    let told = Monitor<[String]>([])

    func answer(_ call: String, _ body: String) -> SandboxTransport.Disposition {
      switch call {
      case "GET /api/payment/debit":
        let entries = waiting.withLock { $0 }.map { Self.json($0.id, $0.amount) }
        return .answer(
          status: 200,
          json: "{\"orders\":{\"order\":[\(entries.joined(separator: ","))]},\"total_count\":1}")
      case "PUT /api/payment/debit":
        told.withLock { $0.append(body) }
        waiting.withLock { waiting in waiting.removeAll { body.contains("\"\($0.id)\"") } }
        return .answer(status: 204, json: "")
      default: return .goOn
      }
    }

    private static func json(_ id: String, _ amount: String) -> String {
      """
      {"amount":\(amount),"currency_iso_code":"EUR","customer_id":"CUST-1",
      "debit_entity":{"id":"\(id)","type":"SHIPMENT"},"order_commercial_id":"O-1",
      "order_id":"O-1-A","shop_id":"1","payment_type":"CARD",
      "payment_workflow":"PAY_ON_SHIPMENT","order_lines":{"order_line":[]}}
      """
    }
  }

  @Test(
    "each shipment is confirmed by itself; captured and paid out once, when all is debited (C6)")
  func shipments() throws {
    let world = try World { settings in
      settings.validation = ValidationPolicy(mode: .validateAndCapture, livemode: false)
    }
    try world.addShop()
    world.addOrder(state: "SHIPPING", debited: false)
    let charge = world.pay(100_00, outcome: .authorized).charge
    let process = try world.start()
    let shipments = Shipments()
    process.transport.beforeRequest { call, _, body in shipments.answer(call, body) }

    for (id, amount) in [("S-1", "60.00"), ("S-2", "40.00")] {
      shipments.waiting.withLock { $0 = [(id, amount)] }
      try process.validate()
      try process.run()
      #expect(try process.debit("SHIPMENT/\(id)")?.status == .confirmed)
      #expect(world.charge(charge)?.isCaptured == false)
      #expect(world.stripe.transfers.isEmpty)
      world.clock.advance(byMs: 600_000)
    }
    let told = shipments.told.withLock { $0 }
    #expect(told.count == 2)
    #expect(told[0].contains(#""debit_entity":{"id":"S-1","type":"SHIPMENT"}"#))
    #expect(told[0].contains(#""amount":60"#))
    #expect(told[1].contains(#""debit_entity":{"id":"S-2","type":"SHIPMENT"}"#))

    let nowMs = world.clock.nowMs
    world.mirakl.updateOrder("O-1-A") {
      $0.state = "SHIPPED"
      $0.customerDebitedMs = nowMs
      $0.transactionNumber = charge
    }
    try process.validate()
    try process.run()
    try process.validate()
    try process.run()
    #expect(world.charge(charge)?.amountCaptured == 100_00)
    #expect(process.transport.calls.filter { $0.hasSuffix("/capture") }.count == 1)
    #expect(world.stripe.transfers.map(\.amount) == [90_00])
    #expect(shipments.told.withLock { $0 }.count == 2)
  }

  @Test("shipments that ask for more than the payment has are not confirmed (C1)")
  func tooMuch() throws {
    let world = try World.validating()
    world.addOrder(state: "SHIPPING", price: "100.00", debited: false)
    world.pay(100_00, outcome: .authorized)
    let process = try world.start()
    let shipments = Shipments()
    process.transport.beforeRequest { call, _, body in shipments.answer(call, body) }
    shipments.waiting.withLock { $0 = [("S-1", "60.00"), ("S-2", "60.00")] }
    try process.validate()
    #expect(shipments.told.withLock { $0 }.isEmpty)
    #expect(try process.debit("SHIPMENT/S-1")?.reason?.contains("120.00 EUR") == true)
  }
}
