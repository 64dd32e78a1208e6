import Domain
import Logging
import OpenSSL

/// The certificate of `serve`: read at the start and again on SIGHUP.
struct CertificateSource: Sendable {
  let files: ServerConfiguration.TLSFiles
  /// The name that clients use.
  let host: String
  let clock: any WallClock
  let log: Logger

  /// - Throws: `StartFailure` that names the variable whose file cannot be used.
  func load() throws(StartFailure) -> TLSContext {
    do throws(TLSProblem) {
      let context = try TLSContext(certificatePath: files.certificate, keyPath: files.key)
      for warning in context.warnings(nowS: clock.nowMs / 1_000, host: host) {
        log.warning("TLS_CERTIFICATE: \(warning)")
      }
      return context
    } catch {
      let variable = error.file == .certificate ? "TLS_CERTIFICATE" : "TLS_KEY"
      throw StartFailure(description: "\(variable): \(error)")
    }
  }

  /// What new connections are to use from now on; nil when it cannot be used and the old one stays.
  func reload() -> TLSContext? {
    do throws(StartFailure) {
      let context = try load()
      log.notice("the certificate was read again")
      return context
    } catch {
      log.error("\(error). The old certificate stays in use: mend the file, send SIGHUP again")
      return nil
    }
  }
}
