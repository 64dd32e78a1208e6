import Decisions
import Domain
import Logging
import Store

/// Captures or releases the authorised payment of one basket (interface.md §10, validation).
struct CaptureHandler {
  let context: EngineContext
  let circuits: Circuits
  private let executor: MovementExecutor
  private let refresh: PaymentRefresh

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
    executor = MovementExecutor(context: context, circuits: circuits)
    refresh = PaymentRefresh(context: context)
  }

  func handle(_ job: Job) throws -> Verdict {
    guard let basket = try? CommercialOrderID(job.key) else { return .done }
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    do {
      if let verdict = try settle(basket, job) { return verdict }
      guard context.settings.validation.captures else { return .done }  // Q6, C10
      try closeLost(basket)
      let authorised = try authorised(basket)
      guard !authorised.isEmpty else { return .done }
      guard try areOrdersFresh(basket) else { return .done }
      for payment in authorised {
        if let verdict = try decideAndAct(payment, job) { return verdict }
      }
      return .done
    } catch let failure as CallFailure {
      return try ValidationFailure(context, circuits).verdict(failure, job)
    }
  }

  // MARK: - Facts

  /// The payments of the basket that wait: authorised, and not finished by us.
  private func authorised(_ basket: CommercialOrderID) throws -> [Payment] {
    try context.store.read { transaction in
      try transaction.payments(commercialID: basket).filter { payment in
        guard payment.status == .toCapture else { return false }
        return try transaction.capture(charge: payment.chargeID).map { !$0.status.isFinal } ?? true
      }
    }
  }

  private func areOrdersFresh(_ basket: CommercialOrderID) throws -> Bool {
    let (nowMs, maxAgeMs) = (context.nowMs, context.settings.orderFreshMs)
    let reading = try context.store.read { try $0.basket(basket) }
    if let reading, !reading.isStale, let readMs = reading.readMs, abs(nowMs - readMs) <= maxAgeMs {
      return true
    }
    try context.store.write { try $0.reconsider(basket, nowMs: nowMs) }
    return false
  }

  private func decision(_ payment: Payment) throws -> CaptureDecision? {
    let policy = context.settings.validation
    return try context.store.read { try $0.captureFacts(payment, policy: policy) }
      .map(decideCapture)
  }

  /// Charges that came to an outcome without us: captured, refused or expired elsewhere (C4).
  private func closeLost(_ basket: CommercialOrderID) throws {
    let records = try context.store.read { try $0.captures(commercialID: basket) }
    for record in records where !record.status.isFinal {
      guard let payment = try context.store.read({ try $0.payment(charge: record.chargeID) }) else {
        continue
      }
      try reconcile(payment, record)
    }
  }

  private func reconcile(_ payment: Payment, _ record: CaptureRecord) throws {
    switch decideCaptureRefusal(payment) {
    case .stillAuthorised: return
    case .captured(let amount):
      try save(record, .captured, amount: amount, nil)
    case .over:
      let reason =
        "The authorisation ended before it was captured"
        + (payment.failureMessage.map { ": \($0)" } ?? "; the customer must pay again")
      if try save(record, .aborted, amount: record.amount, reason) {
        try alert("authorisation lost", payment.chargeID.rawValue, reason)
      }
    }
  }

  // MARK: - Acting

  /// - Returns: nil to go on with the next payment.
  private func decideAndAct(_ payment: Payment, _ job: Job) throws -> Verdict? {
    let early = try decision(payment)
    if case .hold(let reason) = early {
      try hold(payment, reason)
      return nil
    }
    // C4: the charge is read again right before money is taken, and decided by what it says.
    let current = try refresh.read(payment.chargeID)
    guard current.status == .toCapture else {
      if let basket = payment.commercialID { try closeLost(basket) }
      return nil
    }
    switch try decision(current) {
    case .hold(let reason):
      try hold(current, reason)
      return nil
    case .capture(let amount, let exact): return try capture(current, amount, exact, job)
    case .release: return try release(current, job)
    case nil: return nil
    }
  }

  private func hold(_ payment: Payment, _ reason: CaptureHoldReason) throws {
    guard let basket = payment.commercialID else { return }
    let nowMs = context.nowMs
    let words = "\(reason)" + (try deadlineWords(payment.chargeID))
    let isNews = try context.store.write { transaction in
      let saved = try transaction.saveCapture(
        CaptureDraft(
          chargeID: payment.chargeID, commercialID: basket, status: .onHold, reason: words),
        nowMs: nowMs)
      return saved.changed
    }
    if isNews, case .paidTwice = reason { try alert("paid twice", basket.rawValue, "\(reason)") }
  }

  /// C5: what the reason says besides, once the end of the authorisation is near.
  private func deadlineWords(_ charge: ChargeID) throws -> String {
    guard let record = try context.store.read({ try $0.capture(charge: charge) }),
      let endMs = record.captureBeforeMs
    else { return "" }
    let nowMs = context.nowMs
    guard nowMs >= endMs - context.settings.validation.deadlineWarningMs else { return "" }
    let words = "; the authorisation ends at \(Timestamp.formatSeconds(ms: endMs))"
    if try context.store.write({ try $0.markCaptureWarned(charge, nowMs: nowMs) }) {
      try alert("authorisation ends soon", charge.rawValue, String(words.dropFirst(2)))
    }
    return words
  }

  private func capture(
    _ payment: Payment, _ amount: Money, _ exact: MajorAmount?, _ job: Job
  ) throws -> Verdict? {
    if let exact {
      context.log.notice(
        "rounded half away from zero",
        metadata: [
          "charge": .string(payment.chargeID.rawValue), "exact": .string("\(exact)"),
          "amount": .string("\(amount)"),
        ])
    }
    let movement = CaptureMovement(
      stripe: context.stripe,
      request: CaptureRequest(
        charge: payment.chargeID, paymentIntent: payment.paymentIntentID, amount: amount))
    return try make(movement, payment, amount: amount, words: "Payment is being captured", job)
  }

  private func release(_ payment: Payment, _ job: Job) throws -> Verdict? {
    let movement = ReleaseMovement(
      stripe: context.stripe,
      request: ReleaseRequest(
        charge: payment.chargeID, paymentIntent: payment.paymentIntentID,
        metadata: [
          TransferMovement.metadataKey: "release/\(payment.chargeID)",
          "pluginVersion": context.settings.pluginVersion,
        ]))
    return try make(movement, payment, amount: nil, words: "Payment is being released", job)
  }

  private func make(
    _ movement: any Movement, _ payment: Payment, amount: Money?, words: String, _ job: Job
  ) throws -> Verdict? {
    guard let basket = payment.commercialID else { return nil }
    let draft = CaptureDraft(
      chargeID: payment.chargeID, commercialID: basket, amount: amount, status: .pending,
      reason: words)
    let outcome = try executor.start(
      movement, record: Self.recordName(payment.chargeID),
      prepare: { try Self.prepare($0, draft, payment, nowMs: $1) },
      recorder: Self.recorder(draft, movement.kind))
    return try verdict(outcome, payment.chargeID, job)
  }

  /// What may have changed between the decision and the write, checked where nothing can change it
  /// any more: the charge, another process, the other movement of the same charge (Q4, Q6).
  private static func prepare(
    _ transaction: Transaction, _ draft: CaptureDraft, _ payment: Payment, nowMs: Int64
  ) throws -> Bool {
    guard let current = try transaction.payment(charge: draft.chargeID),
      current.status == .toCapture, current.amount == payment.amount,
      current.commercialID == draft.commercialID,
      try transaction.capture(charge: draft.chargeID).map({ !$0.status.isFinal }) ?? true,
      try transaction.basket(draft.commercialID).map({ !$0.isStale }) ?? false
    else { return false }
    for kind in [Intent.Kind.capture, .cancel] {
      let intent = try transaction.latestIntent(kind, businessKey: draft.chargeID.rawValue)
      if let intent, intent.state != .planned, intent.state != .refused { return false }
    }
    try transaction.markPaymentUsed(
      draft.chargeID, commercialID: draft.commercialID, nowMs: nowMs)
    try transaction.saveCapture(draft, nowMs: nowMs)
    return true
  }

  private static func recordName(_ charge: ChargeID) -> MovementExecutor.RecordName {
    { try $0.capture(charge: charge)?.recordName }
  }

  private static func recorder(
    _ draft: CaptureDraft, _ kind: Intent.Kind
  ) -> MovementExecutor.Recorder {
    { transaction, outcome, nowMs in
      var draft = draft
      switch outcome {
      case .succeeded where kind == .capture: (draft.status, draft.reason) = (.captured, nil)
      case .succeeded:
        (draft.status, draft.reason) = (.released, "No order is left to be paid for")
      case .refused(let reason, let waits):
        (draft.status, draft.reason) = (waits ? .onHold : .failed, reason)
      case .unsettled(_, let reason, _): (draft.status, draft.reason) = (.pending, reason)
      case .paused(let reason): (draft.status, draft.reason) = (.onHold, reason)
      case .absent: (draft.status, draft.reason) = (.onHold, "An earlier attempt had no effect")
      case .contradicted, .stopped: return
      }
      try transaction.saveCapture(draft, nowMs: nowMs)
      // What Stripe made of it is read at once: transfers wait for it.
      if case .succeeded = outcome {
        try transaction.enqueue(
          .readCharge, key: draft.chargeID.rawValue, runAtMs: nowMs, nowMs: nowMs)
      }
    }
  }

  // MARK: - Settling

  /// Brings movements that were sent, and have no outcome, to one. nil: go on and decide.
  private func settle(_ basket: CommercialOrderID, _ job: Job) throws -> Verdict? {
    for record in try context.store.read({ try $0.captures(commercialID: basket) }) {
      for kind in [Intent.Kind.capture, .cancel] {
        let intent = try context.store.read {
          try $0.latestIntent(kind, businessKey: record.chargeID.rawValue)
        }
        guard let intent, intent.state == .sent || intent.state == .unknown else { continue }
        let movement: any Movement =
          kind == .capture
          ? try CaptureMovement(stripe: context.stripe, intent: intent)
          : try ReleaseMovement(stripe: context.stripe, intent: intent)
        let draft = CaptureDraft(
          chargeID: record.chargeID, commercialID: record.commercialID, amount: record.amount,
          status: .pending, reason: record.reason)
        let outcome = try executor.settle(
          movement, intent, record: Self.recordName(record.chargeID),
          recorder: Self.recorder(draft, kind))
        if let verdict = try verdict(outcome, record.chargeID, job) { return verdict }
      }
    }
    return nil
  }

  /// nil: the next payment, or a new decision.
  private func verdict(
    _ outcome: MovementExecutor.Outcome, _ charge: ChargeID, _ job: Job
  ) throws -> Verdict? {
    switch outcome {
    case .succeeded, .contradicted, .absent: return nil
    case .refused:
      // C4: the charge knows better than the refusal.
      let payment = try refresh.read(charge)
      if let record = try context.store.read({ try $0.capture(charge: charge) }) {
        try reconcile(payment, record)
      }
      return .done
    case .stopped: return context.retry(job, reason: "the facts changed: decided again")
    case .unsettled(let afterMs, let reason, _):
      return context.retry(job, afterMs: afterMs, reason: reason)
    case .paused(let reason): return .retry(afterMs: Circuits.probeMs, reason: reason)
    }
  }

  /// - Returns: whether it is news.
  @discardableResult
  private func save(
    _ record: CaptureRecord, _ status: CaptureRecord.Status, amount: Money?, _ reason: String?
  ) throws -> Bool {
    let nowMs = context.nowMs
    return try context.store.write { transaction in
      try transaction.saveCapture(
        CaptureDraft(
          chargeID: record.chargeID, commercialID: record.commercialID, amount: amount,
          status: status, reason: reason), nowMs: nowMs
      ).changed
    }
  }

  private func alert(_ action: String, _ subject: String, _ detail: String) throws {
    let nowMs = context.nowMs
    try context.store.write {
      try $0.audit(actor: "engine", action: action, subject: subject, detail: detail, nowMs: nowMs)
    }
    context.log.error("\(action): \(detail)", metadata: ["subject": .string(subject)])
  }
}
