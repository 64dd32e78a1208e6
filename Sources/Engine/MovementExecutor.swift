import Decisions
import Domain
import Logging
import Store

/// The only door to a call that moves money (Q1-Q3).
///
/// 1. One transaction: last checks, record, intent, "sent". Committed before the first byte leaves.
/// 2. The call, with a key made of business facts.
/// 3. One transaction: the outcome of the intent, the record, the notification.
///
/// Killed anywhere in between, the intent is found as `sent` and *settled*: the same key and
/// parameters again while Stripe knows the key, a look-up when it may not. Only a definite refusal
/// or a proven absence ends an attempt.
///
/// A process that stands still between "sent" and the socket is fenced off twice: the key makes its
/// send the same movement for as long as Stripe knows it, and a send that comes later than a call
/// may last does not leave any more.
struct MovementExecutor {
  let context: EngineContext
  let circuits: Circuits

  /// What a send without an outcome may have done.
  enum Effect {
    /// This send at least did nothing.
    case none
    case unknown
    /// As `unknown`; and Stripe keeps an error under the key.
    case keySpent
  }

  /// What became of it.
  enum Outcome {
    case succeeded(receiptID: String)
    /// It was made, and differs from what was asked for: never again, and a person must look.
    case contradicted(receiptID: String, reason: String)
    /// A definite no; `waits` if time can cure it.
    case refused(String, waits: Bool)
    /// No outcome yet: the job comes back.
    case unsettled(afterMs: Int64?, reason: String, effect: Effect)
    /// Our credentials were refused.
    case paused(reason: String)
    /// Proven that an earlier attempt had no effect: decide again.
    case absent
    /// The last check before sending said no.
    case stopped
  }

  /// Writes the outcome into the record, in the transaction of the intent's own outcome.
  typealias Recorder = @Sendable (Transaction, Outcome, _ nowMs: Int64) throws -> Void

  /// The name of the record in the history of calls.
  typealias RecordName = @Sendable (Transaction) throws -> String?

  /// Starts a movement that has no live intent.
  /// - Parameter prepare: Runs in the transaction that writes the intent: re-checks what may have
  ///   changed and writes the record; false stops it.
  func start(
    _ movement: any Movement, record: @escaping RecordName,
    prepare: @escaping @Sendable (Transaction, _ nowMs: Int64) throws -> Bool,
    recorder: @escaping Recorder
  ) throws -> Outcome {
    let request = try movement.requestText
    let (kind, key) = (movement.kind, movement.businessKey)
    if let pause = try circuits.pause(movement.neighbour, movement.operation) {
      // Closed to our key a moment ago: said on every record, tried for none (Q8).
      let outcome = Outcome.paused(reason: pause.reason)
      let pausedMs = context.nowMs
      try context.store.write { try recorder($0, outcome, pausedMs) }
      return outcome
    }
    let earlier = try context.store.read { try $0.latestIntent(kind, businessKey: key) }
    if let earlier, earlier.state == .refused {
      // Look before every leap after the first: a refusal may have been about our own success.
      switch try found(movement) {
      case .some(let made) where made.isMade:
        return try adopt(movement, request, made, recorder)
      case .some(let other): return other
      case nil: break
      }
    }
    // After the look-up: the age of the key counts from here.
    let nowMs = context.nowMs
    let intent = try context.store.write { transaction -> Intent? in
      guard try prepare(transaction, nowMs) else { return nil }
      let latest = try transaction.latestIntent(kind, businessKey: key)
      // Another process was quicker: what it sent is settled first (Q4).
      if let latest, latest.state != .planned, latest.state != .refused { return nil }
      if let planned = latest, planned.state == .planned {
        if planned.request == request {
          return try transaction.markIntentSent(planned.id, nowMs: nowMs)
        }
        _ = try transaction.finishIntent(
          planned.id, .refused("decided anew before it was sent"), nowMs: nowMs)
      }
      let fresh = try transaction.planIntent(
        kind, businessKey: key, request: request, nowMs: nowMs)
      return try transaction.markIntentSent(fresh.id, nowMs: nowMs)
    }
    guard let intent else { return .stopped }
    return try send(movement, intent, record: record, recorder: recorder)
  }

  /// Brings a live intent (`sent` or `unknown`) to an outcome.
  func settle(
    _ movement: any Movement, _ intent: Intent, record: @escaping RecordName,
    recorder: @escaping Recorder
  ) throws -> Outcome {
    let nowMs = context.nowMs
    switch decideRecovery(intent, nowMs: nowMs, hasKey: movement.hasKey) {
    case .sendAgain:
      if let pause = try circuits.pause(movement.neighbour, movement.operation) {
        return .unsettled(afterMs: pause.waitMs, reason: pause.reason, effect: .unknown)
      }
      let marked = try context.store.write { transaction -> Intent? in
        // Another worker may have brought it to its outcome since it was read.
        let current = try transaction.intent(id: intent.id)
        guard current?.state == .sent || current?.state == .unknown else { return nil }
        return try transaction.markIntentSent(intent.id, nowMs: nowMs)
      }
      guard let marked else { return .stopped }
      return try send(movement, marked, record: record, recorder: recorder)
    case .lookUp:
      if let outcome = try found(movement) { return try finish(intent, outcome, recorder) }
      switch absence(movement, intent, nowMs: context.nowMs) {
      case .wait(let ms):
        try context.store.write { transaction in
          // The clock may have been set back since: the time that proves something begins now.
          try transaction.dateLastSend(intent.id, nowMs: nowMs)
          try transaction.noteAbsence(intent.id, nowMs: nowMs)
        }
        return .unsettled(
          afterMs: ms, reason: "outcome unknown: not there (yet)", effect: .unknown)
      case .newAttempt:
        return try finish(intent, .absent, recorder)
      }
    }
  }

  private func absence(
    _ movement: any Movement, _ intent: Intent, nowMs: Int64
  ) -> AbsenceDecision {
    // Where a repeat that is not needed is refused (Mirakl), the movement's own time is enough.
    guard movement.hasKey else {
      return decideAbsenceWithoutKey(intent, nowMs: nowMs, settlingMs: movement.settlingMs)
    }
    // Half a minute more than the longest call: it may have been held up on its way.
    let settlingMs = max(movement.settlingMs, context.settings.callMsMax + 30_000)
    return decideAbsence(intent, nowMs: nowMs, settlingMs: settlingMs)
  }

  private func send(
    _ movement: any Movement, _ intent: Intent, record: @escaping RecordName,
    recorder: @escaping Recorder
  ) throws -> Outcome {
    guard mayStillBeSent(intent, nowMs: context.nowMs, callMsMax: context.settings.callMsMax)
    else {
      context.log.warning(
        "not sent: this process stood still since it was decided",
        metadata: ["key": .string(intent.idempotencyKey)])
      let reason = "not sent in time: this process stood still"
      return try finish(
        intent, .unsettled(afterMs: nil, reason: reason, effect: .none), recorder)
    }
    let outcome: Outcome
    let trace: CallTrace
    let word: String
    do {
      let answer = try movement.send(idempotencyKey: intent.idempotencyKey)
      outcome = Outcome(answer.value)
      (trace, word) = (answer.trace, answer.value.contradiction ?? "succeeded")
    } catch {
      (outcome, trace, word) = (classified(error, movement), error.trace, "\(error)")
      if case .unauthorized = error.kind {
        try circuits.open(error)
      } else if case .paused(let reason) = outcome {
        try circuits.open(movement.neighbour, reason: reason)
      }
    }
    return try finish(intent, outcome) { transaction, outcome, nowMs in
      try transaction.recordCall(
        neighbour: movement.neighbour.rawValue, trace: trace, outcome: word,
        record: try record(transaction),
        intentID: intent.id, nowMs: nowMs)
      try recorder(transaction, outcome, nowMs)
    }
  }

  /// Q8: "no such destination" is a fault of ours if Stripe no longer knows what it knew.
  private func classified(_ failure: CallFailure, _ movement: any Movement) -> Outcome {
    if movement.neighbour == .stripe, case .refused(let refusal) = failure.kind, refusal.isMissing,
      (try? StripeCanary(context: context).ask()) == .unknown
    {
      return .paused(reason: "Stripe knows none of our objects any more: \(failure)")
    }
    let outcome = Self.outcome(failure, movement.decide(failure))
    guard movement.hasKey, failure.trace.isReplay,
      case .unsettled(let afterMs, let reason, .unknown) = outcome
    else { return outcome }
    return .unsettled(afterMs: afterMs, reason: reason, effect: .keySpent)
  }

  /// The outcome of the intent and of the record, together.
  private func finish(
    _ intent: Intent, _ outcome: Outcome, _ recorder: @escaping Recorder
  ) throws -> Outcome {
    let nowMs = context.nowMs
    do {
      try context.store.write { transaction in
        if let change = Self.intentOutcome(outcome) {
          _ = try transaction.finishIntent(intent.id, change, nowMs: nowMs)
        }
        if case .contradicted(_, let reason) = outcome {
          try transaction.audit(
            actor: "engine", action: "made otherwise than asked for",
            subject: intent.idempotencyKey, detail: reason, nowMs: nowMs)
        }
        try recorder(transaction, outcome, nowMs)
      }
      if case .contradicted(_, let reason) = outcome { context.log.critical("\(reason)") }
      return outcome
    } catch StoreError.notAllowed(let reason) {
      // A late answer contradicts what was decided since: a person must look, nothing is guessed.
      context.log.critical("contradiction: \(reason)")
      try context.store.write { transaction in
        try transaction.audit(
          actor: "engine", action: "contradiction", subject: intent.idempotencyKey,
          detail: reason, nowMs: nowMs)
      }
      return .stopped
    }
  }

  /// An object that an earlier send made; nil if there certainly is none.
  private func found(_ movement: any Movement) throws -> Outcome? {
    let reason: String
    do {
      if let receipt = try movement.lookUp().value { return Outcome(receipt) }
      guard movement.neighbour == .stripe else { return nil }
      // With the key of another account every list is empty: that proves nothing (Q8).
      guard try StripeCanary(context: context).ask() == .unknown else { return nil }
      reason = "Stripe knows none of our objects any more"
    } catch let failure as CallFailure {
      guard case .unauthorized = failure.kind else {
        return .unsettled(afterMs: nil, reason: "look-up failed: \(failure)", effect: .unknown)
      }
      try circuits.open(failure)
      return .unsettled(
        afterMs: Circuits.probeMs, reason: "\(failure)", effect: .unknown)
    }
    try circuits.open(movement.neighbour, reason: reason)
    return .unsettled(afterMs: Circuits.probeMs, reason: reason, effect: .unknown)
  }

  /// Records an object found at Stripe as the outcome of a new attempt that was never sent.
  private func adopt(
    _ movement: any Movement, _ request: String, _ made: Outcome,
    _ recorder: @escaping Recorder
  ) throws -> Outcome {
    let (kind, key, nowMs) = (movement.kind, movement.businessKey, context.nowMs)
    let intent = try context.store.write { transaction in
      let fresh = try transaction.planIntent(
        kind, businessKey: key, request: request, nowMs: nowMs)
      return try transaction.markIntentSent(fresh.id, nowMs: nowMs)
    }
    return try finish(intent, made, recorder)
  }

  private static func outcome(
    _ failure: CallFailure, _ decision: MovementFailureDecision
  ) -> Outcome {
    switch decision {
    case .sendAgain(let afterMs):
      .unsettled(afterMs: afterMs, reason: "\(failure)", effect: .none)
    case .settle: .unsettled(afterMs: nil, reason: "\(failure)", effect: .unknown)
    case .pause: .paused(reason: "\(failure)")
    case .hold: .refused(words(failure), waits: true)
    case .fail: .refused(words(failure), waits: false)
    }
  }

  /// The neighbour's own words, without the request's id: the same refusal is the same reason (Q9).
  private static func words(_ failure: CallFailure) -> String {
    if case .refused(let refusal) = failure.kind { "\(refusal)" } else { "\(failure)" }
  }

  private static func intentOutcome(_ outcome: Outcome) -> IntentOutcome? {
    switch outcome {
    case .succeeded(let id), .contradicted(let id, _): .succeeded(receiptID: id)
    case .refused(let reason, _): .refused(reason)
    case .unsettled(_, let reason, .none): .notSent(reason)
    case .unsettled(_, let reason, .unknown): .unknown(reason)
    case .unsettled(_, let reason, .keySpent): .spent(reason)
    case .paused(let reason): .notSent(reason)  // refused before anything was executed
    case .absent: .refused("looked up: it does not exist there")
    case .stopped: nil
    }
  }
}

extension MovementExecutor.Outcome {
  init(_ receipt: Receipt) {
    self =
      receipt.contradiction.map { .contradicted(receiptID: receipt.id, reason: $0) }
      ?? .succeeded(receiptID: receipt.id)
  }

  /// The object exists.
  fileprivate var isMade: Bool {
    switch self {
    case .succeeded, .contradicted: true
    case .refused, .unsettled, .paused, .absent, .stopped: false
    }
  }
}
