import COpenSSL

/// Whether two byte strings are equal, in a time that does not depend on where they differ.
///
/// Only the lengths may leak: a signature's length is public.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

/// As for bytes, on the UTF-8 of two texts.
public func constantTimeEqual(_ left: String, _ right: String) -> Bool {
  constantTimeEqual(Array(left.utf8), Array(right.utf8))
}
