import COpenSSL

/// Bytes that nobody can guess, from libcrypto's generator (seeded by the kernel, safe across
/// threads and `fork`).
///
/// Stops the program when there is no entropy: a guessable token would be worse.
public func randomBytes(_ count: Int) -> [UInt8] {
  guard count > 0 else { return [] }
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    let isFilled = RAND_bytes(buffer.baseAddress, Int32(clamping: count)) == 1
    precondition(isFilled && count <= Int(Int32.max), "libcrypto gave no random bytes")
    filled = count
  }
}
