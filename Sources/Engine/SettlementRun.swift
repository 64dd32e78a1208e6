import Decisions
import Domain
import Logging
import Store

/// Carries out the plan of one document, leg by leg.
struct SettlementRun {
  let handler: SettleDocumentHandler
  let document: InvoiceSnapshot
  let mapping: AccountMapping
  let job: Job
  /// Legs that were refused a moment ago: left to the next pass.
  let refused: Set<TransferRecord.Kind>

  private var context: EngineContext { handler.context }

  func run(_ plan: SettlementPlan) throws -> Verdict {
    for leg in plan.legs where !refused.contains(leg.kind) {
      let record = try handler.leg(leg.kind, document.id)
      if let record, record.status.isFinal || record.isContradicted { continue }
      if let verdict = try carryOut(leg) { return verdict }
    }
    switch plan.payout {
    case .pay(let amount, let rest, let exact):
      return try pay(amount, rest: rest, roundedFrom: exact)
    case .hold(let reason): return try save(.onHold, reason, amount: nil)
    case .nothing(let reason, let owed):
      if owed != nil { context.log.warning("\(reason)", metadata: job.labels) }
      return try save(.aborted, reason, amount: nil, owed: owed)
    }
  }

  // MARK: - Transfers

  /// nil: go on.
  private func carryOut(_ leg: LegPlan) throws -> Verdict? {
    var draft = TransferDraft(document, leg.kind, mapping)
    switch leg.step {
    case .nothing(let reason):
      (draft.status, draft.reason) = (.aborted, reason)
      return try save(draft)
    case .hold(let reason):
      (draft.status, draft.reason) = (.onHold, reason)
      return try save(draft) { context.log.error("\(reason)", metadata: job.labels) }
    case .move(let amount, let exact):
      draft.amount = amount
      if leg.direction == .fromSeller, let short = try shortfall(of: amount) {
        (draft.status, draft.reason) = (.onHold, short)
        return try save(draft)
      }
      logRounding(exact, amount)
      return handler.verdict(try make(leg, amount, draft), job)
    }
  }

  /// nil: saved, go on.
  /// - Parameter alert: Called if its status or reason changed.
  private func save(_ draft: TransferDraft, alert: () -> Void = {}) throws -> Verdict? {
    let (nowMs, id) = (context.nowMs, document.id)
    let isChanged = try context.store.write { transaction -> Bool? in
      // Another worker may have sent something since: its outcome decides.
      if try SettleDocumentHandler.isUnderWay(transaction, id) { return nil }
      return try transaction.saveTransfer(draft, nowMs: nowMs).changed
    }
    guard let isChanged else { return underWay }
    if isChanged { alert() }
    return nil
  }

  private var underWay: Verdict { context.retry(job, reason: "a movement is under way") }

  private func make(
    _ leg: LegPlan, _ amount: Money, _ draft: TransferDraft
  ) throws -> MovementExecutor.Outcome {
    let businessKey = SettleDocumentHandler.businessKey(leg.kind, document.id)
    let (id, kind, shopID) = (document.id, leg.kind, mapping.shopID)
    let account = mapping.accountID
    let movement: any Movement
    switch leg.direction {
    case .toSeller:
      movement = TransferMovement(
        stripe: context.stripe, businessKey: businessKey,
        request: request(leg, amount, destination: account, businessKey: businessKey))
    case .fromSeller:
      let platform = try context.stripe.account(nil).value.id
      movement = SellerDebitMovement(
        stripe: context.stripe, businessKey: businessKey,
        request: SellerDebitRequest(
          account: account,
          transfer: request(leg, amount, destination: platform, businessKey: businessKey)))
    }
    let intentKind = movement.kind
    return try handler.executor.start(
      movement, record: SettleDocumentHandler.legName(kind, id),
      prepare: { transaction, nowMs in
        let record = try transaction.transfer(kind, .seller, miraklID: String(id))
        if let record, record.status.isFinal { return false }
        guard
          try Self.isFree(transaction, intentKind, businessKey),
          try Self.isUnchanged(transaction, shopID, account)
        else { return false }
        var pending = draft
        (pending.status, pending.reason) = (.pending, "Transfer is being made")
        _ = try transaction.saveTransfer(pending, nowMs: nowMs)
        return true
      },
      recorder: handler.legRecorder(draft, id))
  }

  private func request(
    _ leg: LegPlan, _ amount: Money, destination: AccountID, businessKey: String
  ) -> TransferRequest {
    TransferRequest(
      amount: amount, destination: destination, sourceCharge: nil,
      transferGroup: "mirakl_invoice_\(document.id)",
      description: "Mirakl invoice \(document.id)", metadata: metadata(businessKey))
  }

  private func metadata(_ businessKey: String) -> [String: String] {
    [
      "miraklId": String(document.id), "miraklShopId": mapping.shopID.description,
      TransferMovement.metadataKey: businessKey,
      // Stored with the intent: a repeat after an upgrade must not differ (Q1).
      "pluginVersion": context.settings.pluginVersion,
    ]
  }

  // MARK: - Payout

  private func pay(_ amount: Money, rest: Money?, roundedFrom exact: MajorAmount?) throws -> Verdict
  {
    guard let facts = try payoutFacts(amount.currency) else { return .done }
    switch decidePayoutReadiness(facts) {
    case .ready: break
    case .staysFailed: return .done
    case .hold(let reason): return try save(.onHold, reason, amount: amount)
    }
    let balance = try balance()
    if let balance, let short = Decisions.shortfall(amount, balance) {
      return try save(.onHold, short, amount: amount)
    }
    logRounding(exact, amount)
    let note = note(amount, rest, balance)
    let outcome = try makePayout(amount, round: facts.failedRounds + 1, note: note)
    if case .succeeded = outcome, let note { context.log.notice("\(note)", metadata: job.labels) }
    return handler.verdict(outcome, job) ?? .done
  }

  /// nil: there is nothing left to pay.
  private func payoutFacts(_ currency: Currency) throws -> PayoutFacts? {
    let (id, shop) = (document.id, mapping.shopID)
    return try context.store.read { transaction in
      try Self.payoutFacts(transaction, id, shop, currency)
    }
  }

  private static func payoutFacts(
    _ transaction: Transaction, _ id: Int64, _ shop: ShopID, _ currency: Currency
  ) throws -> PayoutFacts? {
    let record = try transaction.payout(invoice: id)
    if record?.status == .created || record?.status == .aborted { return nil }
    var legs: [TransferRecord.Kind: TransferRecord.Status] = [:]
    for kind in settlementLegs {
      legs[kind] = try transaction.transfer(kind, .seller, miraklID: String(id))?.status
    }
    return PayoutFacts(
      legs: legs,
      openDebt: try transaction.openDebtReason(shop: shop, currency: currency, before: id),
      payoutEnabled: try transaction.mapping(shop: shop)?.payoutEnabled ?? false,
      waiting: record?.waiting,
      failedRounds: try transaction.payoutAttempts(invoice: id).count)
  }

  private func makePayout(
    _ amount: Money, round: Int, note: String?
  ) throws -> MovementExecutor.Outcome {
    let businessKey = PayoutMovement.businessKey(invoice: document.id, round: round)
    var metadata = metadata(businessKey)
    metadata["miraklId"] = nil
    metadata["invoiceId"] = String(document.id)
    let request = PayoutRequest(
      account: mapping.accountID, amount: amount, description: "Mirakl invoice \(document.id)",
      metadata: metadata)
    let movement = PayoutMovement(
      stripe: context.stripe, businessKey: businessKey, request: request)
    var draft = PayoutDraft(document, mapping)
    draft.amount = amount
    let pending = draft
    let (id, shop, account) = (document.id, mapping.shopID, mapping.accountID)
    return try handler.executor.start(
      movement, record: SettleDocumentHandler.payoutName(id),
      prepare: { transaction, nowMs in
        guard let facts = try Self.payoutFacts(transaction, id, shop, amount.currency),
          facts.failedRounds + 1 == round, decidePayoutReadiness(facts) == .ready,
          try Self.isFree(transaction, .payout, businessKey),
          try Self.isUnchanged(transaction, shop, account)
        else { return false }
        var pending = pending
        (pending.status, pending.reason) = (.pending, "Payout is being made")
        _ = try transaction.savePayout(pending, nowMs: nowMs)
        return true
      },
      recorder: handler.payoutRecorder(draft, request, round: round, note: note))
  }

  private func save(
    _ status: PayoutRecord.Status, _ reason: String, amount: Money?, owed: MajorAmount? = nil
  ) throws -> Verdict {
    let nowMs = context.nowMs
    var draft = PayoutDraft(document, mapping)
    (draft.status, draft.reason, draft.amount) = (status, reason, amount)
    let final = draft
    let isSaved = try context.store.write { transaction -> Bool in
      if try SettleDocumentHandler.isUnderWay(transaction, final.invoiceID) { return false }
      _ = try transaction.savePayout(final, nowMs: nowMs)
      try transaction.annotateDocument(final.invoiceID, owed: owed, note: nil)
      return true
    }
    return isSaved ? .done : underWay
  }

  // MARK: - Balance

  private func shortfall(of amount: Money) throws -> String? {
    try balance().flatMap { Decisions.shortfall(amount, $0) }
  }

  /// nil if Stripe refuses to tell: then it judges the movement itself.
  private func balance() throws -> BalanceSnapshot? {
    do { return try context.stripe.balance(of: mapping.accountID).value } catch {
      guard case .refused = error.kind else { throw error }
      context.log.warning("balance not readable: \(error)", metadata: job.labels)
      return nil
    }
  }

  private func note(_ amount: Money, _ rest: Money?, _ balance: BalanceSnapshot?) -> String? {
    var parts: [String] = []
    if let rest { parts.append("\(rest) cannot be paid out in whole units and stay") }
    if let balance, let left = residue(after: amount, balance) {
      parts.append("after the payout of \(amount) the account keeps \(left) available")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private func logRounding(_ exact: MajorAmount?, _ amount: Money) {
    guard let exact else { return }
    context.log.notice(
      "rounded half away from zero: \(exact) to \(amount)", metadata: job.labels)
  }

  // MARK: - Last checks (Q4, Q6)

  private static func isFree(
    _ transaction: Transaction, _ kind: Intent.Kind, _ businessKey: String
  ) throws -> Bool {
    let intent = try transaction.latestIntent(kind, businessKey: businessKey)
    return intent.map { $0.state == .planned || $0.state == .refused } ?? true
  }

  private static func isUnchanged(
    _ transaction: Transaction, _ shop: ShopID, _ account: AccountID
  ) throws -> Bool {
    guard let mapping = try transaction.mapping(shop: shop) else { return false }
    return !mapping.isIgnored && mapping.accountID == account
  }
}
