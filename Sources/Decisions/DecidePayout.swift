import Domain

/// The most payouts of one document: the first, and five after the bank sent it back (S5).
public let payoutRoundsMax = 6

/// Everything that may keep a payout from leaving, short of the balance.
public struct PayoutFacts: Hashable, Sendable {
  /// The document's transfers, in order; nil for one that was not looked at yet.
  public var legs: [TransferRecord.Kind: TransferRecord.Status]
  /// Why money that the seller owes from elsewhere must come first (R5).
  public var openDebt: String?
  /// Stripe pays this account out.
  public var payoutEnabled: Bool
  /// Whom a failed payout waits for.
  public var waiting: PayoutRecord.Waiting?
  /// Payouts that the bank sent back.
  public var failedRounds: Int

  public init(
    legs: [TransferRecord.Kind: TransferRecord.Status], openDebt: String?, payoutEnabled: Bool,
    waiting: PayoutRecord.Waiting?, failedRounds: Int
  ) {
    self.legs = legs
    self.openDebt = openDebt
    self.payoutEnabled = payoutEnabled
    self.waiting = waiting
    self.failedRounds = failedRounds
  }
}

/// Whether the payout may leave once the balance allows it.
public enum PayoutReadiness: Hashable, Sendable {
  case ready
  /// The bank sent it back, and somebody must act: its record stays `failed` as it is.
  case staysFailed
  case hold(String)
}

/// The transfers of a document, in the order in which they are made (S1).
public let settlementLegs: [TransferRecord.Kind] = [.extraCredits, .subscription, .extraInvoices]

public func decidePayoutReadiness(_ facts: PayoutFacts) -> PayoutReadiness {
  if facts.waiting != nil || facts.failedRounds >= payoutRoundsMax { return .staysFailed }
  for kind in settlementLegs {
    guard let status = facts.legs[kind], status.isFinal else {
      return .hold("Waits for \(kind.rawValue) of the same document to be made or aborted")
    }
  }
  if let debt = facts.openDebt { return .hold(debt) }
  if !facts.payoutEnabled { return .hold("Stripe does not pay out this account at present") }
  return .ready
}

/// S2: only what is available in that currency can leave. nil: enough.
public func shortfall(_ amount: Money, _ balance: BalanceSnapshot) -> String? {
  let currency = amount.currency
  let available = balance.available(currency)
  guard available < amount.minorUnits else { return nil }
  let pending = Money(minorUnits: balance.pending(currency), currency: currency)
  return "Waits for funds: the account has \(Money(minorUnits: available, currency: currency)) "
    + "available and \(pending) pending, \(amount) are needed"
}

/// T3: what the account still holds after the document's payout, for people; nil for nothing.
///
/// Fees that Mirakl keeps, taxes that went elsewhere and orders of later cycles all show here.
public func residue(after amount: Money, _ balance: BalanceSnapshot) -> Money? {
  let (left, overflow) = balance.available(amount.currency)
    .subtractingReportingOverflow(amount.minorUnits)
  guard !overflow, left != 0 else { return nil }
  return Money(minorUnits: left, currency: amount.currency)
}

/// What a payout that came back waits for.
/// - Source: https://docs.stripe.com/api/payouts/failures; the set is open.
public func decidePayoutReturn(
  _ status: PayoutSnapshot.Status, failureCode: String?, failedRounds: Int
) -> PayoutRecord.Waiting {
  if status == .canceled || failedRounds >= payoutRoundsMax { return .operator }
  return bankAccountFailures.contains(failureCode ?? "") ? .externalAccount : .nextPass
}

/// `FAILURE_CODE: FAILURE_MESSAGE` (interface.md §3).
public func payoutFailureReason(_ payout: PayoutSnapshot) -> String {
  let isCanceled = payout.status == .canceled
  let code = payout.failureCode ?? (isCanceled ? "canceled" : "unknown_code")
  let fallback = isCanceled ? "The payout was canceled" : "Unknown failure reason"
  return "\(code): \(payout.failureMessage ?? fallback)"
}

/// The bank account itself: another try would fail in the same way.
private let bankAccountFailures: Set<String> = [
  "account_closed", "account_frozen", "bank_account_restricted", "bank_account_unusable",
  "bank_ownership_changed", "debit_not_authorized", "incorrect_account_holder_address",
  "incorrect_account_holder_name", "incorrect_account_holder_tax_id", "incorrect_account_type",
  "invalid_account_number", "invalid_account_number_length", "invalid_currency", "no_account",
  "unsupported_card",
]
