import Decisions
public import Domain
import Logging
import Store

/// A mapped account with open requirements: a row of the mail.
public struct KYCEntry: Hashable, Sendable {
  public var mappingID: Int64
  public var accountID: AccountID
  public var shopID: ShopID
  public var status: KYCStatus

  public init(mappingID: Int64, accountID: AccountID, shopID: ShopID, status: KYCStatus) {
    self.mappingID = mappingID
    self.accountID = accountID
    self.shopID = shopID
    self.status = status
  }
}

/// What the `kyc` pass found.
public struct KYCReport: Hashable, Sendable {
  /// Accounts looked at.
  public var read = 0
  /// Those with open requirements, by ascending mapping.
  public var open: [KYCEntry] = []
  /// In order again, and no longer set aside.
  public var released = 0
  /// Mapped accounts that Stripe does not show.
  public var missing: [AccountID] = []
  public var calls = 0
}

/// The `kyc` pass: every mapped account is looked at; a shop whose account lacks something is set
/// aside under a flag of its own, apart from the operator's, and taken back once it is in order.
public struct KYCPass {
  static let batch = 100
  static let pagesMax = 10_000

  let context: EngineContext
  let circuits: Circuits

  public init(_ engine: Engine) {
    context = engine.context
    circuits = engine.circuits
  }

  /// - Throws: `PassFailure` if Stripe does not answer at all; `StoreError`.
  public func run() throws -> KYCReport {
    if try circuits.waitMs(.stripe) != nil {
      throw PassFailure(
        description: "Stripe refuses STRIPE_CLIENT_SECRET: paused until it is accepted")
    }
    var report = KYCReport()
    let seen = try readList(&report)
    try readRest(&report, except: seen)
    report.open.sort { $0.mappingID < $1.mappingID }
    for entry in report.open {
      context.log.warning(
        "account with open requirements",
        metadata: [
          "mapping": .stringConvertible(entry.mappingID), "account": .string("\(entry.accountID)"),
          "shop": .string("\(entry.shopID)"), "status": .string(entry.status.rawValue),
        ])
    }
    context.log.info(
      "kyc pass done",
      metadata: [
        "read": .stringConvertible(report.read), "open": .stringConvertible(report.open.count),
        "released": .stringConvertible(report.released),
        "missing": .stringConvertible(report.missing.count),
        "calls": .stringConvertible(report.calls),
      ])
    return report
  }

  private var reader: PageReader { PageReader(context: context, circuits: circuits) }

  /// A hundred accounts a call.
  private func readList(_ report: inout KYCReport) throws -> Set<AccountID> {
    var seen: Set<AccountID> = []
    var after: AccountID?
    for _ in 0..<Self.pagesMax {
      let last = after
      report.calls += 1
      let page = try reader.retrying { () throws(CallFailure) in
        try context.stripe.accounts(createdFromMs: nil, after: last).value
      }
      for account in page.accounts where seen.insert(account.id).inserted {
        try judge(account, &report)
      }
      guard page.hasMore, let end = page.accounts.last?.id, end != last else { break }
      after = end
    }
    return seen
  }

  /// Mapped accounts that the list does not hold, one by one.
  private func readRest(_ report: inout KYCReport, except seen: Set<AccountID>) throws {
    var offset = 0
    while true {
      let mappings = try context.store.read { [offset] in
        try $0.mappings(limit: Self.batch, offset: offset)
      }
      if mappings.isEmpty { return }
      offset += mappings.count
      for mapping in mappings where !seen.contains(mapping.accountID) {
        report.calls += 1
        do {
          let account = try reader.retrying { () throws(CallFailure) -> AccountSnapshot? in
            try present(mapping.accountID)
          }
          if let account {
            try judge(account, &report)
          } else {
            report.missing.append(mapping.accountID)
          }
        } catch let failure as PassFailure {
          // One account must not stop the others (Q7).
          if try circuits.waitMs(.stripe) != nil { throw failure }
          context.log.warning("account not readable: \(failure)")
          report.missing.append(mapping.accountID)
        }
      }
    }
  }

  /// nil: not Stripe's to show us any more.
  private func present(_ id: AccountID) throws(CallFailure) -> AccountSnapshot? {
    do { return try context.stripe.account(id).value } catch {
      if error.isAboutMissingAccount { return nil }
      throw error
    }
  }

  private func judge(_ account: AccountSnapshot, _ report: inout KYCReport) throws {
    let (nowMs, settings) = (context.nowMs, context.settings)
    let decision = decideKYC(account, isStrict: settings.onboarding.isStrict)
    let found = try context.store.write { transaction -> (AccountMapping, isReleased: Bool)? in
      guard let mapping = try transaction.mapping(account: account.id) else { return nil }
      let change = SellerMapping(settings: settings)
      let isTransition = decision.hasOpenRequirements != mapping.isIgnoredForKYC
      if decision.hasOpenRequirements {
        if isTransition {
          try change.setIgnoredForKYC(
            mapping, true, reason: "\(decision.rule.rawValue): \(decision.status.rawValue)",
            transaction, nowMs: nowMs)
        }
      } else if isTransition, decision.status == .approved {
        try change.setIgnoredForKYC(
          mapping, false, reason: decision.rule.rawValue, transaction, nowMs: nowMs)
      } else {
        // Never set aside, or not in order yet for a reason that nobody gives: as it is.
        return (mapping, false)
      }
      if settings.onboarding.kycPassWrites {
        try Self.write(
          mapping.shopID, decision, settings.onboarding.links.mode, isTransition, transaction,
          nowMs: nowMs)
      }
      return (mapping, isTransition && !decision.hasOpenRequirements)
    }
    guard let (mapping, isReleased) = found else { return }
    report.read += 1
    if isReleased { report.released += 1 }
    if decision.hasOpenRequirements {
      report.open.append(
        KYCEntry(
          mappingID: mapping.id, accountID: account.id, shopID: mapping.shopID,
          status: decision.status))
    }
  }

  /// The status if it changed (K2), and with a change of the flag the link. A stable link serves
  /// for both cases: it leads to whatever the account needs at the click (O2).
  private static func write(
    _ shop: ShopID, _ decision: KYCDecision, _ mode: OnboardingLinks.Mode, _ isTransition: Bool,
    _ transaction: Transaction, nowMs: Int64
  ) throws {
    try transaction.wantKYC(shop: shop, decision.status, nowMs: nowMs)
    guard isTransition else { return }
    let link: ShopLink
    switch mode {
    case .stable: link = .stable
    case .direct: link = decision.hasOpenRequirements ? .kycOnboarding : .login
    }
    try transaction.wantLink(shop: shop, link, nowMs: nowMs)
  }
}
