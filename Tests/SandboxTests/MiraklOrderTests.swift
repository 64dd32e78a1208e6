import Foundation
import HTTPFormat
import Sandbox
import Testing

@Test(
  "Every order is on exactly one page, for any size of page (M3)", arguments: [1, 3, 10, 99, 100])
func pages(size: Int) {
  let world = MiraklWorld()
  let ids = (0..<37).map { "C\($0)-A" }
  // Added in another order than they were created in.
  for number in (0..<37).shuffled() {
    world.mirakl.addOrder(.make(ids[number], createdMs: MiraklWorld.start + Int64(number)))
  }
  var seen: [String] = []
  var target: String? = "/api/orders?max=\(size)"
  var requests = 0
  while let page = target, requests < 50 {
    requests += 1
    let answer = world.get(page)
    #expect(answer["total_count"]?.integer == 37)
    seen += answer["orders"]?.elements.compactMap { $0["order_id"]?.text } ?? []
    target = answer.link("next").map { String($0.dropFirst("http://mirakl.test:8090".count)) }
  }
  #expect(seen == ids)
  #expect(requests == (37 + size - 1) / size)
}

@Test("Links have Mirakl's form and keep the other parameters as they were sent")
func links() {
  let world = MiraklWorld(baseURL: "https://shop.mirakl.net")
  for number in 0..<30 { world.mirakl.addOrder(.make("C\(number)-A")) }
  let filter = "start_update_date=2026-01-15T09%3A00%3A00%2B0000"
  let first = world.get("/api/orders?\(filter)&max=10")
  #expect(
    first.headers["Link"]
      == "<https://shop.mirakl.net/api/orders?\(filter)&offset=10&max=10>; rel=\"next\"")
  let middle = world.get("/api/orders?offset=10&max=10")
  #expect(
    middle.headers["Link"]
      == "<https://shop.mirakl.net/api/orders?offset=0&max=10>; rel=\"previous\", "
      + "<https://shop.mirakl.net/api/orders?offset=20&max=10>; rel=\"next\"")
  #expect(world.get("/api/orders?offset=20&max=10").link("next") == nil)
  #expect(world.get("/api/orders?max=30").headers["Link"] == nil)
}

@Test("Ten orders are a page, a hundred at most")
func pageSizes() {
  let world = MiraklWorld()
  for number in 0..<150 { world.mirakl.addOrder(.make("C\(number)-A")) }
  #expect(world.orderIDs("").count == 10)
  #expect(world.orderIDs("max=100").count == 100)
  #expect(world.orderIDs("max=100&offset=100").count == 50)
  #expect(world.orderIDs("offset=150").isEmpty)
  for query in ["max=101", "max=0", "max=ten", "offset=-1"] {
    #expect(world.get("/api/orders?\(query)").status == 400, "\(query)")
  }
}

@Test("Filters name what they let through")
func filters() {
  let world = MiraklWorld()
  let hour: Int64 = 3_600_000
  let start = MiraklWorld.start
  world.mirakl.addOrder(.make("A-A", shop: 1, state: "SHIPPED", createdMs: start))
  world.mirakl.addOrder(.make("A-B", shop: 2, createdMs: start + hour, updatedMs: start + 5 * hour))
  var debited = SandboxOrder.make("B-A", shop: 2, state: "RECEIVED", createdMs: start + 2 * hour)
  debited.customerDebitedMs = start
  debited.updatedMs = start + 6 * hour
  world.mirakl.addOrder(debited)
  let table: [(query: String, ids: [String])] = [
    ("", ["A-A", "A-B", "B-A"]),
    ("order=desc", ["B-A", "A-B", "A-A"]),
    ("sort=dateCreated&order=asc", ["A-A", "A-B", "B-A"]),
    ("order_ids=B-A,A-A,none", ["A-A", "B-A"]),
    ("commercial_ids=A", ["A-A", "A-B"]),
    ("shop_ids=2,3", ["A-B", "B-A"]),
    ("order_state_codes=SHIPPED,RECEIVED", ["A-A", "B-A"]),
    ("customer_debited=true", ["B-A"]),
    ("customer_debited=false", ["A-A", "A-B"]),
    ("start_date=2026-01-15T11:00:00Z", ["A-B", "B-A"]),
    ("start_date=2026-01-15T11:00:00.001Z", ["B-A"]),
    ("end_date=2026-01-15T11:00:00Z", ["A-A", "A-B"]),
    ("start_update_date=2026-01-15T16:00:00Z", ["B-A"]),
    ("start_update_date=2026-01-15T16:00:00%2B0100", ["A-B", "B-A"]),
    ("start_update_date=2026-01-15T16:00:00%2B01:00", ["A-B", "B-A"]),
    ("end_update_date=2026-01-15T15:00:00Z", ["A-A", "A-B"]),
    ("shop_ids=2&customer_debited=true&commercial_ids=B", ["B-A"]),
    ("order_ids=", []),
  ]
  for (query, ids) in table { #expect(world.orderIDs(query) == ids, "\(query)") }
}

@Test(
  "What OR11 does not know or cannot read is refused",
  arguments: [
    "colour=red", "start_date=yesterday", "start_date=2026-01-15", "customer_debited=maybe",
    "order=up", "sort=price", "order_ids=" + (0...100).map { "C\($0)" }.joined(separator: ","),
    "start_date=2026-01-15T11:00:00+0100",
  ])
func refused(query: String) {
  let answer = MiraklWorld().get("/api/orders?\(query)")
  #expect(answer.status == 400)
  #expect(answer["message"]?.text?.isEmpty == false)
  #expect(answer["status"]?.integer == 400)
}

@Test("A hundred ids are not too many")
func hundredIDs() {
  let ids = (0..<100).map { "C\($0)" }.joined(separator: ",")
  #expect(MiraklWorld().get("/api/orders?order_ids=\(ids)").status == 200)
}

@Test("Amounts are written digit by digit, totals are exact sums of what is active (A1)")
func amounts() throws {
  let world = MiraklWorld()
  var order = SandboxOrder(
    id: "C-A", commercialID: "C", shopID: 1, state: "SHIPPED", taxMode: "TAX_EXCLUDED",
    lines: [
      .init(
        price: "0.10", shippingPrice: "4.90", taxes: [.init("0.02", payableToShop: false)],
        shippingTaxes: [.init("0.98")], commissionFee: "5.48",
        commissionTaxes: [.init("1.1")]),
      .init(price: "0.20", commissionFee: "0.3"),
      .init(price: "99.99", commissionFee: "9", state: "REFUSED"),
    ])
  order.lines[1].priceNotPayableToShop = "0.05"
  order.lines[1].cancelations = [.init(id: "1", amount: "7.00", taxes: [.init("1.40")])]
  world.mirakl.addOrder(order)
  let answer = world.get("/api/orders?order_ids=C-A")
  let shown = try #require(answer["orders.0"])
  #expect(shown["price"]?.numberText == "0.30")
  #expect(shown["shipping_price"]?.numberText == "4.90")
  #expect(shown["total_price"]?.numberText == "5.20")
  #expect(shown["total_commission"]?.numberText == "6.88")
  let line = try #require(answer["orders.0.order_lines.0"])
  #expect(line["order_line_id"]?.text == "C-A-1")
  #expect(line["order_line_state"]?.text == "SHIPPED")
  #expect(line["total_price"]?.numberText == "5.00")
  #expect(answer["orders.0.order_lines.0.taxes.0.amount"]?.numberText == "0.02")
  #expect(
    answer["orders.0.order_lines.0.taxes.0.amount_breakdown.parts.0.payable_to_shop"]?.flag
      == false)
  let parts = answer["orders.0.order_lines.1.price_amount_breakdown.parts"]?.elements ?? []
  #expect(parts.compactMap { $0["amount"]?.numberText } == ["0.15", "0.05"])
  #expect(parts.compactMap { $0["payable_to_shop"]?.flag } == [true, false])
  #expect(answer["orders.0.order_lines.1.cancelations.0.amount"]?.numberText == "7.00")
  #expect(answer["orders.0.order_lines.2.order_line_state"]?.text == "REFUSED")
}

@Test("A changed order is found by its update date, and keeps its place")
func updates() {
  let world = MiraklWorld()
  world.mirakl.addOrder(.make("A-A"))
  world.mirakl.addOrder(.make("B-A"))
  world.pass(ms: 60_000)
  #expect(world.mirakl.updateOrder("A-A") { $0.state = "CANCELED" })
  #expect(!world.mirakl.updateOrder("none") { $0.state = "CANCELED" })
  #expect(world.orderIDs("start_update_date=2026-01-15T10:00:01Z") == ["A-A"])
  let order = world.get("/api/orders?order_ids=A-A")
  #expect(order["orders.0.order_state"]?.text == "CANCELED")
  #expect(order["orders.0.created_date"]?.text == "2026-01-15T10:00:00Z")
  #expect(order["orders.0.last_updated_date"]?.text == "2026-01-15T10:01:00Z")
  #expect(world.mirakl.orders.map(\.state).sorted() == ["CANCELED", "SHIPPING"])
}

@Test("Orders that change, move and double are found by id, and listed by date")
func places() {
  let world = MiraklWorld()
  var dice = Dice(state: 5)
  var model: [(id: String, createdMs: Int64, rank: Int)] = []
  for rank in 0..<400 {
    let id = "C\(Int.random(in: 0..<60, using: &dice))-A"
    let createdMs = MiraklWorld.start + Int64.random(in: 0..<50, using: &dice)
    if let index = model.firstIndex(where: { $0.id == id }), rank % 3 > 0 {
      #expect(world.mirakl.updateOrder(id) { $0.createdMs = createdMs })
      model[index].createdMs = createdMs
    } else {
      world.mirakl.addOrder(.make(id, createdMs: createdMs))
      model.append((id, createdMs, rank))
    }
    model.sort { ($0.createdMs, $0.rank) < ($1.createdMs, $1.rank) }
  }
  #expect(world.mirakl.orders.map(\.id) == model.map(\.id))
  #expect(model.count > Set(model.map(\.id)).count, "the sequence must hold duplicates")
}

@Test("The sample that Mirakl publishes comes back as it went in")
func sample() throws {
  let url = try #require(
    Bundle.module.url(forResource: "OR11", withExtension: "json", subdirectory: "Samples"))
  let page = try JSONValue(parsing: Array(try Data(contentsOf: url)))
  let order = try #require(page["orders"]?[0])
  let world = MiraklWorld()
  world.mirakl.setRawOrder(order.compact)
  let answer = world.get("/api/orders?order_ids=Order_00010-A&shop_ids=2000&customer_debited=true")
  #expect(answer.json == page)
  #expect(
    world.orderIDs("start_date=2019-04-02T14:18:43Z&end_date=2019-04-02T14:18:43Z").count == 1)
}

@Test("An order that a scenario makes has only names that the sample has, and their nesting")
func shape() throws {
  let url = try #require(
    Bundle.module.url(forResource: "OR11", withExtension: "json", subdirectory: "Samples"))
  let page = try JSONValue(parsing: Array(try Data(contentsOf: url)))
  let world = MiraklWorld()
  var made = SandboxOrder.make("C-A")
  made.lines[0].taxes = [.init("1")]
  made.lines[0].shippingTaxes = [.init("1")]
  made.lines[0].commissionTaxes = [.init("1")]
  made.lines[0].cancelations = [.init(id: "1", amount: "1", taxes: [.init("1")])]
  world.mirakl.addOrder(made)
  let known = try names(#require(page["orders"]?[0]))
  let shown = try names(#require(world.get("/api/orders")["orders.0"]))
  #expect(shown.subtracting(known).isEmpty)
}

/// Every member's path, list indices left out.
private func names(_ value: JSONValue, _ prefix: String = "") -> Set<String> {
  var paths: Set<String> = []
  for member in value.members {
    paths.insert(prefix + member.name)
    paths.formUnion(names(member.value, prefix + member.name + "."))
  }
  for element in value.elements { paths.formUnion(names(element, prefix)) }
  return paths
}

@Test("Broken elements stand between good ones (Q7)")
func rawOrders() {
  let world = MiraklWorld()
  world.mirakl.addOrder(.make("A-A"))
  world.mirakl.setRawOrder(#"{"order_id": 7, "total_price": "many"}"#)
  world.mirakl.setRawOrder("null")
  world.mirakl.addOrder(.make("A-A"))
  let answer = world.get("/api/orders")
  #expect(answer["total_count"]?.integer == 4)
  #expect(answer["orders"]?.elements.map { $0["order_id"]?.text } == ["A-A", nil, nil, "A-A"])
  #expect(answer["orders.1.total_price"]?.text == "many")
  world.mirakl.setRawOrder(#"{"order_id": "A-A", "order_state": null}"#, replacing: "A-A")
  #expect(world.orderIDs("order_ids=A-A") == ["A-A", "A-A"])
  #expect(!world.mirakl.updateOrder("none") { _ in })
  world.mirakl.setRawOrder("{broken")
  #expect(world.get("/api/orders").json == .null, "the page is no JSON any more")
  #expect(world.get("/api/orders").status == 200)
}

@Test("A list may be told to lead in circles")
func loop() {
  let world = MiraklWorld()
  world.mirakl.addOrder(.make("A-A"))
  world.mirakl.setNextLinkLoop(true)
  let target = "http://mirakl.test:8090/api/orders?offset=0&max=10"
  #expect(world.get("/api/orders").link("next") == target)
  world.mirakl.setNextLinkLoop(false)
  #expect(world.get("/api/orders").link("next") == nil)
}
