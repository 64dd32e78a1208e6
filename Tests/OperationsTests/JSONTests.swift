import Operations
import Testing

@Suite struct JSONTests {
  @Test("fields in their order, nulls left out, texts escaped")
  func rendering() {
    let json = JSON.fields([
      "b": .integer(-9_223_372_036_854_775_808), "a": .text("\"\\\n\u{1}é\u{1F600}"), "n": .null,
      "l": .array([.bool(true), .null, .verbatim("{\"x\":1}")]),
    ])
    #expect(
      json.rendered
        == #"{"b":-9223372036854775808,"a":"\"\\\n\u0001é😀","l":[true,null,{"x":1}]}"#)
  }
}
