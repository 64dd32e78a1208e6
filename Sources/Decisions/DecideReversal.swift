import Domain

/// What a refund takes back from whom, in exact major units; nil while Mirakl did not say enough.
public struct ReversalShares: Hashable, Sendable {
  public var seller: MajorAmount?
  public var tax: MajorAmount?

  public init(seller: MajorAmount?, tax: MajorAmount?) {
    self.seller = seller
    self.tax = tax
  }
}

/// The mirror of `splitAmounts` (T2): what was withheld from the seller's share then is withheld
/// from its reversal now, so that after a full refund every account is back to 0.
/// - Parameter splitsTaxes: Whether the order was paid with a transfer of its own for the taxes.
public func reversalShares(_ ask: RefundAsk, splitsTaxes: Bool) -> ReversalShares {
  let base = ask.amount - ask.notPayableToShop
  guard splitsTaxes else {
    return ReversalShares(
      seller: ask.commission.map { base - ask.taxesNotPayableToShop - $0 }, tax: nil)
  }
  guard let taxes = ask.taxes else { return ReversalShares(seller: nil, tax: nil) }
  return ReversalShares(seller: ask.commission.map { base - taxes - $0 }, tax: taxes)
}

/// Everything the decision about one reversal is made of.
public struct ReversalFacts: Hashable, Sendable {
  public var refund: RefundRecord
  public var part: TransferRecord.Part
  /// The order's transfer that is to be reversed.
  public var transfer: TransferRecord?
  public var splitsTaxes: Bool
  /// The operator ignores the shop (M5).
  public var isIgnored: Bool
  /// Exact shares of this part in reversals of the same order that were made or are being made.
  public var earlierShares: MajorAmount
  /// Their amounts, in minor units.
  public var earlierMinorUnits: Int64
  /// Orders made before are not paid by us (M2).
  public var startMs: Int64?

  public init(
    refund: RefundRecord, part: TransferRecord.Part, transfer: TransferRecord?,
    splitsTaxes: Bool, isIgnored: Bool, earlierShares: MajorAmount, earlierMinorUnits: Int64,
    startMs: Int64?
  ) {
    self.refund = refund
    self.part = part
    self.transfer = transfer
    self.splitsTaxes = splitsTaxes
    self.isIgnored = isIgnored
    self.earlierShares = earlierShares
    self.earlierMinorUnits = earlierMinorUnits
    self.startMs = startMs
  }
}

public enum ReversalDecision: Hashable, Sendable {
  /// Take back this much of the transfer, or what is left of it.
  case reverse(TransferID, Money)
  case hold(String)
  /// Nothing to reverse, now and ever (R4, R6).
  case close(String)
  case ignore(String)
}

/// Decides about the reversal that follows a refund. Reads no clock, no database, no network.
public func decideReversal(_ facts: ReversalFacts) -> ReversalDecision {
  let refund = facts.refund
  if refund.status == .aborted {
    return .close("The refund was aborted: " + (refund.reason ?? "no reason"))
  }
  if refund.stripeRefund != nil, refundProgress(refund.stripeStatus) == .failed {
    return .hold("The refund failed at Stripe: nothing is taken from the seller for it")
  }
  guard refund.confirmedMs != nil else { return .hold("Waits until the refund is confirmed") }
  guard let transfer = facts.transfer else { return withoutTransfer(facts) }
  switch transfer.status {
  case .aborted: return .close("The order's transfer was aborted: nothing to reverse")
  case .onHold, .pending, .failed, .ignored:
    return .hold("Waits for the order's transfer, which is \(transfer.status.rawValue)")
  case .created: break
  }
  if facts.isIgnored {
    return .ignore("The operator ignores shop " + (transfer.shopID?.description ?? "?"))
  }
  guard let id = transfer.transferID.flatMap({ try? TransferID($0) }),
    let paid = transfer.amount
  else { return .hold("The order's transfer has no usable id") }
  let shares = reversalShares(refund.ask, splitsTaxes: facts.splitsTaxes)
  guard let share = facts.part == .seller ? shares.seller : shares.tax else {
    return .hold("Mirakl does not say yet which commission and taxes are refunded")
  }
  guard paid.currency == refund.ask.currency else {
    return .hold("The refund is in \(refund.ask.currency), the transfer in \(paid.currency)")
  }
  guard share > .zero else {
    return .close("Nothing to reverse: refund less commission is \(share) \(paid.currency)")
  }
  // Rounded as a sum, so that many partial refunds end at the transfer's amount to the last cent.
  guard let sum = try? Money(rounding: facts.earlierShares + share, paid.currency) else {
    return .hold("The amount \(share) \(paid.currency) is too large")
  }
  let amount = sum.minorUnits - facts.earlierMinorUnits
  guard amount > 0 else {
    return .close("Nothing to reverse: earlier reversals of the order cover \(share)")
  }
  return .reverse(id, Money(minorUnits: amount, currency: paid.currency))
}

private func withoutTransfer(_ facts: ReversalFacts) -> ReversalDecision {
  if let startMs = facts.startMs, let madeMs = facts.refund.ask.orderCreatedMs, madeMs < startMs {
    return .close("The order is older than START_DATE: this product made no transfer for it")
  }
  return .hold("Waits for the order's transfer")
}

/// Never more than what is left of the transfer (R4).
/// - Returns: nil if nothing is left.
public func reversalWithin(_ amount: Money, _ transfer: TransferSnapshot) -> Money? {
  let left = transfer.amount.minorUnits - transfer.amountReversed
  guard left > 0 else { return nil }
  return Money(minorUnits: min(left, amount.minorUnits), currency: amount.currency)
}
