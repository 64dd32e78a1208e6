import COpenSSL
import Glibc

/// A server's certificate, its key, and how TLS is spoken with them.
///
/// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only (RFC 9325). Sessions are
/// resumed with tickets, whose keys are as old as the context. There is no early data: a request
/// that moves money must not be replayable (RFC 8446 8).
public final class TLSContext: @unchecked Sendable {
  /// TLS 1.2; those of 1.3 are all fine.
  private static let ciphers = """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
    ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
    ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    """
  private static let groups = "X25519:P-256:P-384"
  private static let ticketSeconds = 7_200

  /// An `SSL_CTX`. It is set up by `init` and not changed afterwards, so threads may share it.
  let handle: OpaquePointer

  /// Reads and checks both files, so that a mistake is found now and not by the first client.
  ///
  /// - Parameters:
  ///   - certificatePath: PEM: the server's certificate, then each one's issuer behind it.
  ///   - keyPath: PEM, without a passphrase.
  /// - Throws: `TLSProblem`.
  public init(certificatePath: String, keyPath: String) throws(TLSProblem) {
    guard let handle = SSL_CTX_new(TLS_server_method()) else {
      preconditionFailure("libssl gave no context: \(ErrorQueue.take().reason)")
    }
    self.handle = handle
    let isSet =
      copenssl_server_options(handle) == 1 && SSL_CTX_set_cipher_list(handle, Self.ciphers) == 1
      && copenssl_set_groups(handle, Self.groups) == 1
    precondition(isSet, "libssl lacks what is needed: \(ErrorQueue.take().reason)")
    copenssl_tickets_only(handle)
    SSL_CTX_set_timeout(handle, Self.ticketSeconds)
    SSL_CTX_set_alpn_select_cb(handle, chooseHTTP1, nil)
    try loadCertificate(certificatePath)
    try loadKey(keyPath)
    try checkChain(certificatePath)
  }

  deinit { SSL_CTX_free(handle) }

  // MARK: - Loading

  private func loadCertificate(_ path: String) throws(TLSProblem) {
    try Self.checkReadable(.certificate, path)
    ERR_clear_error()
    guard SSL_CTX_use_certificate_chain_file(handle, path) != 1 else { return }
    let (code, reason) = ErrorQueue.take()
    switch code {
    case PEM_R_NO_START_LINE:
      throw TLSProblem(.certificate, path, "holds no certificate in PEM form")
    case SSL_R_EE_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL:
      throw TLSProblem(
        .certificate, path, "has a key that is too weak: RSA needs 2048 bits or more")
    case SSL_R_CA_MD_TOO_WEAK:
      throw TLSProblem(.certificate, path, "is signed with a weak digest: it must be SHA-2")
    default:
      throw TLSProblem(.certificate, path, "cannot be used: \(reason)")
    }
  }

  private func loadKey(_ path: String) throws(TLSProblem) {
    try Self.checkReadable(.key, path)
    ERR_clear_error()
    let (isLoaded, isEncrypted) = loadKeyFile(path)
    let (code, reason) = isLoaded ? (0, "") : ErrorQueue.take()
    guard !isEncrypted else {
      throw TLSProblem(.key, path, "is encrypted: give the key without a passphrase")
    }
    switch code {
    case 0 where isLoaded: break
    case PEM_R_NO_START_LINE, Int32(ERR_R_UNSUPPORTED):
      throw TLSProblem(.key, path, "holds no private key in PEM form")
    case X509_R_KEY_VALUES_MISMATCH, X509_R_KEY_TYPE_MISMATCH:
      throw TLSProblem(.key, path, "is not the key of the certificate")
    default: throw TLSProblem(.key, path, "cannot be used: \(reason)")
    }
    // A key of another kind than the certificate's is taken above, for a second certificate.
    guard SSL_CTX_check_private_key(handle) == 1 else {
      ERR_clear_error()
      throw TLSProblem(.key, path, "is not the key of the certificate")
    }
  }

  /// Whether the key was taken, and whether a passphrase was asked for: without the callback
  /// libcrypto would ask on the terminal.
  private func loadKeyFile(_ path: String) -> (isLoaded: Bool, isEncrypted: Bool) {
    var isEncrypted = false
    let isLoaded = withUnsafeMutablePointer(to: &isEncrypted) { asked in
      SSL_CTX_set_default_passwd_cb_userdata(handle, asked)
      SSL_CTX_set_default_passwd_cb(handle) { _, _, _, asked in
        asked?.storeBytes(of: true, as: Bool.self)
        return -1
      }
      defer {
        SSL_CTX_set_default_passwd_cb_userdata(handle, nil)
        SSL_CTX_set_default_passwd_cb(handle) { _, _, _, _ in -1 }
      }
      return SSL_CTX_use_PrivateKey_file(handle, path, SSL_FILETYPE_PEM) == 1
    }
    return (isLoaded, isEncrypted)
  }

  private static func checkReadable(_ file: TLSProblem.File, _ path: String) throws(TLSProblem) {
    var status = stat()
    guard access(path, R_OK) == 0, stat(path, &status) == 0 else {
      throw TLSProblem(file, path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw TLSProblem(file, path, "is a folder, not a file")
    }
  }

  /// Each certificate must be issued by the one behind it (RFC 8446 4.4.2), or some clients find
  /// no way to the root, and others do: the hardest kind of mistake to see.
  private func checkChain(_ path: String) throws(TLSProblem) {
    let certificates = self.certificates
    for (number, (subject, issuer)) in zip(certificates, certificates.dropFirst()).enumerated() {
      let isIssued =
        X509_check_issued(issuer, subject) == X509_V_OK
        && X509_verify(subject, copenssl_key(issuer)) == 1
      ERR_clear_error()
      guard isIssued else {
        throw TLSProblem(
          .certificate, path,
          "is no chain: certificate \(number + 2) (\(Self.name(issuer))) did not issue "
            + "certificate \(number + 1) (\(Self.name(subject))). Put the server's own "
            + "certificate first and each one's issuer behind it")
      }
    }
  }

  /// The server's own, then the chain.
  private var certificates: [OpaquePointer] {
    let chain = copenssl_chain(handle)
    let own = SSL_CTX_get0_certificate(handle).map { [$0] } ?? []
    return own + (0..<copenssl_count(chain)).compactMap { copenssl_certificate(chain, $0) }
  }

  private static func name(_ certificate: OpaquePointer) -> String {
    var text = [CChar](repeating: 0, count: 256)
    X509_NAME_oneline(X509_get_subject_name(certificate), &text, Int32(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  // MARK: - Doubts

  /// What is no reason to refuse the certificate, and will make clients refuse it.
  ///
  /// - Parameters:
  ///   - nowS: seconds since 1970.
  ///   - host: the name that clients use, with or without a port.
  public func warnings(nowS: Int64, host: String) -> [String] {
    var warnings: [String] = []
    for certificate in certificates {
      let name = Self.name(certificate)
      var soon = time_t(nowS + 14 * 86_400)
      var now = time_t(nowS)
      if X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0 {
        warnings.append("the certificate \(name) is not valid yet: is the clock right?")
      } else if X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0 {
        warnings.append("the certificate \(name) has expired: clients refuse it")
      } else if X509_cmp_time(X509_get0_notAfter(certificate), &soon) < 0 {
        warnings.append("the certificate \(name) expires in less than 14 days")
      }
    }
    if let own = certificates.first, !Self.names(own, Self.withoutPort(host)) {
      warnings.append("the certificate \(Self.name(own)) is not for the host \(host)")
    }
    return warnings
  }

  private static func names(_ certificate: OpaquePointer, _ host: String) -> Bool {
    X509_check_host(certificate, host, host.utf8.count, 0, nil) == 1
      || X509_check_ip_asc(certificate, host, 0) == 1
  }

  private static func withoutPort(_ host: String) -> String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      return String(host[host.index(after: host.startIndex)..<end])
    }
    let parts = host.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 ? String(parts[0]) : host
  }
}

/// ALPN (RFC 7301): `http/1.1` if the client offers it; a client that wants only others is told so.
private let chooseHTTP1: SSL_CTX_alpn_select_cb_func = { _, output, length, offered, count, _ in
  let wanted: StaticString = "http/1.1"
  guard let offered, let output, let length else { return SSL_TLSEXT_ERR_NOACK }
  var index = 0
  while index < Int(count) {
    let size = Int(offered[index])
    guard index + size < Int(count) else { break }
    let name = offered + index + 1
    if size == wanted.utf8CodeUnitCount, memcmp(name, wanted.utf8Start, size) == 0 {
      output.pointee = name
      length.pointee = UInt8(size)
      return SSL_TLSEXT_ERR_OK
    }
    index += size + 1
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}
