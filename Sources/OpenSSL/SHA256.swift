import COpenSSL

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
public func sha256Hex(_ bytes: [UInt8]) -> String {
  var count = 0
  let digest = [UInt8](unsafeUninitializedCapacity: HMACSHA256.byteCount) { buffer, filled in
    let isMade = EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, buffer.baseAddress, &count)
    filled = isMade == 1 ? count : 0
  }
  precondition(digest.count == HMACSHA256.byteCount, "libcrypto has no SHA-256")
  return HMACSHA256.hex(digest)
}
