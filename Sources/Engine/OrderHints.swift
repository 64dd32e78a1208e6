import Domain
import FoundationEssentials
import Store

/// Which orders a Mirakl callback names.
///
/// A callback is a hint and nothing more: its fields are not described anywhere, so whatever looks
/// like an order's id is asked for, and what Mirakl then answers is the fact.
enum OrderHints {
  static let jobKey = "callbacks"

  /// Notes the orders that a callback names, and asks for them to be read.
  static func note(in event: NewEvent, _ transaction: Transaction, nowMs: Int64) throws {
    guard event.source == .mirakl else { return }
    let hints = found(in: event.payload)
    for hint in hints { try transaction.noteOrderHint(hint.kind, id: hint.id, nowMs: nowMs) }
    if !hints.isEmpty {
      try transaction.enqueue(.readOrders, key: jobKey, runAtMs: nowMs, nowMs: nowMs)
    }
  }

  /// In a list of items, one item, or an envelope with the list in `payload`. Each id once.
  static func found(in payload: [UInt8]) -> [OrderHint] {
    let items = (try? JSONDecoder().decode(Items.self, from: Data(payload)))?.items ?? []
    var seen: Set<OrderHint> = []
    return items.flatMap(\.hints).filter { seen.insert($0).inserted }
  }

  private struct Items: Decodable {
    let items: [Item]

    init(from decoder: any Decoder) throws {
      if let list = try? decoder.singleValueContainer().decode([Item].self) {
        items = list
        return
      }
      let container = try decoder.container(keyedBy: Key.self)
      if container.contains(.payload) {
        items = try container.decode(Items.self, forKey: .payload).items
      } else {
        items = [Item(from: decoder)]
      }
    }

    private enum Key: String, CodingKey { case payload }
  }

  /// An item that is no object, or names no order, gives no hint; the others do.
  private struct Item: Decodable {
    let hints: [OrderHint]

    init(from decoder: any Decoder) {
      guard let container = try? decoder.container(keyedBy: Key.self),
        !container.contains(.offerID)  // callbacks about offers, by the thousand
      else {
        hints = []
        return
      }
      func hint(_ kind: OrderHint.Kind, _ keys: [Key]) -> OrderHint? {
        let ids = keys.lazy.compactMap { try? container.decode(String.self, forKey: $0) }
        return ids.first { (try? OrderID($0)) != nil }.map { OrderHint(kind: kind, id: $0) }
      }
      if let order = hint(.order, [.orderID, .id]) {
        hints = [order]
      } else {
        hints = hint(.commercial, [.commercialID, .commercialOrderID]).map { [$0] } ?? []
      }
    }

    private enum Key: String, CodingKey {
      case id
      case orderID = "order_id"
      case commercialID = "commercial_id"
      case commercialOrderID = "commercial_order_id"
      case offerID = "offer_id"
    }
  }
}
