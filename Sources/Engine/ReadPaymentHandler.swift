import Decisions
import Domain
import Logging
import Store

/// Reads a charge or payment intent again and records what it says (P3), then lets the orders of
/// its basket that wait be looked at.
struct ReadPaymentHandler {
  /// With pauses of up to five minutes about three days: as long as Stripe repeats an event.
  static let unprovenAttemptsMax = 900

  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func readCharge(_ job: Job) throws -> Verdict {
    guard let id = try? ChargeID(job.key) else { return .done }
    return try read(job) { () throws(CallFailure) in try context.stripe.charge(id).value }
  }

  func readPaymentIntent(_ job: Job) throws -> Verdict {
    guard let id = try? PaymentIntentID(job.key) else { return .done }
    var canceled: PaymentIntentSnapshot?
    let verdict = try read(job) { () throws(CallFailure) in
      let intent = try context.stripe.paymentIntent(id).value
      guard var charge = intent.latestCharge else {
        canceled = intent.status == "canceled" ? intent : nil
        return nil
      }
      charge.paymentIntentMetadata = intent.metadata
      return charge
    }
    if let canceled { try record(canceled) }
    return verdict
  }

  /// C3: a payment that was given up before there was a charge; the debits of its basket may have
  /// waited for nothing else.
  private func record(_ intent: PaymentIntentSnapshot) throws {
    let (nowMs, validation) = (context.nowMs, context.settings.validation)
    guard let text = intent.metadata[context.settings.basketMetadataKey],
      let basket = try? CommercialOrderID(text)
    else { return }
    let canceled = CanceledPayment(
      id: intent.id, commercialID: basket, livemode: intent.livemode,
      canceledMs: intent.canceledMs ?? nowMs)
    try context.store.write { transaction in
      guard try transaction.noteCanceledPayment(canceled, nowMs: nowMs), validation.isOn,
        try transaction.debits(commercialID: basket).contains(where: \.isWaiting)
      else { return }
      try transaction.reconsider(basket, nowMs: nowMs)
    }
  }

  private func read(
    _ job: Job, _ fetch: () throws(CallFailure) -> ChargeSnapshot?
  ) throws -> Verdict {
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "Stripe is paused")
    }
    let askedMs = context.nowMs
    do {
      if let charge = try fetch() { try record(charge, readMs: askedMs) }
      return .done
    } catch let failure as CallFailure {
      return try verdict(failure, job)
    }
  }

  private func verdict(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    guard case .refused(let refusal) = failure.kind, refusal.isMissing else {
      return try circuits.verdict(failure, job)
    }
    do { return try missing(failure, job) } catch let other as CallFailure {
      return context.retry(job, reason: "\(other)")
    }
  }

  /// An event is forgotten only if Stripe still knows other objects of ours (Q8): no list of ours
  /// would bring this payment back.
  private func missing(_ failure: CallFailure, _ job: Job) throws -> Verdict {
    switch try StripeCanary(context: context).ask() {
    case .unknown:
      let reason = "Stripe knows none of our objects any more: \(failure)"
      try circuits.open(.stripe, reason: reason)
      return .retry(afterMs: Circuits.probeMs, reason: reason)
    case .nothingToAskFor where job.attempts < Self.unprovenAttemptsMax:
      return context.retry(job, reason: "\(failure)")
    case .known, .nothingToAskFor:
      context.log.warning("not found at Stripe: \(failure)", metadata: job.labels)
      return .done
    }
  }

  /// Records the charge and asks for the orders of its basket, in one transaction (Q5).
  /// - Parameter readMs: When Stripe was asked: an answer that was overtaken by a later question
  ///   must not undo it.
  func record(_ charge: ChargeSnapshot, readMs: Int64) throws {
    let (nowMs, key) = (context.nowMs, context.settings.basketMetadataKey)
    let settings = context.settings
    try context.store.write { transaction in
      let payment = try transaction.recordCharge(
        charge, commercialID: charge.basket(metadataKey: key), nowMs: readMs)
      guard let basket = payment.commercialID else { return }
      if settings.validation.isOn {
        try transaction.noteForValidation(
          payment, charge, basket, settings.validation, nowMs: nowMs)
      }
      let waiting: [(Job.Kind, TransferRecord.Kind, Bool)] = [
        (.splitOrder, .productOrder, settings.paysProductOrders),
        (.splitServiceOrder, .serviceOrder, settings.paysServiceOrders),
      ]
      for (job, kind, isOn) in waiting where isOn {
        for order in try transaction.openTransferOrderIDs(
          kind, commercialID: basket.rawValue)
        {
          try transaction.enqueue(job, key: order, runAtMs: nowMs, nowMs: nowMs)
        }
      }
    }
  }
}

extension ChargeSnapshot {
  /// The basket that the metadata of the charge names, else that of its payment intent; nil if
  /// there is none or it is empty (interface.md §3).
  func basket(metadataKey: String) -> CommercialOrderID? {
    for text in [metadata[metadataKey], paymentIntentMetadata[metadataKey]] {
      if let text, let id = try? CommercialOrderID(text) { return id }
    }
    return nil
  }
}
