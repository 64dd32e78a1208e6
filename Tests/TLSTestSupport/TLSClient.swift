import COpenSSL

/// The client's side of TLS, for tests: on a non-blocking socket that the test owns.
public final class TLSClient {
  /// What a client offers, and what it remembers.
  public struct Options {
    /// `TLS1_2_VERSION` and the like; nil: whatever is best.
    public var version: Int32?
    public var ciphers: String?
    public var protocols: [String] = []
    public var session: Session?
    /// Whose signature is trusted.
    public var rootPath = TestCertificates.path("root.pem")

    public init() {}
  }

  /// What makes the next handshake shorter.
  public final class Session {
    fileprivate let handle: OpaquePointer
    fileprivate init(_ handle: OpaquePointer) { self.handle = handle }
    deinit { SSL_SESSION_free(handle) }
  }

  public enum Transfer: Hashable {
    case bytes(Int)
    case wait
    /// The server has ended its side in due form (close_notify).
    case ended
    case failed(String)
  }

  public static let tls11 = TLS1_1_VERSION
  public static let tls12 = TLS1_2_VERSION
  public static let tls13 = TLS1_3_VERSION

  private let context: OpaquePointer
  private let handle: OpaquePointer

  public init(descriptor: Int32, host: String = "localhost", _ options: Options = Options()) {
    guard let context = SSL_CTX_new(TLS_client_method()),
      let handle = Self.session(context, options)
    else { preconditionFailure("libssl gave no client") }
    (self.context, self.handle) = (context, handle)
    SSL_set1_host(handle, host)
    SSL_set_fd(handle, descriptor)
    SSL_set_connect_state(handle)
  }

  deinit {
    SSL_free(handle)
    SSL_CTX_free(context)
  }

  private static func session(_ context: OpaquePointer, _ options: Options) -> OpaquePointer? {
    SSL_CTX_load_verify_locations(context, options.rootPath, nil)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    if let version = options.version {
      // Old versions are off in the system's own settings.
      SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0")
      copenssl_set_versions(context, version, version)
    }
    if let ciphers = options.ciphers { SSL_CTX_set_cipher_list(context, ciphers) }
    guard let handle = SSL_new(context) else { return nil }
    let protocols = options.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    if !protocols.isEmpty { SSL_set_alpn_protos(handle, protocols, UInt32(protocols.count)) }
    if let session = options.session { SSL_set_session(handle, session.handle) }
    return handle
  }

  public func send(_ text: String) -> Transfer {
    let bytes = Array(text.utf8)
    return transfer { SSL_write(handle, bytes, Int32(bytes.count)) }
  }

  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    transfer { SSL_read(handle, buffer.baseAddress, Int32(buffer.count)) }
  }

  public func shutdown() { SSL_shutdown(handle) }

  public var version: String { String(cString: SSL_get_version(handle)) }
  public var isResumed: Bool { SSL_session_reused(handle) == 1 }
  public var session: Session? { SSL_get1_session(handle).map(Session.init) }

  /// What the server chose by ALPN, empty for nothing.
  public var chosenProtocol: String {
    var bytes: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(handle, &bytes, &count)
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
  }

  /// The name in the server's certificate.
  public var peer: String {
    guard let certificate = SSL_get1_peer_certificate(handle) else { return "" }
    defer { X509_free(certificate) }
    var text = [CChar](repeating: 0, count: 256)
    X509_NAME_oneline(X509_get_subject_name(certificate), &text, Int32(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func transfer(_ call: () -> Int32) -> Transfer {
    ERR_clear_error()
    let count = call()
    if count > 0 { return .bytes(Int(count)) }
    switch SSL_get_error(handle, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wait
    case SSL_ERROR_ZERO_RETURN: return .ended
    default:
      let reason = ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) }
      return .failed(reason ?? "connection lost")
    }
  }
}
