/// The present moment. A protocol because tests and the simulation bring their own.
public protocol WallClock: Sendable {
  /// Milliseconds since 1970-01-01 UTC.
  var nowMs: Int64 { get }
}

/// Randomness for jitter and tokens. A protocol because the simulation seeds it.
public protocol Randomness: Sendable {
  /// Uniform in 0..<1.
  func unit() -> Double
  /// Bytes that nobody can guess.
  func bytes(_ count: Int) -> [UInt8]
}

/// A pause inside a pass, between two tries of one call.
public protocol Pausing: Sendable {
  /// Returns after the time has passed, or early if the program is stopping.
  func pause(forMs: Int64)
}

/// What we ask of Stripe, in one word. Every method is one request (a list reads all its pages),
/// blocks until it is answered or its deadline has passed, and never retries by itself.
public typealias StripePort =
  StripePaymentsPort & StripeTransfersPort & StripeAccountsPort & StripeCapturesPort
  & StripeRefundsPort & StripePayoutsPort & StripeEventsPort

/// What we ask of Mirakl; the same promises as `StripePort`.
public typealias MiraklPort =
  MiraklOrdersPort & MiraklShopsPort & MiraklDebitsPort & MiraklServicesPort & MiraklRefundsPort
  & MiraklInvoicesPort
