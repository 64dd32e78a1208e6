import Domain
import Logging
import Store

/// Takes stored facts and queued work one step at a time. It owns no thread: `WorkerPool` and
/// `drain` repeat `step`, and the simulation calls it directly.
public struct Engine: Sendable {
  /// What one step did.
  public enum Step: Hashable, Sendable {
    case worked
    /// Nothing is due; `nextMs` is when something will be (nil: nothing is waiting).
    case idle(nextMs: Int64?)
  }

  public let context: EngineContext
  let circuits: Circuits
  private let interrupted = InterruptedJobs()

  public init(_ context: EngineContext) {
    self.context = context
    circuits = Circuits(context)
  }

  /// Turns stored events into jobs, or works on one job.
  /// - Throws: what the store throws; nothing is lost then. The job in hand is given back by the
  ///   next step that can write, or by its lease.
  public func step() throws -> Step {
    try interrupted.giveBack(context)
    if try EventDispatcher(context).dispatch() > 0 { return .worked }
    let (nowMs, leaseMs) = (context.nowMs, context.settings.leaseMs)
    // A read first: an idle worker must not take the write lock to learn that it is idle.
    let nextMs = try context.store.read { try $0.nextJobRunAtMs() }
    guard let nextMs, nextMs <= nowMs else { return .idle(nextMs: nextMs) }
    guard let job = try context.store.write({ try $0.claimJob(nowMs: nowMs, leaseMs: leaseMs) })
    else { return .worked }  // another worker was quicker: look again
    do { try work(job) } catch {
      if let failure = error as? StoreError, failure.isPassing { interrupted.add(job) }
      throw error
    }
    return .worked
  }

  private func work(_ job: Job) throws {
    let verdict = try verdict(job)
    let nowMs = context.nowMs
    let isOurs = try context.store.write { try $0.finishJob(job, verdict, nowMs: nowMs) }
    if !isOurs {
      context.log.warning("lease lost: the job was given to another worker", metadata: job.labels)
    }
  }

  /// What goes wrong with one piece of work, foreseen or not, is its own affair (Q7): it waits, and
  /// comes back. Only a store that cannot be used stops the others too.
  private func verdict(_ job: Job) throws -> Verdict {
    do { return try handle(job) } catch let error as StoreError where !error.isAboutOneItem {
      throw error
    } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    } catch {
      context.log.error("work that cannot go on: \(error)", metadata: job.labels)
      return context.retry(job, reason: "\(error)")
    }
  }

  private func handle(_ job: Job) throws -> Verdict {
    switch job.kind {
    case .splitOrder: try SplitOrderHandler(context, circuits).handle(job)
    case .splitServiceOrder: try SplitServiceOrderHandler(context, circuits).handle(job)
    case .readOrders: try ReadHintsHandler(context, circuits).handle(job)
    case .readCharge: try ReadPaymentHandler(context, circuits).readCharge(job)
    case .readPaymentIntent: try ReadPaymentHandler(context, circuits).readPaymentIntent(job)
    case .onboardShop: try OnboardShopHandler(context, circuits).handle(job)
    case .readAccount: try ReadAccountHandler(context, circuits).handle(job)
    case .deauthorizeAccount: try DeauthorizeAccountHandler(context).handle(job)
    case .writeShops: try WriteShopsHandler(context, circuits).handle(job)
    case .confirmDebit: try ConfirmDebitHandler(context, circuits).handle(job, .product)
    case .confirmServiceDebit: try ConfirmDebitHandler(context, circuits).handle(job, .service)
    case .readDebits, .readBaskets: try ValidationReadingHandler(context, circuits).handle(job)
    case .captureBasket: try CaptureHandler(context, circuits).handle(job)
    case .settleDocument: try SettleDocumentHandler(context, circuits).handle(job)
    case .readPayout: try ReadPayoutHandler(context, circuits).handle(job)
    case .confirmPayout: try ConfirmPayoutHandler(context, circuits).handle(job)
    case .wakePayouts: try WakePayoutsHandler(context, circuits).handle(job)
    case .refund: try RefundHandler(context, circuits).handle(job)
    case .readRefund: try ReadRefundHandler(context, circuits).handle(job)
    case .readTransfer: try ReadTransferHandler(context, circuits).handle(job)
    case .notify: try NotifyHandler(context).handle(job)
    }
  }
}
