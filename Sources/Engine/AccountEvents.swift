import Domain

/// Which work an event of a connected account asks for.
enum AccountEvents {
  /// nil: the event is not about the account itself.
  ///
  /// The account that the event was sent for must be the one that it shows (P5). Without one, an
  /// event is only believed from the sellers' endpoint: no more than an id is taken from it.
  static func job(for event: NewEvent) -> (Job.Kind, String)? {
    if event.type == "account.updated" {
      guard let id = event.objectID, (try? AccountID(id)) != nil else { return nil }
      let isOwn = event.account == id || (event.account == nil && event.endpoint == "sellers")
      return isOwn ? (.readAccount, id) : nil
    }
    guard let account = event.account, (try? AccountID(account)) != nil else { return nil }
    if event.type == "account.application.deauthorized" { return (.deauthorizeAccount, account) }
    let isAboutAccount =
      event.type == "capability.updated" || event.type.hasPrefix("account.external_account.")
    return isAboutAccount ? (.readAccount, account) : nil
  }
}
