import Domain
import Foundation
import Testing
import Threading

@testable import WebhookAPI

private let nowMs: Int64 = 1_764_000_123_456

private func decode(_ text: String) -> NewEvent? { decode(Array(text.utf8)) }
private func decode(_ bytes: [UInt8]) -> NewEvent? {
  StripeEventDecoder.decode(bytes, endpoint: "operator", nowMs: nowMs)
}

struct EventCase: CustomTestStringConvertible, Sendable {
  let name: String, body: String
  var testDescription: String { name }
  init(_ name: String, _ body: String) { (self.name, self.body) = (name, body) }
}

@Suite struct StripeEventDecoderTests {
  @Test("the event that Stripe publishes is read field by field")
  func publishedEvent() throws {
    let url = try #require(
      Bundle.module.url(forResource: "resources", withExtension: "json", subdirectory: "Samples"))
    let resources = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    let body = [UInt8](
      try JSONSerialization.data(withJSONObject: try #require(resources["event"])))
    let event = try #require(decode(body))
    #expect(
      event
        == NewEvent(
          source: .stripe, endpoint: "operator", externalID: "evt_1Pgc76B7WZ01zgkWwyRHS12y",
          type: "plan.created", objectID: "price_1PgafmB7WZ01zgkW6dKueIc5", account: nil,
          livemode: false, createdMs: 1_234_567_890_000, payload: body))
  }

  @Test("an event of a connected account in live mode")
  func connectedAccount() throws {
    let event = try #require(
      decode(
        #"{"id":"evt_1","type":"payout.paid","account":"acct_1","livemode":true,"created":1764000000,"data":{"object":{"id":"po_1","object":"payout"}}}"#
      ))
    #expect(event.account == "acct_1")
    #expect(event.livemode)
    #expect(event.objectID == "po_1")
    #expect(event.createdMs == 1_764_000_000_000)
  }

  @Test(
    "what is not a JSON object with an id and a type is refused",
    arguments: [
      EventCase("empty", ""), EventCase("blanks", " \n"), EventCase("null", "null"),
      EventCase("a number", "1"), EventCase("a text", #""evt_1""#),
      EventCase("a list", #"[{"id":"evt_1","type":"a"}]"#), EventCase("an empty object", "{}"),
      EventCase("no id", #"{"type":"charge.succeeded"}"#),
      EventCase("no type", #"{"id":"evt_1"}"#),
      EventCase("null id", #"{"id":null,"type":"a"}"#),
      EventCase("null type", #"{"id":"evt_1","type":null}"#),
      EventCase("a number as id", #"{"id":1,"type":"a"}"#),
      EventCase("a number as type", #"{"id":"evt_1","type":1}"#),
      EventCase("a boolean as id", #"{"id":true,"type":"a"}"#),
      EventCase("an object as id", #"{"id":{"id":"evt_1"},"type":"a"}"#),
      EventCase("a list as type", #"{"id":"evt_1","type":["a"]}"#),
      EventCase("an empty id", #"{"id":"","type":"a"}"#),
      EventCase("an empty type", #"{"id":"evt_1","type":""}"#),
      EventCase("a NUL in the id", #"{"id":"evt_\u0000","type":"a"}"#),
      EventCase("a line feed in the type", #"{"id":"evt_1","type":"a\nb"}"#),
      EventCase("names in upper case", #"{"ID":"evt_1","TYPE":"a"}"#),
      EventCase("id and type one level down", #"{"event":{"id":"evt_1","type":"a"}}"#),
      EventCase("a thin event", #"{"id":"evt_1","object":"v2.core.event","type":"v2.core.a"}"#),
      EventCase("another object", #"{"id":"ch_1","object":"charge","type":"card"}"#),
      EventCase("cut off", #"{"id":"evt_1","type":"a""#),
      EventCase("something behind", #"{"id":"evt_1","type":"a"} x"#),
      EventCase("two objects", #"{"id":"evt_1","type":"a"}{"id":"evt_2","type":"a"}"#),
      EventCase("a comment", #"{"id":"evt_1",/* */"type":"a"}"#),
      EventCase("single quotes", "{'id':'evt_1','type':'a'}"),
      EventCase("a form", "id=evt_1&type=a"),
      EventCase("XML", "<event><id>evt_1</id></event>"),
      EventCase(
        "an id of 256 bytes", "{\"id\":\"\(String(repeating: "e", count: 256))\",\"type\":\"a\"}"),
    ])
  func refused(_ row: EventCase) { #expect(decode(row.body) == nil) }

  @Test(
    "an odd value anywhere else makes the event no less authentic: it is stored",
    arguments: [
      EventCase("nothing else", #"{"id":"evt_1","type":"a"}"#),
      EventCase("data is a number", #"{"id":"evt_1","type":"a","data":5}"#),
      EventCase("data is null", #"{"id":"evt_1","type":"a","data":null}"#),
      EventCase("data is a list", #"{"id":"evt_1","type":"a","data":[1,{"object":2}]}"#),
      EventCase("the object is a list", #"{"id":"evt_1","type":"a","data":{"object":[]}}"#),
      EventCase("the object has no id", #"{"id":"evt_1","type":"a","data":{"object":{}}}"#),
      EventCase("a number as its id", #"{"id":"evt_1","type":"a","data":{"object":{"id":5}}}"#),
      EventCase("created is text", #"{"id":"evt_1","type":"a","created":"today"}"#),
      EventCase("created is negative", #"{"id":"evt_1","type":"a","created":-1}"#),
      EventCase("created is gigantic", #"{"id":"evt_1","type":"a","created":1e300}"#),
      EventCase("created has a fraction", #"{"id":"evt_1","type":"a","created":1.5}"#),
      EventCase("created in milliseconds", #"{"id":"evt_1","type":"a","created":1764000000000}"#),
      EventCase("livemode is text", #"{"id":"evt_1","type":"a","livemode":"no"}"#),
      EventCase("account is a number", #"{"id":"evt_1","type":"a","account":5}"#),
      EventCase("object is null", #"{"id":"evt_1","type":"a","object":null}"#),
      EventCase("blanks around", " \r\n {\"id\":\"evt_1\",\t\"type\":\"a\"}\n"),
    ])
  func stored(_ row: EventCase) throws {
    let event = try #require(decode(row.body))
    #expect(event.externalID == "evt_1")
    #expect(event.type == "a")
    #expect(event.objectID == nil)
    #expect(event.account == nil)
    #expect(!event.livemode)
    #expect(abs(event.createdMs - nowMs) < 1_000)
    #expect(event.payload == Array(row.body.utf8))
  }

  @Test("ids of 255 bytes and ids beyond ASCII are taken as they are")
  func longIDs() {
    let long = String(repeating: "e", count: 255)
    #expect(decode(#"{"id":"\#(long)","type":"\#(long)"}"#)?.externalID == long)
    #expect(decode(#"{"id":"evt_é","type":"a"}"#)?.externalID == "evt_\u{E9}")
    #expect(decode(#"{"id":"evt_\u20ac","type":"a"}"#)?.externalID == "evt_\u{20AC}")
  }

  @Test("UTF-16 and UTF-32 are refused, with and without a mark (RFC 8259 8.1)")
  func otherEncodings() {
    let text = #"{"id":"evt_1","type":"a"}"#
    for isBig in [true, false] {
      let units = text.utf16.flatMap { unit in
        let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        return isBig ? bytes : bytes.reversed()
      }
      #expect(decode(units) == nil)
      #expect(decode((isBig ? [0xFE, 0xFF] : [0xFF, 0xFE]) + units) == nil)
      let wide = text.unicodeScalars.flatMap { scalar -> [UInt8] in
        isBig ? [0, 0, 0, UInt8(scalar.value)] : [UInt8(scalar.value), 0, 0, 0]
      }
      #expect(decode(wide) == nil)
    }
  }

  @Test(
    "bytes that are not UTF-8 are refused, not mended",
    arguments: [
      [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80],
    ] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) {
    let (head, tail) = (Array(#"{"id":"evt_1","type":"a","x":""#.utf8), Array(#""}"#.utf8))
    #expect(decode(head + tail) != nil)
    #expect(decode(head + bytes + tail) == nil)
    #expect(decode(head + tail + bytes) == nil)
  }

  @Test("deep nesting is read or refused on the small stack of an event loop, and never crashes")
  func deepNesting() {
    let outcomes = Monitor<[Int: Bool]>([:])
    let thread = WorkerThread(name: "small-stack") {
      for depth in [10, 100, 400, 5_000, 100_000] {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
          let nested =
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
          let event = decode(#"{"id":"evt_1","type":"a","data":"# + nested + "}")
          outcomes.withLock { $0[depth] = event != nil }
        }
      }
    }
    thread.join()
    let known = outcomes.withLock { $0 }
    #expect(known[10] == true)
    #expect(known[100] == true)
    #expect(known[400] == true)
    #expect(known.count == 5)
  }

  @Test("a megabyte is read and kept byte for byte")
  func megabyte() throws {
    let filler = String(repeating: "é", count: 500_000)
    let body = Array(
      #"{"x":"\#(filler)","id":"evt_1","type":"a","data":{"object":{"id":"ch_1"}}}"#.utf8)
    let event = try #require(decode(body))
    #expect(event.objectID == "ch_1")
    #expect(event.payload == body)
  }
}
