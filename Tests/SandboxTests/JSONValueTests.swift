import Sandbox
import Testing

@Test(
  "Text goes in and comes out unchanged: digits, order, repeated names",
  arguments: [
    "null", "true", "[]", "{}", "54.80", "-0.00", "1e400", "0.30000000000000004",
    #"{"b":1,"a":[1.10,{"x":null}],"b":2}"#, #""é€😀""#, #""a\"b\\c\nd\te\u0001""#,
  ])
func roundTrip(text: String) throws {
  let value = try JSONValue(parsing: text)
  #expect(value.compact == text)
  #expect(try JSONValue(parsing: value.pretty) == value)
}

@Test(
  "Escapes are read",
  arguments: [
    (#""\u00e9""#, "é"), (#""\ud83d\ude00""#, "😀"), (#""\/\b\f\r""#, "/\u{8}\u{c}\r"),
    (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
  ])
func escapes(text: String, expected: String) throws {
  #expect(try JSONValue(parsing: text).text == expected)
}

@Test(
  "What is no JSON is refused at its byte",
  arguments: [
    ("", 0), ("nul", 3), ("[1,]", 3), ("{\"a\"}", 4), ("01", 1), ("1.", 2), ("+1", 0), ("\"a", 2),
    ("\"\n\"", 1), ("[1] x", 4), ("{a:1}", 1), ("\"\\x\"", 3), ("\"\\u00g0\"", 3), ("'a'", 0),
  ])
func malformed(text: String, offset: Int) {
  #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  do { _ = try JSONValue(parsing: text) } catch {
    #expect(error.offset == offset, "\(text)")
  }
}

@Test("Nesting has a limit")
func nesting() {
  func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }
  #expect(throws: Never.self) { try JSONValue(parsing: nested(128)) }
  #expect(throws: JSONError.self) { try JSONValue(parsing: nested(129)) }
}

@Test("Members are found, set and removed by name")
func members() {
  var value: JSONValue = ["a": 1, "b": [true, "x"]]
  #expect(value["a"]?.integer == 1)
  #expect(value["b"]?[1]?.text == "x")
  #expect(value["c"] == nil)
  value["a"] = .number("2.50")
  value["c"] = nil
  value["d"] = .null
  #expect(value.compact == #"{"a":2.50,"b":[true,"x"],"d":null}"#)
  value["b"] = nil
  #expect(value.pretty == "{\n  \"a\": 2.50,\n  \"d\": null\n}")
}
