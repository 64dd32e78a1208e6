import Domain
import FoundationEssentials

/// A billing document as Mirakl last showed it, and what was learnt about it since.
public struct DocumentRecord: Hashable, Sendable {
  public var id: Int64
  public var shopID: ShopID?
  /// nil while it could never be read.
  public var snapshot: InvoiceSnapshot?
  public var readMs: Int64
  /// What the seller owes instead of being paid, in major units of the currency (S3).
  public var owed: MajorAmount?
  /// What is left on the account after the payout, in words (T3).
  public var note: String?
  /// When Mirakl took the confirmation of the payout (S6).
  public var confirmedMs: Int64?
  /// Why it did not.
  public var confirmationProblem: String?
}

/// Billing documents.
extension Transaction {
  public func document(_ id: Int64) throws -> DocumentRecord? {
    try run("SELECT * FROM document WHERE id = $1", .integer(id)).first
      .map(DocumentRecord.init(row:))
  }

  /// Stores a reading of a document; an older one never overwrites a newer one.
  /// - Parameter readMs: When Mirakl answered, by our clock.
  public func saveDocument(_ document: InvoiceSnapshot, readMs: Int64) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let snapshot = String(decoding: try encoder.encode(document), as: UTF8.self)
    try run(
      """
      INSERT INTO document (id, shop_id, snapshot, read_ms) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET shop_id = COALESCE(excluded.shop_id, document.shop_id),
        snapshot = excluded.snapshot, read_ms = excluded.read_ms
      WHERE document.read_ms <= excluded.read_ms
        OR document.read_ms > excluded.read_ms + $5
      """, .integer(document.id), SQLValue(document.shopID?.rawValue), .text(snapshot),
      .integer(readMs), .integer(Self.readingMsMax))
  }

  /// Remembers a document that could not be read; what was read before stays.
  public func saveUnreadableDocument(_ id: Int64, shop: ShopID?, readMs: Int64) throws {
    try run(
      """
      INSERT INTO document (id, shop_id, read_ms) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING
      """, .integer(id), SQLValue(shop?.rawValue), .integer(readMs))
  }

  /// S3 and T3: what is owed, and what is left. nil leaves what was known.
  public func annotateDocument(_ id: Int64, owed: MajorAmount?, note: String?) throws {
    try run(
      """
      UPDATE document SET owed = COALESCE($2, owed), note = COALESCE($3, note) WHERE id = $1
      """, .integer(id), SQLValue(owed?.description), SQLValue(note))
  }

  /// Records what Mirakl said to the confirmation of a payout (S6). Taken stays taken.
  /// - Parameter problem: nil if Mirakl took it.
  public func setConfirmation(_ id: Int64, problem: String?, nowMs: Int64) throws {
    try run(
      """
      UPDATE document SET confirmed_ms = $2, confirmation_problem = $3
      WHERE id = $1 AND confirmed_ms IS NULL
      """, .integer(id), problem == nil ? .integer(nowMs) : .null, SQLValue(problem))
  }

  /// Documents with a transfer or a payout that is not final, ascending by number, so that a pass
  /// can page through all of them.
  /// - Parameter after: The last number of the page before; nil for the first page.
  public func openDocumentIDs(after: Int64?, limit: Int) throws -> [Int64] {
    try run(
      """
      SELECT id FROM (
        SELECT invoice_id AS id FROM payout WHERE \(isOpenPayout)
        UNION SELECT CAST(mirakl_id AS BIGINT) AS id FROM transfer
        WHERE kind IN ('TRANSFER_SUBSCRIPTION', 'TRANSFER_EXTRA_CREDITS',
          'TRANSFER_EXTRA_INVOICES') AND \(isOpenTransfer)) AS open
      WHERE id > $1 ORDER BY id LIMIT $2
      """, .integer(after ?? .min), SQLValue(limit)
    ).map { try $0.int64("id") }
  }

  /// Those of one shop, ascending.
  public func openDocumentIDs(shop: ShopID) throws -> [Int64] {
    try run(
      """
      SELECT invoice_id AS id FROM payout WHERE shop_id = $1 AND \(isOpenPayout)
      UNION SELECT CAST(mirakl_id AS BIGINT) AS id FROM transfer
      WHERE shop_id = $1 AND kind IN ('TRANSFER_SUBSCRIPTION', 'TRANSFER_EXTRA_CREDITS',
        'TRANSFER_EXTRA_INVOICES') AND \(isOpenTransfer)
      ORDER BY id
      """, .integer(shop.rawValue)
    ).map { try $0.int64("id") }
  }

  /// Has the open documents of a shop looked at again: its flags, its account or its funds changed.
  public func wakeDocuments(shop: ShopID, except: Int64? = nil, nowMs: Int64) throws {
    for id in try openDocumentIDs(shop: shop) where id != except {
      try enqueue(.settleDocument, key: String(id), runAtMs: nowMs, nowMs: nowMs)
    }
  }

  /// R5: why money that the shop owes must come before the payout of a document; nil if it owes
  /// nothing. What is owed are reversals that its balance did not cover, and the debits of earlier
  /// documents that could not be made yet.
  ///
  /// The one place that a payout asks: other debts belong here.
  public func openDebtReason(
    shop: ShopID, currency: Currency, before invoiceID: Int64
  ) throws -> String? {
    if let debt = try openDebts(shop: shop, currency: currency).first {
      return "Waits for a debt of the shop: \(debt.amount) (\(debt.cause))"
    }
    let rows = try run(
      """
      SELECT kind, mirakl_id, amount FROM transfer
      WHERE shop_id = $1 AND kind IN ('TRANSFER_SUBSCRIPTION', 'TRANSFER_EXTRA_INVOICES')
        AND \(isOpenTransfer) AND COALESCE(currency, $2) = $2
        AND CAST(mirakl_id AS BIGINT) < $3
      ORDER BY CAST(mirakl_id AS BIGINT), kind LIMIT 1
      """, .integer(shop.rawValue), .text(currency.code), .integer(invoiceID))
    guard let row = rows.first else { return nil }
    let amount = try row.int64OrNil("amount").map {
      " of \(Money(minorUnits: $0, currency: currency))"
    }
    return "Waits for a debt of the shop: \(try row.text("kind"))\(amount ?? "") of document "
      + "\(try row.text("mirakl_id")) is not made yet"
  }
}

/// Worded as in the indexes: SQLite uses those only for the same words.
let isOpenPayout = """
  status IN
      ('PAYOUT_ON_HOLD', 'PAYOUT_PENDING', 'PAYOUT_FAILED', 'PAYOUT_IGNORED')
  """
private let isOpenTransfer = """
  status IN ('TRANSFER_ON_HOLD', 'TRANSFER_PENDING', 'TRANSFER_FAILED', 'TRANSFER_IGNORED')
  """

extension DocumentRecord {
  init(row: SQLRow) throws {
    let owed = try row.textOrNil("owed")
    self.init(
      id: try row.int64("id"), shopID: try row.int64OrNil("shop_id").map { ShopID($0) },
      // One that another version wrote and this one cannot read: Mirakl shows it again.
      snapshot: try row.textOrNil("snapshot").flatMap { try? Self.decode($0) },
      readMs: try row.int64("read_ms"), owed: try owed.map { try MajorAmount($0) },
      note: try row.textOrNil("note"), confirmedMs: try row.int64OrNil("confirmed_ms"),
      confirmationProblem: try row.textOrNil("confirmation_problem"))
  }

  private static func decode(_ text: String) throws -> InvoiceSnapshot {
    do { return try JSONDecoder().decode(InvoiceSnapshot.self, from: Data(text.utf8)) } catch {
      throw StoreError.corrupt("the snapshot of a document cannot be decoded")
    }
  }
}
