/// Cuts the elements of a list out of a JSON text, byte for byte.
///
/// Decoding and encoding again would change what Stripe sent (numbers, order, unknown fields), and
/// the journal keeps the bytes as received. The text must be valid JSON, proven by a decoder.
enum JSONElements {
  /// - Returns: the elements of the list under a name of the outermost object; nil if there is no
  ///   such list.
  static func of(_ name: String, in text: [UInt8]) -> [ArraySlice<UInt8>]? {
    var scanner = Scanner(text)
    guard scanner.enter("{") else { return nil }
    while let key = scanner.nextKey() {
      if key == Array("\"\(name)\"".utf8)[...] { return scanner.list() }
      scanner.skipValue()
    }
    return nil
  }

  private struct Scanner {
    let text: [UInt8]
    var position = 0

    init(_ text: [UInt8]) { self.text = text }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() {
      while let byte = current, byte == 32 || (9...13).contains(byte) { position += 1 }
    }

    mutating func enter(_ opening: Unicode.Scalar) -> Bool {
      skipSpace()
      guard current == UInt8(ascii: opening) else { return false }
      position += 1
      return true
    }

    /// The next key with its quotes, behind its colon; nil at the end of the object.
    mutating func nextKey() -> ArraySlice<UInt8>? {
      skipSpace()
      if current == UInt8(ascii: ",") { position += 1 }
      skipSpace()
      guard current == UInt8(ascii: "\"") else { return nil }
      let start = position
      skipString()
      let key = text[start..<position]
      skipSpace()
      position += 1
      return key
    }

    mutating func list() -> [ArraySlice<UInt8>]? {
      guard enter("[") else { return nil }
      var elements: [ArraySlice<UInt8>] = []
      while true {
        skipSpace()
        if current == UInt8(ascii: ",") {
          position += 1
          continue
        }
        guard let byte = current, byte != UInt8(ascii: "]") else { return elements }
        let start = position
        skipValue()
        guard position > start else { return elements }
        elements.append(text[start..<position])
      }
    }

    /// A value up to the comma or bracket that follows it.
    mutating func skipValue() {
      skipSpace()
      var depth = 0
      while let byte = current {
        switch byte {
        case UInt8(ascii: "\""):
          skipString()
          if depth == 0 { return }
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return }
          depth -= 1
          if depth == 0 {
            position += 1
            return
          }
        case UInt8(ascii: ","), 32, 9...13: if depth == 0 { return }
        default: break
        }
        position += 1
      }
    }

    private mutating func skipString() {
      position += 1
      while let byte = current, byte != UInt8(ascii: "\"") {
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      position = min(position + 1, text.count)
    }
  }
}
