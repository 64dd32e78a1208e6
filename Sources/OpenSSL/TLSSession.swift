import COpenSSL

/// TLS on one accepted, non-blocking socket. Belongs to one thread.
///
/// The handshake happens within the first calls of `receive`. A write to a peer that is gone raises
/// SIGPIPE, which the program must ignore.
public final class TLSSession {
  /// What a call came to.
  public enum Transfer: Sendable, Hashable {
    case bytes(Int)
    /// To be called again when the socket can be read.
    case wantsRead
    /// To be called again when the socket can be written.
    case wantsWrite
    /// The peer ended its side.
    case ended
    /// The session is dead; what is known about why.
    case failed(String)
    /// The client speaks HTTP without TLS. The bytes it sent are lost.
    case isPlainHTTP
  }

  private let handle: OpaquePointer
  private var isDead = false

  /// - Parameters:
  ///   - descriptor: a connected socket, which is not closed by this and must outlive it.
  public init?(_ context: TLSContext, descriptor: Int32) {
    guard let handle = SSL_new(context.handle) else { return nil }
    self.handle = handle
    guard SSL_set_fd(handle, descriptor) == 1 else {
      SSL_free(handle)
      return nil
    }
    SSL_set_accept_state(handle)
  }

  deinit { SSL_free(handle) }

  /// Whether the handshake is over.
  public var isEstablished: Bool { SSL_is_init_finished(handle) == 1 }

  /// Reads what is there, at most as much as fits; until `wantsRead` there may be more.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    transfer { SSL_read(handle, buffer.baseAddress, Int32(clamping: buffer.count)) }
  }

  /// Writes what fits. After `wantsRead` or `wantsWrite` the same bytes must be offered again, with
  /// or without more behind them.
  public func send(_ buffer: UnsafeRawBufferPointer) -> Transfer {
    transfer { SSL_write(handle, buffer.baseAddress, Int32(clamping: buffer.count)) }
  }

  /// Tells the peer that nothing more comes (close_notify).
  ///
  /// - Returns: false if the socket takes nothing now: to be called again.
  @discardableResult
  public func shutdown() -> Bool {
    guard !isDead, isEstablished else { return true }
    ERR_clear_error()
    let result = SSL_shutdown(handle)
    guard result < 0 else { return true }
    if SSL_get_error(handle, result) == SSL_ERROR_WANT_WRITE { return false }
    isDead = true
    return true
  }

  private func transfer(_ call: () -> Int32) -> Transfer {
    guard !isDead else { return .ended }
    // The error of a call is told apart by an empty queue before it.
    ERR_clear_error()
    let count = call()
    if count > 0 { return .bytes(Int(count)) }
    switch SSL_get_error(handle, count) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case SSL_ERROR_ZERO_RETURN: return .ended
    case SSL_ERROR_SSL:
      isDead = true
      let (code, reason) = ErrorQueue.take()
      let isHTTP = code == SSL_R_HTTP_REQUEST || code == SSL_R_HTTPS_PROXY_REQUEST
      return isHTTP && !isEstablished ? .isPlainHTTP : .failed(reason)
    default:
      isDead = true
      return .ended
    }
  }
}
