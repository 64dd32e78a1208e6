import Domain
import HTTPClient

/// IV01's answer.
struct WireInvoicePage: Decodable { let invoices: [WireElement<WireInvoice>] }

/// One billing document of IV01.
struct WireInvoice: WireValue {
  let snapshot: InvoiceSnapshot

  /// - Throws: `DecodingError` naming the first field that cannot be used. Nothing that an amount
  ///   depends on has a default (A7).
  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    guard let created = try fields.moment("date_created") else {
      throw fields.problem("date_created", "missing")
    }
    // IV01 lists AUTO_INVOICE unless it is asked for others.
    let type = fields.lenientText("type") ?? "AUTO_INVOICE"
    let isManual = type.hasPrefix("MANUAL_")
    snapshot = InvoiceSnapshot(
      id: try fields.required("invoice_id"), type: type, state: fields.lenientText("state"),
      paymentState: try fields.optional("payment", as: Payment.self)?.state,
      payOutProvider: fields.lenientText("pay_out_psp_code"),
      shopID: try fields.optional("shop_id", as: ShopNumber.self) == nil
        ? nil : try fields.shopID("shop_id"),
      currency: try fields.parsed("currency_iso_code") { try Currency($0) }, createdMs: created,
      summary: isManual ? nil : try fields.required("summary", as: Summary.self).value,
      billingCycleID: fields.lenientText("seller_billing_cycle_id"))
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: (try? fields?.required("invoice_id", as: Int64.self)).flatMap { $0 }.map(String.init),
      shopID: try? fields?.shopID("shop_id"), createdMs: try? fields?.moment("date_created"),
      field: problem.field, reason: problem.reason)
  }

  private struct Payment: Decodable {
    let state: String?
    init(from decoder: any Decoder) throws { state = try Fields(decoder).lenientText("state") }
  }

  /// Only whether there is one: a null shop is no shop.
  private struct ShopNumber: Decodable { init(from decoder: any Decoder) throws {} }

  private struct Summary: Decodable {
    let value: InvoiceSnapshot.Summary

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      value = InvoiceSnapshot.Summary(
        amountTransferred: try fields.amount("amount_transferred"),
        subscription: try fields.amount("total_subscription_incl_tax"),
        otherCredits: try fields.amount("total_other_credits_incl_tax"),
        otherInvoices: try fields.amount("total_other_invoices_incl_tax"))
    }
  }
}

/// SBC11's answer.
struct WireBillingCyclePage: Decodable { let data: [WireElement<WireBillingCycle>] }

/// One billing cycle of SBC11.
struct WireBillingCycle: WireValue {
  let snapshot: BillingCycleSnapshot

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let payOut = try fields.optional("pay_out", as: PayOut.self)
    snapshot = BillingCycleSnapshot(
      id: try fields.required("id"), payOutState: payOut?.state, reference: payOut?.reference,
      amountTransferred: try fields.amount("amount_transferred_to_seller"),
      currency: try fields.parsed("currency_iso_code") { try Currency($0) },
      shopID: try fields.optional("shop", as: Shop.self)?.id)
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields?.lenientText("id"), field: problem.field, reason: problem.reason)
  }

  private struct PayOut: Decodable {
    let state: String?
    let reference: String?
    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      (state, reference) = (fields.lenientText("state"), fields.lenientText("reference"))
    }
  }

  private struct Shop: Decodable {
    let id: ShopID?
    init(from decoder: any Decoder) throws { id = try? Fields(decoder).shopID("shop_id") }
  }
}
