import Decisions
import Domain
import Logging
import Store

/// Reads the debits that Mirakl waits for: PA11 and SPA11, each list whole before anything is
/// answered, because it shrinks while it is answered.
struct DebitIntake {
  static let unansweredReason = "Waits to be decided"
  /// Debits stored in one transaction.
  static let batch = 200

  let context: EngineContext
  private let pages: PageReader

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    pages = PageReader(context: context, circuits: circuits)
  }

  /// PA11.
  /// - Throws: `PassFailure` if Mirakl does not answer.
  func readProducts(_ report: inout PassReport) throws {
    var elements: [PageElement<Debit>] = []
    var (calls, lastReadMs) = (0, context.nowMs)
    let isComplete = try pages.readPages("PA11") { next throws(CallFailure) in
      calls += 1
      return try context.mirakl.debits(next: next).value
    } _: { page, readMs in
      elements += page.elements
      lastReadMs = readMs
    }
    report.calls += calls
    try take(.product, elements, isComplete: isComplete, readMs: lastReadMs, &report)
  }

  /// SPA11, which holds debits of every state. An instance without services answers 403 or 404:
  /// that is not our key, which PA11 was just answered for (Q8).
  /// - Throws: `PassFailure` if Mirakl does not answer.
  func readServices(_ report: inout PassReport) throws {
    var elements: [PageElement<ServiceDebit>] = []
    var (calls, lastReadMs) = (0, context.nowMs)
    var absence: String?
    let isComplete = try pages.readPages("SPA11") { next throws(CallFailure) in
      calls += 1
      do throws(CallFailure) {
        return try context.mirakl.serviceDebits(orders: nil, next: next).value
      } catch {
        guard next == nil else { throw error }
        switch error.kind {
        case .unauthorized, .refused: absence = "\(error)"
        case .notSent, .unknown, .throttled, .unreadable: throw error
        }
        return MiraklPage(elements: [], next: nil, serverTimeMs: nil)
      }
    } _: { page, readMs in
      elements += page.elements
      lastReadMs = readMs
    }
    report.calls += calls
    if let absence {
      return context.log.info("no service debits: \(absence)")
    }
    try takeAnswered(elements, readMs: lastReadMs)
    let waiting = elements.compactMap { element -> PageElement<Debit>? in
      switch element {
      case .readable(let service): service.state == .waiting ? .readable(service.debit) : nil
      case .unreadable(let problem): .unreadable(problem)
      }
    }
    try take(.service, waiting, isComplete: isComplete, readMs: lastReadMs, &report)
  }

  private func take(
    _ kind: Debit.Kind, _ elements: [PageElement<Debit>], isComplete: Bool, readMs: Int64,
    _ report: inout PassReport
  ) throws {
    var seen: Set<String> = []
    var readable: [Debit] = []
    for element in elements {
      switch element {
      case .readable(let debit):
        report.read += 1
        seen.insert(debit.subject)
        readable.append(debit)
      case .unreadable(let problem):
        report.unreadable += 1
        if let id = problem.id { seen.insert(id) }
        try remember(kind, problem)
      }
    }
    for start in stride(from: 0, to: readable.count, by: Self.batch) {
      try note(Array(readable[start..<min(start + Self.batch, readable.count)]), readMs: readMs)
    }
    // Of a list with an element that does not even say its id, absence proves nothing.
    let isKnown = elements.allSatisfy { element in
      if case .unreadable(let problem) = element { problem.id != nil } else { true }
    }
    if isComplete, isKnown { try closeMissing(kind, except: seen, readMs: readMs) }
  }

  private func note(_ debits: [Debit], readMs: Int64) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      for debit in debits {
        let record = try transaction.noteDebit(
          debit, reason: Self.unansweredReason, readMs: readMs, nowMs: nowMs)
        guard record.isWaiting else { continue }
        // Without a payment there is nothing to ask Mirakl for; its webhook looks here again.
        if record.status != .pending,
          try transaction.payments(commercialID: debit.commercialID).isEmpty,
          try transaction.canceledPayments(commercialID: debit.commercialID).isEmpty
        {
          try transaction.saveDebit(
            DebitDraft(debit: debit, status: .onHold, reason: "\(DebitHoldReason.noPayment)"),
            nowMs: nowMs)
        } else {
          try transaction.markBasketStale(debit.commercialID)
        }
      }
    }
  }

  /// An element that cannot be read holds the debit that it names, if that is known; otherwise the
  /// audit trail keeps it, once per reason.
  private func remember(_ kind: Debit.Kind, _ problem: UnreadableElement) throws {
    let nowMs = context.nowMs
    let reason = DebitHoldReason.unreadable(field: problem.field, reason: problem.reason)
    context.log.warning(
      "debit not readable",
      metadata: ["debit": .string(problem.id ?? "?"), "reason": .string("\(reason)")])
    try context.store.write { transaction in
      if let id = problem.id, let known = try transaction.debit(kind, subject: id) {
        guard known.status == .onHold || known.status == .failed else { return }
        try transaction.saveDebit(
          DebitDraft(debit: known.debit, status: .onHold, reason: "\(reason)"), nowMs: nowMs)
        return
      }
      let name = "unreadable/\(kind.rawValue)/\(problem.id ?? "?")"
      guard try transaction.checkpoint(name) != "\(reason)" else { return }
      try transaction.setCheckpoint(name, "\(reason)", nowMs: nowMs)
      try transaction.audit(
        actor: "engine", action: "debit not readable", subject: problem.id ?? "",
        detail: "\(reason)", nowMs: nowMs)
    }
  }

  /// What Mirakl no longer asks for. An answer under way decides for itself.
  private func closeMissing(_ kind: Debit.Kind, except seen: Set<String>, readMs: Int64) throws {
    var last: String?
    while true {
      let records = try context.store.read { [last] in
        try $0.waitingDebits(kind, after: last, limit: 500)
      }
      guard let newest = records.last else { return }
      last = newest.debit.subject
      for record in records where !seen.contains(record.debit.subject) {
        // Mirakl showed it after we began to read; much later only by a clock that was set back.
        let aheadMs = record.readMs - readMs
        if aheadMs > 0, aheadMs <= Transaction.readingMsMax { continue }
        try close(record)
      }
    }
  }

  private func close(_ record: DebitRecord) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      let kind = Intent.Kind(answering: record.debit.kind)
      let intent = try transaction.latestIntent(kind, businessKey: record.debit.subject)
      if let intent, intent.state == .sent || intent.state == .unknown {
        return try transaction.enqueue(
          Job.Kind(answering: record.debit.kind), key: record.debit.subject, runAtMs: nowMs,
          nowMs: nowMs)
      }
      try transaction.saveDebit(
        DebitDraft(
          debit: record.debit, status: .closed,
          reason: "Mirakl no longer asks for it: answered elsewhere, or canceled",
          chargeID: record.chargeID), nowMs: nowMs)
    }
  }

  /// SPA11's answered debits: what they came to counts for the basket, whoever answered them.
  private func takeAnswered(_ elements: [PageElement<ServiceDebit>], readMs: Int64) throws {
    let nowMs = context.nowMs
    for element in elements {
      guard case .readable(let service) = element, let draft = Self.answered(service) else {
        continue
      }
      let isNews = try context.store.read { transaction in
        let known = try transaction.debit(.service, subject: service.debit.subject)
        return known.map { !$0.status.isFinal && $0.status != .pending } ?? true
      }
      guard isNews else { continue }
      try context.store.write { transaction in
        let intent = try transaction.latestIntent(
          .confirmServiceDebit, businessKey: service.debit.subject)
        if let intent, intent.state == .sent || intent.state == .unknown { return }
        try transaction.saveDebit(draft, readMs: readMs, nowMs: nowMs)
        if try !transaction.payments(commercialID: service.debit.commercialID).isEmpty {
          try transaction.markBasketStale(service.debit.commercialID)
        }
      }
    }
  }

  private static func answered(_ service: ServiceDebit) -> DebitDraft? {
    let charge = service.transactionNumber.flatMap { try? ChargeID($0) }
    switch service.state {
    case .waiting, .other: return nil
    case .confirmed:
      return DebitDraft(
        debit: service.debit, status: .confirmed, reason: nil, chargeID: charge)
    case .refused:
      return DebitDraft(
        debit: service.debit, status: .refused, reason: "Refused in Mirakl", chargeID: charge)
    }
  }
}
