import Glibc
import Sandbox
import TestSupport
import Testing

@testable import App

/// An element of OR11 as JSON text: a payable order with some of its fields written differently.
private func element(_ id: String, shop: String = "1", _ changes: [String: String?] = [:]) -> String
{
  let now = #""2026-11-01T10:00:00Z""#
  var fields: [String: String] = [
    "order_id": "\"\(id)\"", "commercial_id": #""BASKET""#, "order_state": #""SHIPPING""#,
    "shop_id": shop, "currency_iso_code": #""EUR""#, "order_tax_mode": #""TAX_EXCLUDED""#,
    "total_price": "100.00", "total_commission": "10.00", "order_lines": "[\(line())]",
    "transaction_number": "null", "customer_debited_date": now, "created_date": now,
    "last_updated_date": now,
  ]
  for (name, value) in changes { fields[name] = value }
  return "{" + fields.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}

private func line(taxes: String = "[]") -> String {
  #"{"order_line_id":"1","order_line_state":"SHIPPING","taxes":\#(taxes),"shipping_taxes":[]}"#
}

/// What is wrong with an order, and what its reason must name.
private let malformed: [(id: String, names: String, changes: [String: String?])] = [
  ("no-commission", "total_commission", ["total_commission": nil]),
  ("null-commission", "total_commission", ["total_commission": "null"]),
  ("null-amount", "total_price", ["total_price": "null"]),
  ("text-amount", "total_price", ["total_price": #""100.00""#]),
  ("boolean-amount", "total_price", ["total_price": "true"]),
  ("list-amount", "total_price", ["total_price": "[100]"]),
  ("negative-amount", "total_price", ["total_price": "-100.00"]),
  ("negative-commission", "total_commission", ["total_commission": "-10.00"]),
  ("gigantic-amount", "total_price", ["total_price": "1e30"]),
  ("beyond-decimal", "total_price", ["total_price": "1e400"]),
  ("large-amount", "amount", ["total_price": "99999999999.00"]),
  ("unknown-currency", "currency_iso_code", ["currency_iso_code": #""XXX""#]),
  ("null-currency", "currency_iso_code", ["currency_iso_code": "null"]),
  ("unknown-state", "order_state", ["order_state": #""TELEPORTED""#]),
  ("null-state", "order_state", ["order_state": "null"]),
  ("number-state", "order_state", ["order_state": "5"]),
  ("no-lines", "order_lines", ["order_lines": nil]),
  ("text-lines", "order_lines", ["order_lines": #""none""#]),
  ("null-tax", "taxes", ["order_lines": "[\(line(taxes: #"[{"amount":null}]"#))]"]),
  ("text-tax", "taxes", ["order_lines": "[\(line(taxes: #"[{"amount":"1"}]"#))]"]),
  (
    "taxes-without-mode", "order_tax_mode",
    ["order_lines": "[\(line(taxes: #"[{"amount":1}]"#))]", "order_tax_mode": nil]
  ),
  ("bad-date", "created_date", ["created_date": #""yesterday""#]),
  ("number-date", "customer_debited_date", ["customer_debited_date": "1764000000"]),
  ("not-debited", "customer_debited_date", ["customer_debited_date": "null"]),
  ("text-shop", "shop_id", ["shop_id": #""ACME""#]),
  ("null-shop", "shop_id", ["shop_id": "null"]),
  ("unknown-shop", "Shop 9999", ["shop_id": "9999"]),
  ("number-payment", "transaction_number", ["transaction_number": "5"]),
  (
    "foreign-payment", "transaction_number",
    ["transaction_number": #""../ch_1""#, "commercial_id": #""UNPAID""#]
  ),
  ("no-basket", "commercial_id", ["commercial_id": nil]),
]

@Suite struct BadInputTests {
  @Test(
    "a page of malformed orders: each is held with the field it is about, the good are paid (Q7)")
  func malformedPage() throws {
    let world = try World()
    let server = try world.serve()
    _ = try world.openShop(1)
    world.charge("BASKET", 500_000_000)
    world.deliverWebhooks()
    world.mirakl.setRawOrder(element("good-first"))
    for row in malformed { world.mirakl.setRawOrder(element(row.id, row.changes)) }
    // Elements without an id leave no record, and do no harm.
    for text in ["null", "5", "[]", "{}", #""order""#, element("x", ["order_id": "null"])] {
      world.mirakl.setRawOrder(text)
    }
    for _ in 1...2 { world.mirakl.setRawOrder(element("twice")) }
    world.mirakl.setRawOrder(element("good-last"))

    for _ in 1...2 {
      let result = try world.run("run", "split")
      #expect(result.status == 0, "\(result.output)")
    }
    let good = ["good-first", "twice", "good-last"]
    #expect(world.awaitTransfers(good.count))
    #expect(world.wronglyPaid(good) == [])
    let rows = world.rows()
    for row in malformed {
      let record = rows[row.id]
      #expect(record?.status == "TRANSFER_ON_HOLD", "\(row.id)")
      #expect(
        record?.statusReason?.contains(row.names) == true,
        "\(row.id): \(record?.statusReason ?? "no reason")")
      #expect(record?.transferId == nil)
    }
    #expect(rows.count == malformed.count + good.count)
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)
  }

  @Test("more digits than the currency has: the final figure is rounded half away from zero (A3)")
  func rounding() throws {
    let world = try World()
    let server = try world.serve()
    _ = try world.openShop(1)
    world.charge("BASKET", 100_000)
    world.deliverWebhooks()
    // 100.005 - 10.00 = 90.005, which is 90.01; 100.004 - 10.00 = 90.004, which is 90.00.
    world.mirakl.setRawOrder(element("up", ["total_price": "100.005"]))
    world.mirakl.setRawOrder(element("down", ["total_price": "100.004"]))
    // More digits than any decimal type holds: what is cut off cannot change the cent.
    let zeros = String(repeating: "0", count: 60)
    world.mirakl.setRawOrder(element("long", ["total_price": "100.004\(zeros)1"]))
    #expect(try world.run("run", "split").status == 0)
    #expect(world.awaitTransfers(3))
    let amounts = Dictionary(
      uniqueKeysWithValues: world.stripe.transfers.map { ($0.metadata["miraklId"], $0.amount) })
    #expect(amounts == ["up": 90_01, "down": 90_00, "long": 90_00])
    withExtendedLifetime(server) {}
  }

  @Test("a held order is paid once Mirakl sends it as it should be")
  func mended() throws {
    let world = try World()
    let server = try world.serve()
    _ = try world.openShop(1)
    world.charge("BASKET", 10_000)
    world.deliverWebhooks()
    world.mirakl.setRawOrder(element("O-1", ["total_commission": "null"]))
    #expect(try world.run("run", "split").status == 0)
    #expect(world.rows()["O-1"]?.status == "TRANSFER_ON_HOLD")
    world.mirakl.setRawOrder(element("O-1"), replacing: "O-1")
    #expect(try world.run("run", "split").status == 0)
    #expect(world.awaitTransfers(1))
    #expect(world.wronglyPaid(["O-1"]) == [])
    withExtendedLifetime(server) {}
  }
}
