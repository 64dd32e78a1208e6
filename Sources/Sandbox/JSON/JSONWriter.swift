extension JSONValue {
  /// The value as UTF-8 text without spaces.
  public var compact: String { text(indented: false) }

  /// The value as UTF-8 text with two spaces a level, as Stripe sends its events.
  public var pretty: String { text(indented: true) }

  private func text(indented: Bool) -> String {
    var writer = JSONWriter(isIndented: indented)
    writer.write(self)
    return String(decoding: writer.output, as: UTF8.self)
  }
}

/// Turns a value into text.
struct JSONWriter {
  let isIndented: Bool
  private(set) var output: [UInt8] = []
  private var depth = 0

  init(isIndented: Bool) { self.isIndented = isIndented }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: output += "null".utf8
    case .bool(let flag): output += (flag ? "true" : "false").utf8
    case .number(let text), .raw(let text): output += text.utf8
    case .string(let text): write(text)
    case .array(let elements):
      write(elements, in: ("[", "]")) { writer, element in writer.write(element) }
    case .object(let members):
      write(members, in: ("{", "}")) { writer, member in
        writer.write(member.name)
        writer.output += (writer.isIndented ? ": " : ":").utf8
        writer.write(member.value)
      }
    }
  }

  private mutating func write<Item>(
    _ items: [Item], in brackets: (String, String), _ body: (inout JSONWriter, Item) -> Void
  ) {
    output += brackets.0.utf8
    depth += 1
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      breakLine()
      body(&self, item)
    }
    depth -= 1
    if !items.isEmpty { breakLine() }
    output += brackets.1.utf8
  }

  private mutating func breakLine() {
    guard isIndented else { return }
    output.append(UInt8(ascii: "\n"))
    output += repeatElement(UInt8(ascii: " "), count: depth * 2)
  }

  private mutating func write(_ text: String) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "\\\"".utf8
      case UInt8(ascii: "\\"): output += "\\\\".utf8
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\r"): output += "\\r".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case 0..<32:
        let digits = Array("0123456789abcdef".utf8)
        output += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
