import Domain

extension EventDispatcher {
  /// Which work an event of a connected account asks for, as far as payouts go. They come on the
  /// Connect endpoint, and name the account they happened on.
  static func payoutJobs(for event: NewEvent, livemode: Bool?) -> [(Job.Kind, String)] {
    guard event.source == .stripe, let text = event.account, let account = try? AccountID(text)
    else { return [] }
    if let livemode, event.livemode != livemode { return [] }  // X2
    if event.type.hasPrefix("payout."), let id = event.objectID, (try? PayoutID(id)) != nil {
      return [(.readPayout, "\(account.rawValue)/\(id)")]
    }
    if event.type == "balance.available" {
      return [(.wakePayouts, WakePayoutsHandler.key(.funds, account))]
    }
    if event.type.hasPrefix("account.external_account.") {
      return [(.wakePayouts, WakePayoutsHandler.key(.externalAccount, account))]
    }
    if event.type == "account.updated" {
      return [(.wakePayouts, WakePayoutsHandler.key(.account, account))]
    }
    return []
  }
}
