import Domain

/// What a billing document means for its seller, now.
public enum DocumentDecision: Hashable, Sendable {
  /// Nothing to do and nothing to remember.
  case notOurs(NotOurs)
  /// Nothing of it moves until the world changes.
  case hold(String)
  /// The operator ignores the shop; looked at again when it no longer does.
  case ignore
  /// Nothing of it will ever move.
  case abort(String)
  case settle(SettlementPlan)
}

/// Why a document is none of our business (S4).
public enum NotOurs: Hashable, Sendable {
  /// `MANUAL_…`: rolled into the shop's next document.
  case manual
  case otherProvider(String)
  case paid
  /// Created before the start date (M2).
  case tooOld
}

/// A document as ordered legs (S1): credits in, debits out, then the payout.
public struct SettlementPlan: Hashable, Sendable {
  public var legs: [LegPlan]
  public var payout: PayoutPlan
}

/// One transfer of a document.
public struct LegPlan: Hashable, Sendable {
  public enum Direction: Hashable, Sendable { case toSeller, fromSeller }
  public enum Step: Hashable, Sendable {
    /// `roundedFrom`: the exact figure, when rounding changed it (A3).
    case move(Money, roundedFrom: MajorAmount?)
    /// Nothing to move, which is no error.
    case nothing(String)
    case hold(String)
  }

  public var kind: TransferRecord.Kind
  public var direction: Direction
  public var step: Step
}

/// The payout of a document.
public enum PayoutPlan: Hashable, Sendable {
  /// `rest`: what cannot be paid out in this currency's steps, and stays on the balance.
  case pay(Money, rest: Money?, roundedFrom: MajorAmount?)
  /// Nothing to pay. `owed`: what the seller owes instead, which Mirakl carries over (S3).
  case nothing(String, owed: MajorAmount?)
  case hold(String)
}

/// What the operator has configured about billing documents.
public struct SettlementPolicy: Hashable, Sendable {
  /// Documents created before are never settled (M2); nil for `all`.
  public var startMs: Int64?
  /// Largest movement per currency that needs no approval, in minor units (A7).
  public var amountMax: [Currency: Int64]

  public init(startMs: Int64?, amountMax: [Currency: Int64] = [:]) {
    self.startMs = startMs
    self.amountMax = amountMax
  }
}
