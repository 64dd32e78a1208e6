import Domain
import Store

/// Asks Stripe for an object that it certainly knew (Q8).
///
/// "No such charge" concerns that charge only if the key and its mode are right. So before anything
/// terminal follows from it, the charge that Stripe showed us last is asked for again: if that one
/// is gone too, the fault is ours.
struct StripeCanary {
  let context: EngineContext

  enum Answer: Hashable { case known, unknown, nothingToAskFor }

  /// - Throws: `CallFailure` if Stripe gave no usable answer.
  func ask() throws -> Answer {
    guard let canary = try context.store.read({ try $0.latestPayment() }) else {
      return .nothingToAskFor
    }
    do {
      _ = try context.stripe.charge(canary.chargeID)
      return .known
    } catch {
      if case .refused(let refusal) = error.kind, refusal.isMissing { return .unknown }
      throw error
    }
  }
}
