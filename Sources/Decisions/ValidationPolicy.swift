import Domain

/// What the operator has configured about confirming and capturing payments.
public struct ValidationPolicy: Hashable, Sendable {
  /// `PAYMENT_VALIDATION` (C10).
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    case off
    /// Mirakl is told; money is captured by somebody else.
    case validate
    case validateAndCapture = "validate_and_capture"
  }

  /// `PAYMENT_AMOUNT_CHECK`: what happens when a payment is smaller than its basket (C1).
  public enum AmountCheck: String, Hashable, Sendable, CaseIterable {
    /// The debit waits.
    case strict
    /// It is confirmed, and the operator is told.
    case warn
    case off
  }

  public var mode: Mode
  /// `PA01_AFTER_CAPTURE`: first the money, then the word (C2).
  public var confirmsAfterCapture: Bool
  public var amountCheck: AmountCheck
  /// How long after the last failed attempt Mirakl is told REFUSED (C3); nil for never.
  public var refuseAfterMs: Int64?
  /// How long before an authorisation ends the operator is warned (C5).
  public var deadlineWarningMs: Int64
  /// The mode of the configured key; nil if it cannot be told (X2).
  public var livemode: Bool?

  public init(
    mode: Mode = .off, confirmsAfterCapture: Bool = false, amountCheck: AmountCheck = .strict,
    refuseAfterMs: Int64? = 3_600_000, deadlineWarningMs: Int64 = 86_400_000,
    livemode: Bool? = nil
  ) {
    self.mode = mode
    self.confirmsAfterCapture = confirmsAfterCapture
    self.amountCheck = amountCheck
    self.refuseAfterMs = refuseAfterMs
    self.deadlineWarningMs = deadlineWarningMs
    self.livemode = livemode
  }

  public var isOn: Bool { mode != .off }
  public var captures: Bool { mode == .validateAndCapture }
}
