import Decisions
import Domain
import Engine

/// What the operator of a seed has configured, and whom the marketplace has as sellers.
struct Operation: Sendable {
  static let shops: Int64 = 6
  /// Closed: it gets no account, and nothing may ever move for it (O4).
  static let closedShop: Int64 = 5
  /// Its seller never completes the onboarding: Stripe moves nothing to it.
  static let idleShop: Int64 = 6

  var splitsTaxes: Bool
  var validation: ValidationPolicy
  var confirmation: PayoutConfirmationMode
  /// START_DATE is set, and some of what Mirakl shows is older.
  var hasStart: Bool

  var validates: Bool { validation.isOn }
  var captures: Bool { validation.captures }

  static func random(_ dice: inout SeededGenerator) -> Operation {
    let mode = dice.pick(ValidationPolicy.Mode.allCases + [.validateAndCapture])
    return Operation(
      splitsTaxes: Bool.random(using: &dice),
      validation: ValidationPolicy(
        mode: mode, confirmsAfterCapture: mode == .validateAndCapture && dice.oneIn(3),
        livemode: false),
      confirmation: dice.pick([.off, .invoice, .billingCycle]),
      hasStart: Bool.random(using: &dice))
  }

  func apply(to settings: inout EngineSettings, startMs: Int64, taxAccount: AccountID?) {
    settings.leaseMs = 20_000
    settings.split.startMs = hasStart ? startMs : nil
    settings.split.taxAccount = splitsTaxes ? taxAccount : nil
    settings.validation = validation
    settings.paysServiceOrders = true
    settings.refundsProductOrders = true
    settings.refundsServiceOrders = true
    settings.payoutConfirmation = confirmation
    settings.onboarding.links = OnboardingLinks(
      publicURL: "https://pay.test", returnURL: "https://mirakl.test/home")
  }
}
