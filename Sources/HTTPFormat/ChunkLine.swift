/// The line before a chunk: `chunk-size [chunk-ext]` (RFC 9112 7.1). Extensions are checked and
/// dropped; their grammar matters because a byte that two programs read differently moves the
/// border between two requests.
struct ChunkLine: Equatable {
  var size: Int
  /// Bytes after the size.
  var extensionBytes: Int

  /// - Throws: 400 for a malformed line, 413 for a size of more than 60 bits.
  init(_ line: Bytes) throws(Refusal) {
    var index = line.startIndex
    var size = 0
    while index < line.endIndex, let digit = line[index].hexValue {
      guard size < 1 << 56 else { throw Refusal(413, "chunk too large") }
      size = size << 4 | Int(digit)
      index += 1
    }
    guard index > line.startIndex else { throw Refusal(400, "malformed chunk size") }
    self.size = size
    extensionBytes = line.endIndex - index
    try Self.checkExtensions(line[index...])
  }

  /// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`
  private static func checkExtensions(_ bytes: Bytes) throws(Refusal) {
    let malformed = Refusal(400, "malformed chunk extension")
    var rest = bytes
    while !rest.isEmpty {
      rest = rest.drop(while: \.isBlank)
      guard rest.popFirst() == .semicolon else { throw malformed }
      rest = rest.drop(while: \.isBlank)
      guard dropToken(&rest) else { throw malformed }
      let afterName = rest.drop(while: \.isBlank)
      guard afterName.first == .equals else { continue }
      rest = afterName.dropFirst().drop(while: \.isBlank)
      let isValue = rest.first == .quote ? dropQuoted(&rest) : dropToken(&rest)
      guard isValue else { throw malformed }
    }
  }

  private static func dropToken(_ rest: inout Bytes) -> Bool {
    let end = rest.firstIndex { !$0.isTokenByte } ?? rest.endIndex
    defer { rest = rest[end...] }
    return end > rest.startIndex
  }

  /// `quoted-string` of RFC 9110 5.6.4. Control bytes were refused with the line.
  private static func dropQuoted(_ rest: inout Bytes) -> Bool {
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      if byte == .quote { return true }
      if byte == .backslash, rest.popFirst() == nil { return false }
    }
    return false
  }
}
