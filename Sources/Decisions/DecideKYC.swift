import Domain

/// What the state of a connected account means for the identification of its seller.
public struct KYCDecision: Hashable, Sendable {
  /// Which row of the table decided (interface.md §3).
  public enum Rule: String, CaseIterable, Sendable {
    case rejected, pastDue, currentlyDue, dueButWorking, pending, working, unexplained
  }

  public var rule: Rule

  public var status: KYCStatus {
    switch rule {
    case .rejected: .refused
    case .pastDue, .currentlyDue: .pendingSubmission
    case .pending, .unexplained: .pendingApproval
    case .dueButWorking, .working: .approved
    }
  }

  /// The seller, or Stripe, has something left to do: the `kyc` pass sets such a shop aside.
  public var hasOpenRequirements: Bool {
    switch rule {
    case .rejected, .pastDue, .currentlyDue, .pending: true
    case .dueButWorking, .working, .unexplained: false
    }
  }

  /// Worth telling the operator.
  public var warning: String? {
    switch rule {
    case .rejected, .pastDue, .currentlyDue, .pending, .working: nil
    case .dueButWorking: "works, but Stripe asks for something; it will stop if nothing is done"
    case .unexplained: "neither enabled nor missing anything: look at it in Stripe's dashboard"
    }
  }

  public init(_ rule: Rule) { self.rule = rule }
}

/// The first row that applies (K1). Nothing is lost when none explains the account: it is pending,
/// with a warning.
///
/// `charges_enabled` is not needed: an account that only receives transfers may never have it.
/// - Parameter isStrict: `KYC_STRICT`: a working account with something due is not approved.
/// - Source: https://docs.stripe.com/connect/handling-api-verification
public func decideKYC(_ account: AccountSnapshot, isStrict: Bool) -> KYCDecision {
  let requirements = account.requirements
  if account.disabledReason?.hasPrefix("rejected") == true { return KYCDecision(.rejected) }
  if !requirements.pastDue.isEmpty { return KYCDecision(.pastDue) }
  let transfersActive = account.transfersCapability == "active"
  if !requirements.currentlyDue.isEmpty {
    let isWorking = transfersActive && account.payoutsEnabled
    return KYCDecision(isWorking && !isStrict ? .dueButWorking : .currentlyDue)
  }
  if !requirements.pendingVerification.isEmpty || account.disabledReason != nil {
    return KYCDecision(.pending)
  }
  if account.payoutsEnabled, transfersActive || account.chargesEnabled {
    return KYCDecision(.working)
  }
  return KYCDecision(.unexplained)
}
