// Character classes of RFC 9110 5.6 and RFC 3986 2, as bit masks: one shift per byte and no table
// that has to be set up first.

extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let percent = UInt8(ascii: "%")
  static let comma = UInt8(ascii: ",")
  static let dot = UInt8(ascii: ".")
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")
  static let equals = UInt8(ascii: "=")
  static let questionMark = UInt8(ascii: "?")
  static let backslash = UInt8(ascii: "\\")

  /// `tchar` of RFC 9110 5.6.2: methods, field names, codings.
  @inline(__always) var isTokenByte: Bool {
    isIn(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }

  /// `pchar` without `%`, and `/`: what a path may hold as it is (RFC 3986 3.3).
  @inline(__always) var isPathByte: Bool {
    isIn(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
  }

  /// Query bytes without `%` (RFC 3986 3.4), and the brackets of `a[]=1`, which clients send raw.
  @inline(__always) var isQueryByte: Bool {
    isIn(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)
  }

  /// `reg-name` without `%` (RFC 3986 3.2.2): unreserved and sub-delims.
  @inline(__always) var isHostByte: Bool {
    isIn(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }

  @inline(__always) var isDigit: Bool { self &- 48 < 10 }

  /// The value of a hexadecimal digit of either case, or nil.
  @inline(__always) var hexValue: UInt8? {
    switch self {
    case 48...57: self - 48
    case 65...70: self - 55
    case 97...102: self - 87
    default: nil
    }
  }

  @inline(__always) var lowered: UInt8 { self &- 65 < 26 ? self | 0x20 : self }

  /// Optional white space of RFC 9110 5.6.3.
  @inline(__always) var isBlank: Bool { self == .space || self == .tab }

  @inline(__always) private func isIn(low: UInt64, high: UInt64) -> Bool {
    if self < 64 { return low >> UInt64(self) & 1 == 1 }
    return self < 128 && high >> UInt64(self - 64) & 1 == 1
  }
}

/// A window on the bytes being parsed, valid only during one call of the parser.
typealias Bytes = Slice<UnsafeRawBufferPointer>

extension Slice<UnsafeRawBufferPointer> {
  /// Bytes that are no UTF-8 become U+FFFD.
  var string: String { String(decoding: UnsafeRawBufferPointer(rebasing: self), as: UTF8.self) }

  /// Without the white space at both ends.
  var trimmed: Bytes {
    var slice = self
    while let first = slice.first, first.isBlank { slice = slice.dropFirst() }
    while let last = slice.last, last.isBlank { slice = slice.dropLast() }
    return slice
  }

  /// Whether the bytes are `text`, which is in lower case, in any case.
  @inline(__always) func isCaseless(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    let start = startIndex
    for offset in 0..<count where self[start + offset].lowered != text.utf8Start[offset] {
      return false
    }
    return true
  }

  /// One or more `tchar`.
  var isToken: Bool { !isEmpty && allSatisfy(\.isTokenByte) }
}

extension UnsafeRawBufferPointer {
  /// The index of the first control byte (below 0x20, or 0x7F) from `start` on, or `count`.
  ///
  /// Eight bytes a step. A borrow can mark only bytes above a true hit, so the lowest mark is
  /// exact.
  func firstControl(from start: Int) -> Int {
    var index = start
    while index + 8 <= count {
      let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let below = (word &- 0x2020_2020_2020_2020) & ~word
      let flipped = word ^ 0x7F7F_7F7F_7F7F_7F7F
      let delete = (flipped &- 0x0101_0101_0101_0101) & ~flipped
      let hits = (below | delete) & 0x8080_8080_8080_8080
      if hits != 0 { return index + hits.trailingZeroBitCount >> 3 }
      index += 8
    }
    while index < count, self[index] >= 0x20, self[index] != 0x7F { index += 1 }
    return index
  }
}
