import Domain
import FoundationEssentials
import HTTPClient

// IV01, IV07, SBC11, SBC07.

extension MiraklClient {
  public func invoices(
    _ query: InvoiceQuery, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<InvoiceSnapshot>> {
    if next == nil, case .ids(let ids) = query, ids.isEmpty { return Self.emptyPage(.invoices) }
    let page = next ?? link("/api/invoices", Self.parameters(of: query))
    let (wire, response, trace) = try read(WireInvoicePage.self, .invoices, page)
    let link = try following(response, from: page, trace)
    return Answer(
      MiraklPage(
        elements: wire.invoices.map(\.element), next: link, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  /// One page: at most 100 cycles are asked for, and a page holds a thousand.
  public func billingCycles(
    _ ids: [String]
  ) throws(CallFailure) -> Answer<MiraklPage<BillingCycleSnapshot>> {
    if ids.isEmpty { return Self.emptyPage(.billingCycles) }
    var form = FormBody()
    for id in ids { form.append("id", id) }
    form.append("limit", "100")
    let page = link("/api/seller-billing-cycles", form)
    let (wire, response, trace) = try read(WireBillingCyclePage.self, .billingCycles, page)
    return Answer(
      MiraklPage(
        elements: wire.data.map(\.element), next: nil, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  public func confirmPayout(
    _ confirmation: PayoutConfirmation
  ) throws(CallFailure) -> Answer<Bool> {
    switch confirmation.target {
    case .invoice(let id):
      try put(
        .confirmInvoices, "/api/invoices/confirm",
        InvoiceConfirmationBody(
          accountingDocuments: [
            .init(
              invoiceId: id, amount: confirmation.amount, currency: confirmation.currency,
              reference: confirmation.reference, transactionMs: confirmation.transactionMs)
          ]))
    case .billingCycle(let id):
      try put(
        .confirmBillingCycles, "/api/seller-billing-cycles",
        CycleConfirmationBody(
          sellerBillingCycles: [
            .init(
              id: id, amount: confirmation.amount, currency: confirmation.currency,
              reference: confirmation.reference, transactionMs: confirmation.transactionMs)
          ]))
    }
  }

  private static func parameters(of query: InvoiceQuery) -> FormBody {
    var form = FormBody()
    form.append("max", "100")
    switch query {
    case .createdSince(let ms, let shop):
      form.append("start_date", ms.map { Timestamp.formatSeconds(ms: $0) })
      form.append("shop", shop?.description)
    case .ids(let ids):
      for id in ids { form.append("invoice_id", String(id)) }
    }
    return form
  }

  /// A write whose 2xx is the whole answer.
  private func put(
    _ operation: MiraklOperation, _ path: String, _ body: some Encodable
  ) throws(CallFailure) -> Answer<Bool> {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes: [UInt8]
    do { bytes = Array(try encoder.encode(body)) } catch {
      throw CallFailure(
        .notSent(reason: "the request cannot be written: \(error)"),
        trace: CallTrace(operation: operation.pattern))
    }
    budgets[operation]?.take()
    let stopwatch = Stopwatch()
    let request = OutgoingRequest(
      method: "PUT", url: origin + basePath + path,
      headers: [
        ("Authorization", key.reveal { $0 }), ("Accept", "application/json"),
        ("Content-Type", "application/json"),
      ], body: bytes, timeoutMs: timeoutMs)
    let response: IncomingResponse
    do { response = try transport.send(request) } catch {
      throw CallFailure(
        MiraklFailure.kind(of: error, key: key),
        trace: CallTrace(operation: operation.pattern, durationMs: stopwatch.elapsedMs))
    }
    let trace = CallTrace(
      operation: operation.pattern, status: response.status, durationMs: stopwatch.elapsedMs)
    if let kind = MiraklFailure.kind(of: response, isWrite: true, key: key) {
      throw CallFailure(kind, trace: trace)
    }
    return Answer(true, trace: trace)
  }
}

/// IV07's body. Manual documents of the cycle are part of the amount, so they are confirmed too.
private struct InvoiceConfirmationBody: Encodable {
  let accountingDocuments: [Document]
  enum CodingKeys: String, CodingKey { case accountingDocuments = "accounting_documents" }

  struct Document: Encodable {
    let invoiceId: Int64
    let amount: MajorAmount
    let currency: Currency
    let reference: String
    let transactionMs: Int64

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(invoiceId, forKey: .invoiceID)
      try container.encode(number(amount), forKey: .amount)
      try container.encode(currency, forKey: .currency)
      try container.encode(reference, forKey: .reference)
      try container.encode(Timestamp.formatSeconds(ms: transactionMs), forKey: .transactionDate)
      try container.encode(true, forKey: .linked)
    }

    enum Key: String, CodingKey {
      case invoiceID = "invoice_id"
      case amount
      case currency = "currency_iso_code"
      case reference
      case transactionDate = "transaction_date"
      case linked = "confirm_linked_manual_documents"
    }
  }
}

/// SBC07's body.
private struct CycleConfirmationBody: Encodable {
  let sellerBillingCycles: [Cycle]
  enum CodingKeys: String, CodingKey { case sellerBillingCycles = "seller_billing_cycles" }

  struct Cycle: Encodable {
    let id: String
    let amount: MajorAmount
    let currency: Currency
    let reference: String
    let transactionMs: Int64

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(id, forKey: .id)
      try container.encode(number(amount), forKey: .amount)
      try container.encode(currency, forKey: .currency)
      try container.encode("PAID", forKey: .state)
      try container.encode(reference, forKey: .reference)
      try container.encode(Timestamp.formatSeconds(ms: transactionMs), forKey: .transactionDate)
    }

    enum Key: String, CodingKey {
      case id
      case amount = "amount_transferred_to_seller"
      case currency = "currency_iso_code"
      case state
      case reference
      case transactionDate = "transaction_date"
    }
  }
}

/// A JSON number with exactly these digits: `Decimal` keeps every one.
private func number(_ amount: MajorAmount) throws -> Decimal {
  guard let decimal = Decimal(string: amount.description) else {
    throw EncodingError.invalidValue(
      amount, .init(codingPath: [], debugDescription: "not a decimal number"))
  }
  return decimal
}
