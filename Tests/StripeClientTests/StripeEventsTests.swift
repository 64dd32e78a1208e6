import Domain
import HTTPClient
import Testing

@testable import StripeClient

@Suite struct StripeEventsTests {
  private func event(_ id: String, extra: String = "") -> String {
    #"{"id":"\#(id)","object":"event","type":"charge.succeeded","created":1764000123,"# + extra
      + #""livemode":true,"data":{"object":{"id":"ch_1","amount":1.50, "x":"a,\"]}"}}}"#
  }

  private func list(_ events: [String], more: Bool = false) -> String {
    #"{"object":"list", "url":"/v1/events","has_more":\#(more),"data": [ "#
      + events.joined(separator: " ,\n") + " ] }"
  }

  @Test("what is asked: one pattern or several types, a window, full pages (W2)")
  func targets() throws {
    let transport = ScriptedTransport(
      .answer(200, list([])), .answer(200, list([event("evt_2"), event("evt_1")], more: true)),
      .answer(200, list([])))
    _ = try client(transport).events(EventQuery(types: .matching("charge.*"), fromS: 100))
    let page = try client(transport).events(
      EventQuery(types: .anyOf(["refund.created", "review.opened"]), fromS: 100, untilS: 200)
    ).value
    #expect(page.next == "evt_1")
    _ = try client(transport).events(
      EventQuery(types: .matching("charge.*"), fromS: 1, startingAfter: page.next))
    let base = "https://api.example.com/v1/events?"
    let urls = transport.requests.map { FormText.decoded($0.url) }
    #expect(
      urls == [
        base + "type=charge.*&created[gte]=100&limit=100",
        base + "types[]=refund.created&types[]=review.opened&created[gte]=100&created[lt]=200"
          + "&limit=100",
        base + "type=charge.*&created[gte]=1&limit=100&starting_after=evt_1",
      ])
  }

  @Test("an event is kept byte for byte, with what the journal needs (W2, P5)")
  func payload() throws {
    let text = event("evt_1", extra: #""account":"acct_1","#)
    let transport = ScriptedTransport(.answer(200, list([event("evt_2"), text])))
    let page = try client(transport).events(EventQuery(types: .matching("*"), fromS: 1)).value
    #expect(page.next == nil)
    let found = try #require(page.events.last)
    #expect(String(decoding: found.payload, as: UTF8.self) == text)
    #expect(found.source == .stripe)
    #expect(found.endpoint == "poll")
    #expect(found.externalID == "evt_1")
    #expect(found.objectID == "ch_1")
    #expect(found.account == "acct_1")
    #expect(found.livemode)
    #expect(found.createdMs == 1_764_000_123_000)
  }

  @Test("an element that is no event spoils no other (Q7)")
  func unreadable() throws {
    let transport = ScriptedTransport(
      .answer(200, list([event("evt_2"), "{}", "17", #"{"id":"evt_9","type":"x"}"#, "[[]]"])))
    let page = try client(transport).events(EventQuery(types: .matching("*"), fromS: 1)).value
    #expect(page.events.map(\.externalID) == ["evt_2"])
    #expect(page.unreadable == 4)
  }

  @Test("a page that leads back to itself is an error and no endless list")
  func loops() {
    let transport = ScriptedTransport(.answer(200, list([event("evt_1")], more: true)))
    #expect(throws: CallFailure.self) {
      try client(transport).events(
        EventQuery(types: .matching("*"), fromS: 1, startingAfter: "evt_1"))
    }
  }

  @Test(
    "the elements of a list, whatever stands around and inside them",
    arguments: [
      (
        #"{"data":[1, "a,]", {"b":[1,2,"}"]} , null,true,-1.5e3]}"#,
        ["1", "\"a,]\"", #"{"b":[1,2,"}"]}"#, "null", "true", "-1.5e3"]
      ),
      (#" { "x" : {"data":[9]} , "y":"\"data\":[8]", "data" : [ ] } "#, []),
      (#"{"x":["data",[7]],"data":[[1],{"a":"\\\""}],"z":1}"#, ["[1]", #"{"a":"\\\""}"#]),
    ])
  func elements(text: String, expected: [String]) {
    let found = JSONElements.of("data", in: Array(text.utf8))
    #expect(found?.map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test("no list under that name", arguments: ["[]", "{}", #"{"data":{}}"#, #"{"data":1}"#, "17"])
  func noList(text: String) {
    #expect(JSONElements.of("data", in: Array(text.utf8)) == nil)
  }
}

/// Percent-encoding undone, to compare what was meant.
enum FormText {
  static func decoded(_ text: String) -> String {
    var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
    while let byte = rest.popFirst() {
      if byte == 37, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
