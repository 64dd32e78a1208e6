/// Where a request goes (RFC 9112 3.2): origin-form, absolute-form, and `*` for OPTIONS.
///
/// The path is decoded once, and only if that cannot change its structure: an encoded slash,
/// control byte or byte that is no UTF-8 is refused instead of being read in two ways by two
/// programs.
struct RequestTarget: Equatable {
  /// Decoded, without dot segments; `*` for the server itself.
  var path: String
  var query: String?
  /// The authority of absolute-form, which replaces the Host field (RFC 9112 3.2.2).
  var authority: String?

  init(_ bytes: Bytes, method: Bytes) throws(Refusal) {
    if bytes.first == .slash {
      try self.init(origin: bytes, authority: nil)
    } else if bytes.count == 1, bytes.first == UInt8(ascii: "*") {
      guard method.elementsEqual("OPTIONS".utf8) else {
        throw Refusal(400, "only OPTIONS may have the target *")
      }
      self.init(path: "*")
    } else if method.elementsEqual("CONNECT".utf8) {
      throw Refusal(501, "this server opens no tunnels")
    } else {
      try self.init(absolute: bytes, method: method)
    }
  }

  private init(absolute bytes: Bytes, method: Bytes) throws(Refusal) {
    let malformed = Refusal(400, "malformed request target")
    guard let colon = bytes.firstIndex(of: .colon) else { throw malformed }
    let scheme = bytes[..<colon]
    guard scheme.isCaseless("http") || scheme.isCaseless("https") else { throw malformed }
    let rest = bytes[(colon + 1)...]
    guard rest.prefix(2).elementsEqual("//".utf8) else { throw malformed }
    let afterSlashes = rest.dropFirst(2)
    let end =
      afterSlashes.firstIndex { $0 == .slash || $0 == .questionMark } ?? afterSlashes.endIndex
    let authority = afterSlashes[..<end]
    guard isHost(authority) else { throw malformed }
    if end == bytes.endIndex, method.elementsEqual("OPTIONS".utf8) {
      self.init(path: "*", authority: authority.string)
    } else {
      try self.init(origin: afterSlashes[end...], authority: authority.string)
    }
  }

  private init(origin bytes: Bytes, authority: String?) throws(Refusal) {
    let mark = bytes.firstIndex(of: .questionMark)
    self.init(path: try decodedPath(bytes[..<(mark ?? bytes.endIndex)]), authority: authority)
    if let mark {
      let text = bytes[(mark + 1)...]
      try checkQuery(text)
      query = text.string
    }
  }

  private init(path: String, authority: String? = nil) {
    (self.path, self.authority) = (path, authority)
  }
}

/// Whether the bytes are `uri-host [":" port]` (RFC 9110 7.2) with a host that is not empty.
func isHost(_ bytes: Bytes) -> Bool {
  var rest = bytes
  if rest.first == UInt8(ascii: "[") {
    guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
    let literal = rest[rest.index(after: rest.startIndex)..<close]
    guard !literal.isEmpty, literal.allSatisfy({ $0.isHostByte || $0 == .colon }) else {
      return false
    }
    rest = rest[(close + 1)...]
  } else {
    let end = rest.firstIndex(of: .colon) ?? rest.endIndex
    guard end > rest.startIndex else { return false }
    var index = rest.startIndex
    while index < end {
      if rest[index] == .percent {
        guard index + 2 < end, rest[index + 1].hexValue != nil, rest[index + 2].hexValue != nil
        else { return false }
        index += 2
      } else if !rest[index].isHostByte {
        return false
      }
      index += 1
    }
    rest = rest[end...]
  }
  guard let colon = rest.first else { return true }
  return colon == .colon && rest.count <= 6 && rest.dropFirst().allSatisfy(\.isDigit)
}

private func checkQuery(_ bytes: Bytes) throws(Refusal) {
  var index = bytes.startIndex
  while index < bytes.endIndex {
    if bytes[index] == .percent {
      _ = try escaped(bytes, at: index)
      index += 2
    } else if !bytes[index].isQueryByte {
      throw Refusal(400, "character not allowed in a request target")
    }
    index += 1
  }
}

private func decodedPath(_ bytes: Bytes) throws(Refusal) -> String {
  guard !bytes.isEmpty else { return "/" }
  var isPlain = true  // neither escapes nor anything that might be a dot segment
  var previous: UInt8 = 0
  for byte in bytes {
    if byte == .percent || (byte == .dot && previous == .slash) {
      isPlain = false
    } else if !byte.isPathByte {
      throw Refusal(400, "character not allowed in a request target")
    }
    previous = byte
  }
  if isPlain { return bytes.string }

  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var index = bytes.startIndex
  while index < bytes.endIndex {
    if bytes[index] == .percent {
      let byte = try escaped(bytes, at: index)
      guard byte >= 0x20, byte != 0x7F, byte != .slash else {
        throw Refusal(400, "encoded slash or control character in the path")
      }
      decoded.append(byte)
      index += 3
    } else {
      decoded.append(bytes[index])
      index += 1
    }
  }
  guard let path = String(validating: withoutDotSegments(decoded), as: UTF8.self) else {
    throw Refusal(400, "the path is not UTF-8")
  }
  return path
}

/// RFC 3986 5.2.4 for an absolute path.
private func withoutDotSegments(_ path: [UInt8]) -> [UInt8] {
  var kept: [ArraySlice<UInt8>] = []
  let segments = path.dropFirst().split(separator: .slash, omittingEmptySubsequences: false)
  for (number, segment) in segments.enumerated() {
    let isUp = segment.elementsEqual("..".utf8)
    if isUp { _ = kept.popLast() }
    if isUp || segment.elementsEqual(".".utf8) {
      // A dot segment at the end leaves a path that ends with a slash.
      if number == segments.count - 1 { kept.append([]) }
    } else {
      kept.append(segment)
    }
  }
  return kept.reduce(into: []) { $0 += [.slash] + $1 }
}

/// The byte that `%XX` at `index` stands for.
private func escaped(_ bytes: Bytes, at index: Int) throws(Refusal) -> UInt8 {
  guard index + 2 < bytes.endIndex, let high = bytes[index + 1].hexValue,
    let low = bytes[index + 2].hexValue
  else { throw Refusal(400, "malformed percent-encoding") }
  return high << 4 | low
}
