import Domain
import TestSupport
import Testing

@testable import Engine

@Suite struct EventTableTests {
  /// One row per type of P6 that concerns a payment: the object that it carries.
  static let rows: [(type: String, object: String, job: String)] = [
    ("charge.succeeded", charge, "read_charge ch_1"),
    ("charge.updated", charge, "read_charge ch_1"),
    ("charge.captured", charge, "read_charge ch_1"),
    ("charge.failed", charge, "read_charge ch_1"),
    ("charge.expired", charge, "read_charge ch_1"),
    ("charge.refunded", charge, "read_charge ch_1"),
    ("charge.pending", charge, "read_charge ch_1"),
    ("charge.dispute.created", dispute, "read_charge ch_7"),
    ("charge.dispute.updated", dispute, "read_charge ch_7"),
    ("charge.dispute.closed", dispute, "read_charge ch_7"),
    ("charge.dispute.funds_withdrawn", dispute, "read_charge ch_7"),
    ("charge.dispute.funds_reinstated", dispute, "read_charge ch_7"),
    ("charge.refund.updated", refund, "read_charge ch_8"),
    ("refund.created", refund, "read_charge ch_8"),
    ("refund.updated", refund, "read_charge ch_8"),
    (
      "refund.failed", #"{"id":"re_1","charge":null,"payment_intent":"pi_8"}"#,
      "read_payment_intent pi_8"
    ),
    ("payment_intent.canceled", #"{"id":"pi_1"}"#, "read_payment_intent pi_1"),
    ("payment_intent.payment_failed", #"{"id":"pi_1"}"#, "read_payment_intent pi_1"),
    ("review.opened", #"{"id":"prv_1","charge":{"id":"ch_9"}}"#, "read_charge ch_9"),
    (
      "review.closed", #"{"id":"prv_1","charge":null,"payment_intent":"pi_9"}"#,
      "read_payment_intent pi_9"
    ),
    (
      "radar.early_fraud_warning.created", #"{"id":"issfr_1","charge":"py_2"}"#,
      "read_charge py_2"
    ),
  ]
  private static let charge = #"{"id":"ch_1"}"#
  private static let dispute = #"{"id":"dp_1","charge":"ch_7","payment_intent":"pi_7"}"#
  private static let refund = #"{"id":"re_1","charge":"ch_8"}"#

  private func jobs(_ type: String, _ object: String, account: String? = nil) -> [String] {
    let id = object.split(separator: "\"").dropFirst(3).first.map(String.init)
    let event = NewEvent(
      source: .stripe, endpoint: "operator", externalID: "evt_1", type: type, objectID: id,
      account: account, livemode: false, createdMs: 1,
      payload: Array("{\"id\":\"evt_1\",\"type\":\"\(type)\",\"data\":{\"object\":\(object)}}".utf8)
    )
    return EventDispatcher.jobs(for: event, livemode: false).map { "\($0.0.rawValue) \($0.1)" }
  }

  @Test("every type about a payment leads to reading its charge again (P6, P3)")
  func payments() {
    for row in Self.rows {
      #expect(jobs(row.type, row.object).contains(row.job), "\(row.type)")
    }
  }

  @Test("a transfer that was taken back is read again (P6, R4)")
  func transfers() {
    #expect(jobs("transfer.reversed", #"{"id":"tr_1"}"#) == ["read_transfer tr_1"])
    #expect(jobs("transfer.reversed", #"{"id":"tr_1"}"#, account: "acct_1").isEmpty)
  }

  @Test("none of them acts for a connected account (P5)")
  func accounts() {
    for row in Self.rows {
      #expect(
        jobs(row.type, row.object, account: "acct_1").allSatisfy { !$0.hasPrefix("read_charge") },
        "\(row.type)")
    }
  }

  @Test(
    "every other type is stored and asks for nothing (P6)",
    arguments: [
      "balance.available", "customer.created", "invoice.paid", "transfer.created", "topup.created",
      "person.updated", "something.new",
    ])
  func others(type: String) {
    #expect(jobs(type, #"{"id":"xx_1","charge":"ch_1"}"#).isEmpty)
  }

  @Test("an object that cannot be read, or names no payment, asks for nothing (Q7)")
  func unusable() {
    #expect(jobs("refund.updated", #"{"id":"re_1"}"#) == ["read_refund re_1"])
    #expect(jobs("refund.updated", #"{"id":"nothing"}"#).isEmpty)
    #expect(jobs("review.opened", #"{"id":"prv_1","charge":17}"#).isEmpty)
    #expect(jobs("charge.dispute.created", "[]").isEmpty)
    #expect(jobs("charge.dispute.created", #"{"id":"dp_1","charge":"not a charge"}"#).isEmpty)
  }

  @Test("the poll asks for every type of the table, and for no more than Stripe takes (W2)")
  func polled() {
    for row in Self.rows {
      let isAsked = EventsPass.lists.contains { list in
        switch list.types {
        case .matching(let pattern): row.type.hasPrefix(pattern.dropLast())
        case .anyOf(let types): types.contains(row.type)
        }
      }
      #expect(isAsked, "\(row.type)")
    }
    for list in EventsPass.lists {
      if case .anyOf(let types) = list.types { #expect(types.count <= 20) }
    }
  }
}
