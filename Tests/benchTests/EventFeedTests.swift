import OpenSSL
import Testing

@testable import bench

@Suite struct EventFeedTests {
  @Test("every event has an id of its own, in Stripe's form")
  func ids() {
    var seen: Set<String> = []
    for number in stride(from: 0, to: 200_000, by: 7) {
      let id = EventFeed.id(number)
      #expect(id.utf8.count == 28 && id.hasPrefix("evt_1"))
      #expect(seen.insert(id).inserted, "\(id)")
    }
  }

  @Test("a request is signed over the bytes that it carries, of 3 KB")
  func signature() {
    let feed = EventFeed(secret: "whsec_1")
    feed.prepare(3)
    for number in 0..<3 {
      let text = feed.withRequest(number) { String(decoding: $0, as: UTF8.self) }
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
      let (head, body) = (parts[0], String(parts[1]))
      #expect((2_900...3_100).contains(body.utf8.count))
      #expect(head.contains("Content-Length: \(body.utf8.count)"))
      #expect(body.contains(EventFeed.id(number)))
      let header = head.split(separator: "\r\n").last?.split(separator: " ").last ?? ""
      let time = header.dropFirst(2).prefix(10)
      let expected = HMACSHA256(secret: "whsec_1").hex(of: Array((time + "." + body).utf8))
      #expect(header == "t=\(time),v1=\(expected)")
    }
  }

  @Test("events that were not sent keep their place")
  func giveBack() {
    let feed = EventFeed(secret: "whsec_1")
    feed.prepare(10)
    feed.giveBack(from: 4)
    #expect(feed.count == 4)
    feed.prepare(2)
    #expect(feed.count == 6)
    let text = feed.withRequest(4) { String(decoding: $0, as: UTF8.self) }
    #expect(text.contains(EventFeed.id(4)))
  }
}
