import Decisions
import Domain
import Logging
import Store

/// Answers one debit that Mirakl waits for (interface.md §10, validation).
struct ConfirmDebitHandler {
  let context: EngineContext
  let circuits: Circuits
  private let executor: MovementExecutor

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
  }

  func handle(_ job: Job, _ kind: Debit.Kind) throws -> Verdict {
    for neighbour in Neighbour.allCases {
      if let waitMs = try circuits.waitMs(neighbour) {
        return .retry(afterMs: waitMs, reason: "\(neighbour.rawValue) is paused")
      }
    }
    guard let record = try record(kind, job.key) else { return .done }
    do {
      if let verdict = try settle(record, job) { return verdict }
      // Switched off meanwhile (Q6), or answered by what was settled.
      guard context.settings.validation.isOn, let current = try self.record(kind, job.key),
        current.isWaiting
      else { return .done }
      guard try areFactsFresh(current) else { return .done }
      return try decideAndAct(current, job)
    } catch let failure as CallFailure {
      return try ValidationFailure(context, circuits).verdict(failure, job)
    }
  }

  private func record(_ kind: Debit.Kind, _ subject: String) throws -> DebitRecord? {
    try context.store.read { try $0.debit(kind, subject: subject) }
  }

  // MARK: - Facts

  /// Whether Mirakl showed the debit and its basket recently (Q6). If not, both are read again,
  /// together with all others, and the debit comes back.
  private func areFactsFresh(_ record: DebitRecord) throws -> Bool {
    let (nowMs, maxAgeMs) = (context.nowMs, context.settings.orderFreshMs)
    let basket = record.debit.commercialID
    if abs(nowMs - record.readMs) > maxAgeMs {
      try context.store.write {
        try $0.enqueue(.readDebits, key: Transaction.everything, runAtMs: nowMs, nowMs: nowMs)
      }
      return false
    }
    let reading = try context.store.read { try $0.basket(basket) }
    if let reading, let readMs = reading.readMs, abs(nowMs - readMs) <= maxAgeMs { return true }
    try context.store.write { try $0.reconsider(basket, nowMs: nowMs) }
    return false
  }

  private func facts(_ record: DebitRecord) throws -> DebitFacts {
    let (nowMs, policy) = (context.nowMs, context.settings.validation)
    return try context.store.read { transaction in
      try transaction.debitFacts(record.debit, policy: policy, nowMs: nowMs)
    }
  }

  // MARK: - Acting

  private func decideAndAct(_ record: DebitRecord, _ job: Job) throws -> Verdict {
    let refresh = PaymentRefresh(context: context)
    let basket = record.debit.commercialID
    try refresh.refresh(basket, maxAgeMs: context.settings.chargeFreshMs)
    var facts = try facts(record)
    var decision = decideDebit(facts)
    if case .refuse = decision {
      try refresh.refreshIntents(basket)
      facts = try self.facts(record)
      decision = decideDebit(facts)
    }
    switch decision {
    case .hold(let reason):
      try hold(facts.debit, reason)
      return .done
    case .confirm(let payment, let doubt):
      if let doubt { try note(doubt, record) }
      let proof = Proof(
        number: payment.chargeID.rawValue, chargeID: payment.chargeID,
        createdMs: payment.createdMs > 0 ? payment.createdMs : nil)
      return try answer(facts.debit, .confirmed, proof, job) { try Self.isSame(payment, $0) }
    case .refuse(let payment):
      let proof = Proof(
        number: payment.number, chargeID: payment.chargeID, createdMs: payment.createdMs)
      return try answer(facts.debit, .refused, proof, job) { transaction in
        let now = basketPayment(
          try transaction.attempts(basket),
          canceled: try transaction.canceledPayments(commercialID: basket))
        return now == .failed(payment)
      }
    }
  }

  private func hold(_ debit: Debit, _ reason: DebitHoldReason) throws {
    let nowMs = context.nowMs
    let draft = DebitDraft(debit: debit, status: .onHold, reason: "\(reason)")
    let isNews = try context.store.write { transaction in
      guard let known = try transaction.debit(debit.kind, subject: debit.subject), known.isWaiting
      else { return false }
      let saved = try transaction.saveDebit(draft, nowMs: nowMs)
      if saved.changed, case .paidTwice = reason {
        try transaction.audit(
          actor: "engine", action: "paid twice", subject: debit.commercialID.rawValue,
          detail: "\(reason)", nowMs: nowMs)
      }
      return saved.changed
    }
    guard isNews, case .paidTwice = reason else { return }
    context.log.error("paid twice", metadata: ["basket": .string(debit.commercialID.rawValue)])
  }

  /// `PAYMENT_AMOUNT_CHECK=warn`: said once per debit and doubt.
  private func note(_ doubt: DebitHoldReason, _ record: DebitRecord) throws {
    let nowMs = context.nowMs
    let name = "doubt/\(record.debit.kind.rawValue)/\(record.debit.subject)"
    let isNews = try context.store.write { transaction in
      guard try transaction.checkpoint(name) != "\(doubt)" else { return false }
      try transaction.setCheckpoint(name, "\(doubt)", nowMs: nowMs)
      try transaction.audit(
        actor: "engine", action: "confirmed in doubt", subject: record.debit.subject,
        detail: "\(doubt)", nowMs: nowMs)
      return true
    }
    if isNews {
      context.log.warning(
        "confirmed in doubt: \(doubt)", metadata: ["debit": .string(record.debit.subject)])
    }
  }

  /// The payment that Mirakl is told of.
  private struct Proof {
    var number: String
    var chargeID: ChargeID?
    var createdMs: Int64?
  }

  /// - Parameter isUnchanged: Whether the payment still is what the decision was made of (Q6).
  private func answer(
    _ debit: Debit, _ verdict: DebitAnswer.Verdict, _ proof: Proof, _ job: Job,
    _ isUnchanged: @escaping @Sendable (Transaction) throws -> Bool
  ) throws -> Verdict {
    let movement = DebitMovement(
      mirakl: context.mirakl,
      request: DebitAnswer(
        debit: debit, verdict: verdict, transactionNumber: proof.number,
        transactionMs: proof.createdMs))
    let charge = proof.chargeID
    let outcome = try executor.start(
      movement, record: Self.recordName(debit),
      prepare: { transaction, nowMs in
        guard try isUnchanged(transaction) else { return false }
        return try Self.prepare(transaction, movement.request, charge, nowMs: nowMs)
      }, recorder: Self.recorder(movement.request, charge))
    return self.verdict(outcome, job)
  }

  private static func isSame(_ payment: Payment, _ transaction: Transaction) throws -> Bool {
    let current = try transaction.payment(charge: payment.chargeID)
    return current?.status == payment.status && current?.isDisputed == payment.isDisputed
      && current?.commercialID == payment.commercialID
  }

  /// What may have changed between the decision and the write: another process (Q4). From here on
  /// the basket of the charge that pays is fixed (P4).
  private static func prepare(
    _ transaction: Transaction, _ answer: DebitAnswer, _ charge: ChargeID?, nowMs: Int64
  ) throws -> Bool {
    let debit = answer.debit
    guard let known = try transaction.debit(debit.kind, subject: debit.subject), known.isWaiting
    else { return false }
    let intent = try transaction.latestIntent(
      Intent.Kind(answering: debit.kind), businessKey: debit.subject)
    if let intent, intent.state != .planned, intent.state != .refused { return false }
    if answer.verdict == .confirmed, let charge {
      try transaction.markPaymentUsed(charge, commercialID: debit.commercialID, nowMs: nowMs)
    }
    try transaction.saveDebit(
      DebitDraft(
        debit: debit, status: .pending, reason: "Mirakl is being told \(answer.verdict.rawValue)",
        chargeID: charge), nowMs: nowMs)
    return true
  }

  private static func recordName(_ debit: Debit) -> MovementExecutor.RecordName {
    { try $0.debit(debit.kind, subject: debit.subject)?.recordName }
  }

  private static func recorder(
    _ answer: DebitAnswer, _ charge: ChargeID?
  ) -> MovementExecutor.Recorder {
    { transaction, outcome, nowMs in
      let debit = answer.debit
      var draft = DebitDraft(debit: debit, status: .onHold, reason: nil, chargeID: charge)
      switch outcome {
      case .succeeded where answer.verdict == .confirmed: draft.status = .confirmed
      case .succeeded:
        draft.status = .refused
        draft.reason = "Every payment of commercial order \(debit.commercialID) failed"
      case .refused(let reason, let waits):
        (draft.status, draft.reason) = (waits ? .onHold : .failed, reason)
      case .unsettled(_, let reason, _): (draft.status, draft.reason) = (.pending, reason)
      case .paused(let reason): (draft.status, draft.reason) = (.onHold, reason)
      case .absent: draft.reason = "An earlier answer had no effect"
      case .contradicted, .stopped: return
      }
      try transaction.saveDebit(draft, nowMs: nowMs)
      // The payment may be complete now: its orders are read again with those of other baskets.
      if case .succeeded = outcome { try transaction.reconsider(debit.commercialID, nowMs: nowMs) }
    }
  }

  // MARK: - Settling

  /// Brings an answer that was sent, and has no outcome, to one. nil: go on and decide.
  private func settle(_ record: DebitRecord, _ job: Job) throws -> Verdict? {
    let debit = record.debit
    let intent = try context.store.read {
      try $0.latestIntent(Intent.Kind(answering: debit.kind), businessKey: debit.subject)
    }
    guard let intent, intent.state == .sent || intent.state == .unknown else { return nil }
    let movement = try DebitMovement(mirakl: context.mirakl, intent: intent)
    let outcome = try executor.settle(
      movement, intent, record: Self.recordName(debit),
      recorder: Self.recorder(movement.request, record.chargeID))
    switch outcome {
    case .absent: return nil
    case .succeeded, .contradicted, .refused, .unsettled, .paused, .stopped:
      return verdict(outcome, job)
    }
  }

  private func verdict(_ outcome: MovementExecutor.Outcome, _ job: Job) -> Verdict {
    switch outcome {
    case .succeeded, .contradicted, .refused, .absent: .done
    case .stopped: context.retry(job, reason: "the facts changed: decided again")
    case .unsettled(let afterMs, let reason, _):
      context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason): .retry(afterMs: Circuits.probeMs, reason: reason)
    }
  }
}
