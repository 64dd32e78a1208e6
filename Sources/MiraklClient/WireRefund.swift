import Domain
import HTTPClient

/// PA12's answer: orders with lines with refunds, flattened. `orders` and `order` are missing when
/// nothing is due.
struct WireRefundPage: Decodable {
  let elements: [PageElement<RefundAsk>]

  init(from decoder: any Decoder) throws {
    let list = try Fields(decoder).optional("orders", as: List.self)
    elements = (list?.orders ?? []).flatMap(\.elements)
  }

  private struct List: Decodable {
    let orders: [WireRefundOrder]
    init(from decoder: any Decoder) throws {
      orders = try Fields(decoder).optional("order", as: [WireRefundOrder].self) ?? []
    }
  }
}

/// One order of PA12: each of its refunds is read by itself (Q7).
private struct WireRefundOrder: Decodable {
  let elements: [PageElement<RefundAsk>]

  init(from decoder: any Decoder) {
    do {
      let fields = try Fields(decoder)
      let lines = try fields.optional("order_lines", as: Lines.self)?.lines ?? []
      elements = lines.flatMap { line in
        line.refunds.map { $0.element(in: fields, line: line.id) }
      }
    } catch {
      let problem = WireProblem(error, skipping: decoder.codingPath.count)
      elements = [
        .unreadable(
          UnreadableElement(id: nil, field: problem.field, reason: problem.reason))
      ]
    }
  }

  private struct Lines: Decodable {
    let lines: [Line]
    init(from decoder: any Decoder) throws {
      lines = try Fields(decoder).optional("order_line", as: [Line].self) ?? []
    }
  }

  private struct Line: Decodable {
    let id: String?
    let refunds: [Refund]
    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      id = fields.lenientText("order_line_id")
      refunds = try fields.optional("refunds", as: Refunds.self)?.refunds ?? []
    }
  }

  private struct Refunds: Decodable {
    let refunds: [Refund]
    init(from decoder: any Decoder) throws {
      refunds = try Fields(decoder).optional("refund", as: [Refund].self) ?? []
    }
  }

  /// A refund of a line; what cannot be read of it is kept as a problem.
  private struct Refund: Decodable {
    let value: Result<(id: String, amount: MajorAmount), WireProblem>
    let id: String?

    init(from decoder: any Decoder) {
      let fields = try? Fields(decoder)
      id = fields.flatMap { try? $0.refundID("id") }
      do {
        let fields = try Fields(decoder)
        value = .success((try fields.refundID("id"), try fields.amount("amount")))
      } catch {
        value = .failure(WireProblem(error, skipping: decoder.codingPath.count))
      }
    }

    func element(in order: Fields, line: String?) -> PageElement<RefundAsk> {
      do {
        let (id, amount) = try value.get()
        return .readable(
          RefundAsk(
            kind: .productOrder, id: id, orderID: try order.parsed("order_id") { try OrderID($0) },
            commercialID: try order.parsed("order_commercial_id") { try CommercialOrderID($0) },
            lineID: line, shopID: try? order.shopID("shop_id"),
            currency: try order.parsed("currency_iso_code") { try Currency($0) },
            amount: amount))
      } catch {
        let problem = error as? WireProblem ?? WireProblem(error, skipping: 4)
        return .unreadable(
          UnreadableElement(
            id: id, commercialID: order.lenientText("order_commercial_id"),
            shopID: try? order.shopID("shop_id"), field: problem.field, reason: problem.reason))
      }
    }
  }
}

/// SPA12's answer. Entries that no longer wait are left out.
struct WireServiceRefundPage: Decodable {
  let elements: [PageElement<RefundAsk>]
  let nextToken: String?

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let entries = try fields.required("data", as: [WireElement<WireServiceRefund>].self)
    elements = entries.compactMap { entry in
      switch entry.element {
      case .readable(let refund): refund.isWaiting ? .readable(refund.ask) : nil
      case .unreadable(let problem): .unreadable(problem)
      }
    }
    nextToken = fields.lenientText("next_page_token")
  }
}

/// One refund of SPA12.
private struct WireServiceRefund: WireValue {
  struct Entry: Hashable, Sendable {
    let ask: RefundAsk
    let isWaiting: Bool
  }

  let snapshot: Entry

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let order = try fields.parsed("order_id") { try OrderID($0) }
    // An id without a dash is a basket of its own.
    let basket = try RefundAsk.basket(ofService: order) ?? CommercialOrderID(order.rawValue)
    let commission = try fields.optional("commission", as: WireCommission.self)?.amount
    snapshot = Entry(
      ask: RefundAsk(
        kind: .serviceOrder, id: try fields.refundID("id"), orderID: order,
        commercialID: basket, currency: try fields.parsed("currency_code") { try Currency($0) },
        amount: try fields.amount("amount"), commission: commission,
        createdMs: try? fields.moment("date_created")),
      isWaiting: (fields.lenientText("state") ?? "WAITING") == "WAITING")
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    UnreadableElement(
      id: fields.flatMap { try? $0.refundID("id") }, field: problem.field, reason: problem.reason)
  }
}

/// `commission.amount_including_taxes`.
struct WireCommission: Decodable {
  let amount: MajorAmount?
  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    amount =
      fields.isPresent("amount_including_taxes")
      ? try fields.amount("amount_including_taxes") : nil
  }
}

extension Fields {
  /// Mirakl's id of a refund: text, or a number in older answers. It becomes part of an
  /// idempotency key, which holds 255 bytes.
  func refundID(_ name: String) throws -> String {
    if let number = try? required(name, as: Int64.self) { return String(number) }
    let text: String = try required(name)
    guard (1...180).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 31 && $0 != 127 })
    else { throw problem(name, "not an id of at most 180 bytes") }
    return text
  }

  /// Whether the field is there, and not null.
  func isPresent(_ name: String) -> Bool {
    do { return try optional(name, as: WireAnyValue.self) != nil } catch { return true }
  }
}

/// Any JSON value but null.
struct WireAnyValue: Decodable, Equatable { init(from decoder: any Decoder) {} }
