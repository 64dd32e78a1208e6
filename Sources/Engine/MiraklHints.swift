import Domain
import FoundationEssentials
import Store

/// Which orders, billing documents or shops a Mirakl callback names.
///
/// A callback is a hint and nothing more: of its fields only those of order callbacks are known, so
/// whatever looks like an id is asked for, and what Mirakl then answers is the fact.
enum MiraklHints {
  static let jobKey = "callbacks"

  /// Notes what a callback names, and asks for it to be read.
  static func note(in event: NewEvent, _ transaction: Transaction, nowMs: Int64) throws {
    guard event.source == .mirakl else { return }
    let hints = found(in: event.payload)
    for hint in hints { try transaction.noteHint(hint.kind, id: hint.id, nowMs: nowMs) }
    if !hints.isEmpty {
      try transaction.enqueue(.readOrders, key: jobKey, runAtMs: nowMs, nowMs: nowMs)
    }
  }

  /// In a list of items, one item, or an envelope with the list in `payload`. Each id once.
  static func found(in payload: [UInt8]) -> [MiraklHint] {
    let items = (try? JSONDecoder().decode(Items.self, from: Data(payload)))?.items ?? []
    var seen: Set<MiraklHint> = []
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

  /// An item that is no object, or names nothing of ours, gives no hint; the others do.
  private struct Item: Decodable {
    let hints: [MiraklHint]

    init(from decoder: any Decoder) {
      guard let container = try? decoder.container(keyedBy: Key.self),
        !container.contains(.offerID)  // callbacks about offers, by the thousand
      else {
        hints = []
        return
      }
      var hints = Self.order(container).map { [$0] } ?? []
      for (kind, key) in [(MiraklHint.Kind.invoice, Key.invoiceID), (.shop, .shopID)] {
        if let id = Self.number(container, key) { hints.append(MiraklHint(kind: kind, id: id)) }
      }
      self.hints = hints
    }

    /// A bare `id` is an order's, unless a number beside it says what the item is about.
    private static func order(_ container: KeyedDecodingContainer<Key>) -> MiraklHint? {
      func hint(_ kind: MiraklHint.Kind, _ keys: [Key]) -> MiraklHint? {
        let ids = keys.lazy.compactMap { try? container.decode(String.self, forKey: $0) }
        return ids.first { (try? OrderID($0)) != nil }.map { MiraklHint(kind: kind, id: $0) }
      }
      let isAboutOther = number(container, .invoiceID) != nil || number(container, .shopID) != nil
      return hint(.order, isAboutOther ? [.orderID] : [.orderID, .id])
        ?? hint(.commercial, [.commercialID, .commercialOrderID])
    }

    /// Documents and shops have numbers; some of Mirakl's JSON has them as text.
    private static func number(_ container: KeyedDecodingContainer<Key>, _ key: Key) -> String? {
      let text = try? container.decode(String.self, forKey: key)
      let number = (try? container.decode(Int64.self, forKey: key)) ?? text.flatMap { Int64($0) }
      return number.flatMap { $0 > 0 ? String($0) : nil }
    }

    private enum Key: String, CodingKey {
      case id
      case orderID = "order_id"
      case commercialID = "commercial_id"
      case commercialOrderID = "commercial_order_id"
      case invoiceID = "invoice_id"
      case shopID = "shop_id"
      case offerID = "offer_id"
    }
  }
}
