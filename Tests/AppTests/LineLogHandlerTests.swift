import FoundationEssentials
import Testing

@testable import App

@Suite struct LineLogHandlerTests {
  @Test("every text comes back from its JSON string unchanged (RFC 8259 7)")
  func roundTrip() throws {
    var texts = (UInt32(0)...0x2FF).compactMap(Unicode.Scalar.init).map { "a\($0)b" }
    texts += [
      "", "\"", "\\", "\\\"", "\\n", "a\r\nb", "\u{2028}\u{2029}", "\u{FFFF}", "👩🏽‍🚀", "e\u{301}",
      "\u{10FFFF}", String(repeating: "\u{0}", count: 1_000),
    ]
    for text in texts {
      let quoted = LineLogHandler.quoted(text)
      let back = try JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8))
      // By scalars: Swift's == calls canonically equivalent texts equal.
      #expect(Array(back[0].unicodeScalars) == Array(text.unicodeScalars))
    }
  }

  @Test("a message cannot begin a new line or end its string")
  func noForgedLines() {
    for text in ["x\n{\"level\":\"info\"}", "x\r\ny", "\",\"level\":\"critical", "\u{7F}\u{1B}[2K"]
    {
      let quoted = LineLogHandler.quoted(text)
      #expect(quoted.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
      let inner = quoted.dropFirst().dropLast()
      #expect(!inner.replacing("\\\\", with: "").replacing("\\\"", with: "").contains("\""))
    }
  }
}
