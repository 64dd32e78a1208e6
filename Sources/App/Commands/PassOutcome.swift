import Domain
import Engine

/// What `run` says about a pass.
protocol PassOutcome {
  func sentence(_ name: RunJob.Name) -> String
  func json(_ name: RunJob.Name) -> String
}

extension PassReport: PassOutcome {
  func sentence(_ name: RunJob.Name) -> String {
    "\(name.rawValue): \(read) \(name.noun) read in \(calls) calls, \(queued) looked at, "
      + "\(unreadable) unreadable, \(tooOld) older than the start date, "
      + "\(missing) no longer at Mirakl"
  }

  func json(_ name: RunJob.Name) -> String {
    """
    {"job":"\(name.rawValue)","read":\(read),"queued":\(queued),"unreadable":\(unreadable),\
    "tooOld":\(tooOld),"missing":\(missing),"calls":\(calls)}
    """
  }
}

extension KYCReport: PassOutcome {
  func sentence(_ name: RunJob.Name) -> String {
    let summary =
      "\(name.rawValue): \(read) accounts read in \(calls) calls, \(open.count) with open "
      + "requirements, \(released) in order again, \(missing.count) not at Stripe"
    let rows = open.map { entry in
      "  mapping \(entry.mappingID), account \(entry.accountID), shop \(entry.shopID): "
        + entry.status.rawValue
    }
    return ([summary] + rows).joined(separator: "\n")
  }

  func json(_ name: RunJob.Name) -> String {
    let rows = open.map { entry in
      """
      {"mapping":\(entry.mappingID),"account":"\(entry.accountID)",\
      "shop":\(entry.shopID),"status":"\(entry.status.rawValue)"}
      """
    }
    return """
      {"job":"\(name.rawValue)","read":\(read),"calls":\(calls),"released":\(released),\
      "missing":\(missing.count),"open":[\(rows.joined(separator: ","))]}
      """
  }
}

extension EventsReport: PassOutcome {
  func sentence(_ name: RunJob.Name) -> String {
    "\(name.rawValue): \(read) events read in \(calls) calls, \(new) that no webhook had "
      + "brought, \(unreadable) unreadable"
  }

  func json(_ name: RunJob.Name) -> String {
    """
    {"job":"\(name.rawValue)","read":\(read),"new":\(new),"unreadable":\(unreadable),\
    "calls":\(calls)}
    """
  }
}

extension RunJob.Name {
  /// What a pass of it reads.
  var noun: String {
    switch self {
    case .onboarding: "shops"
    case .kyc: "accounts"
    case .validation: "debits"
    case .split: "orders"
    case .refund: "refunds"
    case .settlement: "documents"
    case .events: "events"
    }
  }
}
