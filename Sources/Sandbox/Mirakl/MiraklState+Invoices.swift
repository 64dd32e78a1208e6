import HTTPFormat

/// The billing documents of the Mirakl sandbox.
struct InvoiceBook: Sendable {
  struct Row: Sendable {
    /// nil for raw text.
    var invoice: SandboxInvoice?
    var raw: String?
    var id: Int64?
    var createdMs: Int64
  }

  /// By creation date, then in the order of arrival.
  private(set) var rows: [Row] = []

  mutating func add(_ row: Row) {
    let index = rows.firstIndex { $0.createdMs > row.createdMs } ?? rows.endIndex
    rows.insert(row, at: index)
  }

  mutating func update(_ index: Int, _ adjust: (inout SandboxInvoice) -> Void) {
    guard var invoice = rows[index].invoice else { return }
    adjust(&invoice)
    rows[index].invoice = invoice
    rows[index].id = invoice.id
  }

  func index(_ id: Int64) -> Int? { rows.firstIndex { $0.id == id && $0.invoice != nil } }
}

extension MiraklState {
  private static let invoiceParameters: Set<String> = [
    "type", "states", "payment_status", "start_date", "end_date", "shop", "invoice_id",
    "seller_billing_cycle_id", "currency", "pay_out_psp_codes", "sort", "order",
  ]

  /// IV01 `GET /api/invoices`.
  func invoices(
    _ request: Request, pageSizeMax: Int, base: String
  ) throws(MiraklError) -> Response {
    let query = try MiraklQuery(request, known: Self.invoiceParameters, pageSizeMax: pageSizeMax)
    let type = query.text("type") ?? "AUTO_INVOICE"
    let states = try query.list("states") ?? ["GENERATED", "COMPLETE"]
    let (from, to) = (try query.date("start_date"), try query.date("end_date"))
    let ids = query.items.filter { $0.name == "invoice_id" }.map(\.value)
    guard ids.count <= MiraklQuery.listMax else {
      throw .badRequest("'invoice_id' must not have more than \(MiraklQuery.listMax) values")
    }
    let shop = query.text("shop")
    let payment = query.text("payment_status")
    let found = invoiceBook.rows.filter { row in
      guard row.createdMs >= from ?? .min, row.createdMs <= to ?? .max else { return false }
      if !ids.isEmpty { guard let id = row.id, ids.contains(String(id)) else { return false } }
      guard let invoice = row.invoice else { return true }
      return (type == "ALL" || invoice.type == type) && states.contains(invoice.state)
        && shop ?? invoice.shopID.map { String($0) } == invoice.shopID.map { String($0) }
        && payment ?? invoice.paymentState == invoice.paymentState
    }
    let rows = found.dropFirst(query.offset).prefix(query.max).map { row -> JSONValue in
      row.invoice?.json(createdMs: row.createdMs) ?? .raw(row.raw ?? "null")
    }
    let page = MiraklPage(name: "invoices", rows: Array(rows), totalCount: found.count)
    return page.response(to: request, query: query, base: base, loops: isLooping)
  }

  /// IV07 `PUT /api/invoices/confirm`: all of them or none.
  mutating func confirmInvoices(_ request: Request) throws(MiraklError) -> Response {
    let documents = try Self.list(request, "accounting_documents")
    var confirmed: [(index: Int, reference: String?, isPaid: Bool)] = []
    for document in documents {
      guard let id = document["invoice_id"]?.integer, let index = invoiceBook.index(id),
        let invoice = invoiceBook.rows[index].invoice
      else { throw .badRequest("The accounting document does not exist") }
      guard invoice.paymentState != "PAID" else {
        throw .badRequest("The accounting document with number '\(id)' is already paid")
      }
      let amount = document["amount"]?.numberText ?? ""
      guard Self.isSame(amount, invoice.amountTransferred) else {
        throw .badRequest(
          "The amount is incorrect for the accounting document with number '\(id)', actual: "
            + "'\(amount)', expected: '\(invoice.amountTransferred)'")
      }
      let isPaid = document["failure_reason"]?.text == nil
      if isPaid, document["transaction_date"]?.text.flatMap(Timestamp.parse) == nil {
        throw .badRequest("'transaction_date' is required")
      }
      confirmed.append((index, document["reference"]?.text, isPaid))
    }
    for (index, reference, isPaid) in confirmed { pay(index, reference, isPaid: isPaid) }
    return Response(status: 204)
  }

  /// SBC11 `GET /api/seller-billing-cycles`: one page, for the cycles named.
  func billingCycles(_ request: Request) throws(MiraklError) -> Response {
    let ids = request.queryItems.filter { $0.name == "id" }.map(\.value)
    let known: Set<String> = ["id", "limit", "page_token", "shop_id", "pay_out_state", "currency"]
    for (name, _) in request.queryItems where !known.contains(name) {
      throw .badRequest("Unknown query parameter '\(name)'")
    }
    let cycles = invoiceBook.rows.compactMap { row -> JSONValue? in
      guard let invoice = row.invoice, let cycle = invoice.billingCycleID,
        ids.isEmpty || ids.contains(cycle)
      else { return nil }
      return invoice.cycleJSON(createdMs: row.createdMs)
    }
    let body: JSONValue = ["data": .array(cycles)]
    return .json(200, body.compact)
  }

  /// SBC07 `PUT /api/seller-billing-cycles`: all of them or none.
  mutating func confirmBillingCycles(_ request: Request) throws(MiraklError) -> Response {
    var confirmed: [(index: Int, reference: String?, isPaid: Bool)] = []
    for cycle in try Self.list(request, "seller_billing_cycles") {
      let id = cycle["id"]?.text
      let index = invoiceBook.rows.firstIndex { $0.invoice?.billingCycleID == id && id != nil }
      guard let index, let invoice = invoiceBook.rows[index].invoice else {
        throw .badRequest("The seller billing cycle does not exist")
      }
      guard invoice.paymentState != "PAID" else {
        throw .badRequest("The seller billing cycle '\(id ?? "")' is already paid")
      }
      let amount = cycle["amount_transferred_to_seller"]?.numberText ?? ""
      guard Self.isSame(amount, invoice.amountTransferred) else {
        throw .badRequest(
          "The amount is incorrect for the seller billing cycle '\(id ?? "")', actual: "
            + "'\(amount)', expected: '\(invoice.amountTransferred)'")
      }
      confirmed.append((index, cycle["reference"]?.text, cycle["state"]?.text == "PAID"))
    }
    for (index, reference, isPaid) in confirmed { pay(index, reference, isPaid: isPaid) }
    return Response(status: 204)
  }

  private mutating func pay(_ index: Int, _ reference: String?, isPaid: Bool) {
    invoiceBook.update(index) { invoice in
      invoice.paymentState = isPaid ? "PAID" : "FAILED"
      invoice.paymentReference = reference
    }
  }

  private static func list(_ request: Request, _ name: String) throws(MiraklError) -> [JSONValue] {
    guard let json = try? JSONValue(parsing: request.body), let list = json[name]?.elements,
      (1...100).contains(list.count)
    else { throw .badRequest("'\(name)' must be a list of 1 to 100 elements") }
    return list
  }

  /// Whether two decimals are the same number: `801` and `801.00` are.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    guard !left.isEmpty, left.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 || $0 == 46 })
    else { return false }
    let difference = DecimalText.sum([left, DecimalText.negated(right)])
    return difference.utf8.allSatisfy { $0 == 48 || $0 == 46 || $0 == 45 }
  }
}
