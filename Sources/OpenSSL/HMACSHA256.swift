import COpenSSL
import Glibc

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) under one key.
///
/// The keyed context is made once and reset for every message (`EVP_MAC_init` without a key), which
/// costs 30 % less than a new one. A mutex makes calls from several threads take turns; a route
/// that is hit by many threads may keep one instance per thread instead.
public final class HMACSHA256: @unchecked Sendable {
  /// The length of a code in bytes.
  public static let byteCount = 32

  private let context: OpaquePointer
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  /// - Parameter key: of any length; an empty key is legal HMAC but no secret, so callers that read
  ///   it from configuration must refuse it.
  public init(key: [UInt8]) {
    context = Self.keyedContext(key)
    pthread_mutex_init(mutex, nil)
  }

  /// - Parameter secret: its UTF-8 bytes are the key, a prefix such as `whsec_` included.
  public convenience init(secret: String) { self.init(key: Array(secret.utf8)) }

  deinit {
    EVP_MAC_CTX_free(context)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// The code of the parts in a row, as `byteCount` raw bytes; nothing is copied or joined.
  public func code(of parts: [UInt8]...) -> [UInt8] { code(ofParts: parts) }

  /// As `code(of:)`, lower-case hexadecimal: 64 characters.
  public func hex(of parts: [UInt8]...) -> String { Self.hex(code(ofParts: parts)) }

  /// As `code(of:)`, for parts that are collected elsewhere.
  public func code(ofParts parts: [[UInt8]]) -> [UInt8] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    // Without a key, `init` keeps the old one; with an empty one it would set it anew.
    var isFine = EVP_MAC_init(context, nil, 0, nil) == 1
    for part in parts where !part.isEmpty {
      isFine = isFine && EVP_MAC_update(context, part, part.count) == 1
    }
    let code = [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      isFine = isFine && EVP_MAC_final(context, buffer.baseAddress, &count, buffer.count) == 1
      if !isFine { count = 0 }
    }
    precondition(code.count == Self.byteCount, "libcrypto gave no SHA-256 code")
    return code
  }

  /// Lower-case hexadecimal.
  public static func hex(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[index * 2] = digits[Int(byte >> 4)]
        buffer[index * 2 + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func keyedContext(_ key: [UInt8]) -> OpaquePointer {
    let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)
    defer { EVP_MAC_free(algorithm) }
    guard let algorithm, let context = EVP_MAC_CTX_new(algorithm) else {
      preconditionFailure("libcrypto has no HMAC")
    }
    // A copy with one byte more: for an empty key libcrypto still needs a valid address, since nil
    // means "keep the key".
    let isKeyed = (key + [0]).withUnsafeBufferPointer { key in
      // Both texts must outlive the call: a parameter holds their addresses.
      "digest".withCString { name in
        "SHA256".withCString { digest in
          var parameters = [
            // libcrypto only reads it; the signature lacks the `const`.
            OSSL_PARAM_construct_utf8_string(name, UnsafeMutablePointer(mutating: digest), 0),
            OSSL_PARAM_construct_end(),
          ]
          return EVP_MAC_init(context, key.baseAddress, key.count - 1, &parameters) == 1
        }
      }
    }
    precondition(isKeyed, "libcrypto has no HMAC-SHA256")
    return context
  }
}
