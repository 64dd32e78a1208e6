import Domain
import Logging
import Store

/// Writes the links and KYC states that wait to Mirakl, a hundred shops a call (S07).
///
/// S07's 200 may refuse single shops (K2): those stay and are tried again. S07 says what fields
/// shall be and so may be repeated; all the same, what an earlier try may have written is read back
/// first (B2), so that only changes are written.
struct WriteShopsHandler {
  static let batchMax = 100

  let context: EngineContext
  let circuits: Circuits

  init(_ context: EngineContext, _ circuits: Circuits) {
    self.context = context
    self.circuits = circuits
  }

  func handle(_ job: Job) throws -> Verdict {
    if let waitMs = try circuits.waitMs(.stripe) {
      return .retry(afterMs: waitMs, reason: "stripe is paused")
    }
    if let waitMs = try circuits.waitMs(.mirakl, for: "PUT /api/shops") {
      return .retry(afterMs: waitMs, reason: "mirakl is paused")
    }
    var after: ShopID?
    var failures = 0
    do {
      while true {
        let last = after
        let batch = try context.store.read {
          try $0.openShopWrites(after: last, limit: Self.batchMax)
        }
        guard let end = batch.last else { break }
        after = end.shopID
        let open = try withoutWritten(batch, isRepeat: job.attempts > 1)
        let (updates, unmade) = try prepare(open)
        failures += try unmade + send(updates)
      }
    } catch let failure as CallFailure {
      return try circuits.verdict(failure, job)
    }
    if failures == 0 { return .done }
    return context.retry(job, reason: "\(failures) shops could not be written")
  }

  private typealias Update = (write: ShopWrite, change: ShopUpdate)

  /// Reads back what an earlier try may have written.
  private func withoutWritten(_ batch: [ShopWrite], isRepeat: Bool) throws -> [ShopWrite] {
    let doubtful = batch.filter { isRepeat || $0.attempts > 0 }
    if doubtful.isEmpty { return batch }
    let page = try context.mirakl.shops(doubtful.map(\.shopID)).value
    var shops: [ShopID: ShopSnapshot] = [:]
    for case .readable(let shop) in page.elements { shops[shop.id] = shop }
    return try batch.filter { write in
      guard let shop = shops[write.shopID], doubtful.contains(write),
        try isWritten(write, shop)
      else { return true }
      try finish(write, nil)
      return false
    }
  }

  private func isWritten(_ write: ShopWrite, _ shop: ShopSnapshot) throws -> Bool {
    if let status = write.kycWanted, shop.kycStatus != status.rawValue { return false }
    guard let link = write.linkWanted else { return true }
    // Raw links are made anew each time: what the field holds is never the next one.
    guard link == .stable else { return false }
    let links = context.settings.onboarding.links
    let token = try context.store.read { try $0.mapping(shop: write.shopID)?.onboardingToken }
    return token.map { shop.additionalFields[links.field] == links.refreshURL(token: $0) } ?? false
  }

  /// - Returns: also how many could not be prepared, because their link could not be made.
  private func prepare(_ writes: [ShopWrite]) throws -> ([Update], unmade: Int) {
    var updates: [Update] = []
    var unmade = 0
    for write in writes {
      var change = ShopUpdate(shopID: write.shopID, kyc: write.kycWanted)
      do {
        if let wanted = write.linkWanted,
          let link = try SellerLinkMaker(context: context).make(wanted, shop: write.shopID)
        {
          change.fields[context.settings.onboarding.links.field] = link.url
        }
      } catch let failure as CallFailure {
        switch failure.kind {
        case .refused, .unauthorized:
          // A restricted key may lack links alone: nothing else must pause for that.
          try fail(write, "\(failure)")
          unmade += 1
          continue
        case .notSent, .unknown, .throttled, .unreadable: throw failure
        }
      }
      if change.kyc == nil, change.fields.isEmpty {
        try finish(write, nil)  // the mapping is gone, and its link with it
      } else {
        updates.append((write, change))
      }
    }
    return (updates, unmade)
  }

  /// - Returns: how many shops were refused.
  private func send(_ updates: [Update]) throws -> Int {
    if updates.isEmpty { return 0 }
    let answer: Answer<ShopUpdateResult>
    do { answer = try context.mirakl.updateShops(updates.map(\.change)) } catch {
      guard case .refused = error.kind else {
        // Unless it certainly had no effect, the next try reads back what became of it.
        for update in updates { try fail(update.write, "\(error)") }
        throw error
      }
      // One shop may be at fault: the others must not wait for it (Q7).
      if updates.count > 1 {
        let half = updates.count / 2
        return try send(Array(updates[..<half])) + send(Array(updates[half...]))
      }
      try fail(updates[0].write, "\(error)")
      return 1
    }
    var refused = 0
    for update in updates {
      if let reason = answer.value.refused[update.write.shopID] {
        try fail(update.write, reason, answer.trace)
        refused += 1
      } else {
        try finish(update.write, answer.trace)
      }
    }
    return refused
  }

  private func finish(_ write: ShopWrite, _ trace: CallTrace?) throws {
    let nowMs = context.nowMs
    try context.store.write { transaction in
      try transaction.finishShopWrite(write, nowMs: nowMs)
      if write.linkWanted != nil {
        try transaction.setOnboarding(shop: write.shopID, reason: nil, nowMs: nowMs)
      }
      if let trace {
        try transaction.recordCall(
          neighbour: Neighbour.mirakl.rawValue, trace: trace, outcome: "succeeded",
          record: "shop/\(write.shopID)", intentID: nil, nowMs: nowMs)
      }
    }
  }

  private func fail(_ write: ShopWrite, _ reason: String, _ trace: CallTrace? = nil) throws {
    let nowMs = context.nowMs
    let isNews = try context.store.write { transaction in
      if let trace {
        try transaction.recordCall(
          neighbour: Neighbour.mirakl.rawValue, trace: trace, outcome: reason,
          record: "shop/\(write.shopID)", intentID: nil, nowMs: nowMs)
      }
      if write.linkWanted != nil {
        try transaction.setOnboarding(
          shop: write.shopID, reason: "its link could not be written: \(reason)", nowMs: nowMs)
      }
      return try transaction.failShopWrite(shop: write.shopID, reason: reason, nowMs: nowMs)
    }
    if isNews {
      context.log.warning(
        "shop not written to Mirakl",
        metadata: ["shop": .string("\(write.shopID)"), "reason": .string(reason)])
    }
  }
}
