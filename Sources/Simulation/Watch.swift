import Domain
import HTTPFormat
import Sandbox
import Store
import Threading

/// What must hold at every moment, checked where it can break: triggers on the tables that no
/// transaction of ours gets past, a look at each request before it leaves, and at what Stripe has
/// made after each.
final class Watch: Sendable {
  private struct State {
    var problems: [String] = []
    /// Movements that were seen already, by what they stand for.
    var seen: [String: String] = [:]
    /// When an order came to an end without its seller's share, by its id.
    var ended: [String: Int64] = [:]
    /// How many transfers each document wants before its payout.
    var legs: [String: Int] = [:]
    /// Calls that may change something.
    var writes = 0
    var counts = (transfers: 0, reversals: 0, refunds: 0, payouts: 0)
  }

  private let world: World
  private let trace: Trace
  private let state = Monitor(State())

  init(_ world: World, _ trace: Trace) throws {
    (self.world, self.trace) = (world, trace)
    _ = try Store(world.database)
    try world.database.write { connection in
      for statement in Self.schema + Self.triggers { _ = try connection.run(statement, []) }
    }
  }

  var problems: [String] { state.withLock { $0.problems } }

  var writes: Int { state.withLock { $0.writes } }

  func complain(_ problem: String) {
    trace.say("PROBLEM \(problem)")
    state.withLock { state in
      if !state.problems.contains(problem) { state.problems.append(problem) }
    }
  }

  /// What the triggers noticed since the start.
  func check() throws {
    let broken = try world.database.read { connection in
      try connection.run("SELECT text FROM simulation_violation ORDER BY id LIMIT 20", [])
        .map { try $0.text("text") }
    }
    for text in broken { complain(text) }
  }

  /// An order is over: what is sent for it much later was decided from stale facts.
  func end(_ order: String) {
    let nowMs = world.clock.nowMs
    state.withLock { $0.ended[order] = $0.ended[order] ?? nowMs }
  }

  func expect(legs: Int, of document: Int64) {
    state.withLock { $0.legs[String(document)] = legs }
  }

  // MARK: - Requests

  /// Q2: whatever moves money is on disk before its first byte leaves.
  func judge(_ request: Request, stoodStill: Bool) {
    guard request.method == "POST", let key = request.headers["Idempotency-Key"],
      key.hasPrefix("mirakl/")
    else { return }
    do {
      let intent = try world.database.read { connection in
        try connection.run(
          "SELECT state, sends FROM intent WHERE idempotency_key = $1", [.text(key)]
        ).first.map { (try $0.text("state"), try $0.int("sends")) }
      }
      guard let (word, sends) = intent else {
        return complain("\(key) is sent and nothing of it is stored")
      }
      // A process that stood still is overtaken by others, which is what it is there for.
      guard !stoodStill else { return }
      if word != "sent" { complain("\(key) is sent though it is stored as \(word)") }
      guard sends == 1 else { return }
      if let shop = try ignoredShop(request) {
        complain("\(key) moves money of shop \(shop), which the operator ignores (M5)")
      }
      if let order = staleOrder(request) {
        complain("\(key) pays order \(order), which ended long before (Q6)")
      }
    } catch {
      complain("the store cannot be read: \(error)")
    }
  }

  /// The order that a transfer is for, if it ended longer ago than any reading of it may be old and
  /// our clock may be wrong.
  private func staleOrder(_ request: Request) -> String? {
    guard request.path == "/v1/transfers" else { return nil }
    let parameters = FormEncoding.decode(String(decoding: request.body, as: UTF8.self))
    guard let id = parameters.first(where: { $0.name == "metadata[miraklId]" })?.value,
      let endedMs = state.withLock({ $0.ended[id] }),
      world.clock.nowMs - endedMs > 2 * 3_600_000
    else { return nil }
    return id
  }

  /// The shop that a movement is for, if the operator ignores it.
  private func ignoredShop(_ request: Request) throws -> Int64? {
    let parameters = FormEncoding.decode(String(decoding: request.body, as: UTF8.self))
    func value(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
    let account: String?
    if let own = request.headers["Stripe-Account"] {
      account = own
    } else if request.path.hasSuffix("/reversals") {
      let id = request.path.split(separator: "/").dropLast().last.map(String.init)
      account = world.stripe.transfers.first { $0.id == id }?.destination
    } else {
      account = value("destination")
    }
    guard let account else { return nil }
    return try world.database.read { connection in
      try connection.run(
        "SELECT shop_id FROM mapping WHERE account_id = $1 AND is_ignored = 1",
        [.text(account)]
      ).first.map { try $0.int64("shop_id") }
    }
  }

  // MARK: - Movements

  /// Looks at what Stripe made since the last look: once each, and never more than there was.
  func note(_ call: String) {
    guard !call.hasPrefix("GET ") else { return }
    state.withLock { $0.writes += 1 }
    let (transfers, reversals) = (world.stripe.transfers, world.stripe.reversals)
    let (refunds, payouts) = (world.stripe.refunds, world.stripe.payouts)
    let counts = state.withLock { $0.counts }
    for transfer in transfers.dropFirst(counts.transfers) {
      // The legs of a document share its number: here the product's own name tells them apart.
      see("transfer " + (transfer.metadata["operation"] ?? transfer.id), transfer.id)
      if let charge = transfer.sourceTransaction { bound(charge) }
    }
    for reversal in reversals.dropFirst(counts.reversals) {
      see("reversal for " + (reversal.metadata["miraklId"] ?? reversal.id), reversal.id)
    }
    for refund in refunds.dropFirst(counts.refunds) {
      see("refund " + (refund.metadata["miraklRefundId"] ?? refund.id), refund.id)
    }
    for payout in payouts.dropFirst(counts.payouts) {
      judge(payout, transfers)
      let own = payouts.filter {
        $0.metadata["invoiceId"] == payout.metadata["invoiceId"] && $0.id != payout.id
      }
      if let other = own.first(where: { $0.status != .failed && $0.status != .canceled }) {
        complain(
          "\(payout.id) pays document \(payout.metadata["invoiceId"] ?? "?") while "
            + "\(other.id) is \(other.status)")
      }
    }
    state.withLock { state in
      state.counts = (transfers.count, reversals.count, refunds.count, payouts.count)
    }
  }

  /// S1, R5: a payout leaves after the transfers of its document, and after what its seller owes.
  private func judge(_ payout: SandboxPayout, _ transfers: [SandboxTransfer]) {
    let document = payout.metadata["invoiceId"] ?? "?"
    let made = transfers.count { $0.metadata["miraklId"] == document }
    let wanted = state.withLock { $0.legs[document] ?? 0 }
    if made < wanted {
      complain("\(payout.id) leaves after \(made) of the \(wanted) legs of document \(document)")
    }
    do {
      let refused = try world.database.read { connection in
        try connection.run(
          """
          SELECT request FROM intent WHERE kind = 'reversal' AND state = 'refused'
            AND failure LIKE '%sufficient funds%' AND NOT EXISTS (
              SELECT 1 FROM intent AS later WHERE later.kind = intent.kind
                AND later.business_key = intent.business_key AND later.attempt > intent.attempt)
          """, []
        ).map { try $0.text("request") }
      }
      for request in refused {
        let owed = transfers.first {
          $0.destination == payout.owner && $0.currency == payout.currency
            && request.contains($0.id)
        }
        if let owed {
          complain("\(payout.id) leaves while the reversal of \(owed.id) is owed (R5)")
        }
      }
    } catch {
      complain("the store cannot be read: \(error)")
    }
  }

  private func see(_ what: String, _ id: String) {
    let other = state.withLock { state in
      defer { state.seen[what] = id }
      return state.seen[what]
    }
    if let other { complain("\(what): moved twice, \(other) and \(id)") }
  }

  /// A6.
  private func bound(_ id: String) {
    guard let charge = world.stripe.charges.first(where: { $0.id == id }),
      charge.transferred > charge.amountCaptured
    else { return }
    complain("\(id): \(charge.transferred) moved of \(charge.amountCaptured) captured")
  }
}

// MARK: - Triggers

extension Watch {
  private static let schema = [
    "CREATE TABLE simulation_writer (id INTEGER NOT NULL)",
    "INSERT INTO simulation_writer (id) VALUES (0)",
    """
    CREATE TABLE simulation_violation (id INTEGER PRIMARY KEY, text TEXT NOT NULL)
    """,
    """
    CREATE TABLE simulation_claim (job_id INTEGER NOT NULL, lease INTEGER NOT NULL,
      process INTEGER NOT NULL, PRIMARY KEY (job_id, lease)) WITHOUT ROWID
    """,
  ]

  private static func trigger(_ name: String, _ on: String, _ when: String, _ text: String)
    -> String
  {
    """
    CREATE TRIGGER simulation_\(name) AFTER \(on) FOR EACH ROW WHEN \(when)
    BEGIN INSERT INTO simulation_violation (text) VALUES (\(text)); END
    """
  }

  private static let successors = Intent.State.allCases.map { state in
    let next = state.successors.map { "'\($0.rawValue)'" }.sorted() + ["'\(state.rawValue)'"]
    return
      "(OLD.state = '\(state.rawValue)' AND NEW.state NOT IN (\(next.joined(separator: ", "))))"
  }.joined(separator: " OR ")

  private static let triggers = [
    trigger(
      "intent_state", "UPDATE OF state ON intent", successors,
      "'intent ' || NEW.idempotency_key || ' went from ' || OLD.state || ' to ' || NEW.state"),
    trigger(
      "intent_receipt", "UPDATE ON intent",
      "OLD.receipt_id IS NOT NULL AND NEW.receipt_id IS NOT OLD.receipt_id",
      "'intent ' || NEW.idempotency_key || ' changed its receipt'"),
    trigger(
      "intent_request", "UPDATE OF request ON intent", "NEW.request <> OLD.request",
      "'intent ' || NEW.idempotency_key || ' changed its request'"),
    trigger(
      "intent_attempt", "INSERT ON intent",
      """
      EXISTS (SELECT 1 FROM intent AS other WHERE other.kind = NEW.kind
        AND other.business_key = NEW.business_key AND other.id <> NEW.id
        AND other.state <> 'refused')
      """, "'a further attempt of ' || NEW.kind || ' ' || NEW.business_key || ' while one lives'"),
    """
    CREATE TRIGGER simulation_claim AFTER UPDATE OF lease ON job FOR EACH ROW
    WHEN NEW.lease <> OLD.lease AND NEW.state = 'running'
    BEGIN
      INSERT INTO simulation_claim (job_id, lease, process)
        VALUES (NEW.id, NEW.lease, (SELECT id FROM simulation_writer));
      INSERT INTO simulation_violation (text)
        SELECT 'job ' || NEW.kind || ' ' || NEW.key || ' was taken from its holder'
        WHERE OLD.state = 'running' AND OLD.lease_until_ms > NEW.modified_ms;
    END
    """,
    trigger(
      "finish", "UPDATE OF state ON job",
      """
      OLD.state = 'running' AND NEW.state <> 'running' AND NEW.lease = OLD.lease
        AND EXISTS (SELECT 1 FROM simulation_claim WHERE job_id = OLD.id AND lease = OLD.lease
          AND process <> (SELECT id FROM simulation_writer))
      """, "'job ' || NEW.kind || ' ' || NEW.key || ' was ended by another than its holder'"),
    trigger(
      "event_change", "UPDATE ON event", "1", "'event ' || OLD.external_id || ' was changed'"),
    trigger("event_loss", "DELETE ON event", "1", "'event ' || OLD.external_id || ' was deleted'"),
    trigger(
      "transfer_final", "UPDATE ON transfer",
      """
      OLD.status IN ('TRANSFER_CREATED', 'TRANSFER_ABORTED') AND NEW.status <> OLD.status
      """, "'transfer ' || OLD.mirakl_id || ' went from ' || OLD.status || ' to ' || NEW.status"),
  ]
}
