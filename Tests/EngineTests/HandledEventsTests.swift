import Domain
import Testing

@testable import Engine

@Suite struct HandledEventsTests {
  private func event(_ type: String, account: String?) -> NewEvent {
    let id: String
    switch type.split(separator: ".").first {
    case "account" where type == "account.updated": id = "acct_1"
    case "payment_intent": id = "pi_1"
    case "payout": id = "po_1"
    case "refund": id = "re_1"
    case "transfer": id = "tr_1"
    default: id = type.hasPrefix("charge.refund.") ? "re_1" : "ch_1"
    }
    let payload = #"{"data":{"object":{"id":"\#(id)","charge":"ch_1"}}}"#
    return NewEvent(
      source: .stripe, endpoint: account == nil ? "operator" : "sellers", externalID: "evt_1",
      type: type, objectID: id, account: account, livemode: false, createdMs: 1,
      payload: Array(payload.utf8))
  }

  private func jobs(_ event: NewEvent) -> Int {
    EventDispatcher.jobs(for: event, livemode: false).count
      + EventDispatcher.payoutJobs(for: event, livemode: false).count
  }

  @Test("every type that the endpoints are registered for leads to work (P6)")
  func leadToWork() {
    for type in HandledEvents.platform {
      #expect(jobs(event(type, account: nil)) > 0, "\(type)")
    }
    for type in HandledEvents.connected {
      #expect(jobs(event(type, account: "acct_1")) > 0, "\(type)")
    }
  }

  @Test("the lists are sorted, without repeats, and hold every type that P6 names (P6)")
  func complete() {
    for list in [HandledEvents.platform, HandledEvents.connected] {
      #expect(list == Array(Set(list)).sorted())
    }
    let named = [
      "charge.succeeded", "charge.updated", "charge.captured", "charge.failed", "charge.expired",
      "charge.refunded", "charge.pending", "charge.dispute.created", "charge.dispute.closed",
      "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated", "refund.updated",
      "refund.failed", "payment_intent.canceled", "payment_intent.payment_failed",
      "account.updated", "capability.updated", "account.application.deauthorized",
      "account.external_account.created", "account.external_account.updated",
      "account.external_account.deleted", "payout.paid", "payout.failed", "payout.canceled",
      "payout.updated", "transfer.reversed", "review.opened", "review.closed",
      "radar.early_fraud_warning.created",
    ]
    #expect(Set(named).subtracting(HandledEvents.platform + HandledEvents.connected).isEmpty)
  }
}
