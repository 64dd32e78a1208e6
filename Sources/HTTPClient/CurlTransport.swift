import CCurl
import Glibc
import Synchronization

/// HTTP/1.1 through libcurl, one thread per call in flight.
///
/// - Connections are kept alive and used again. libcurl repeats a request by itself, on a fresh
///   connection, when a kept one turns out to be dead before the first byte of an answer; the
///   first copy may have been executed. That is harmless for repeatable requests
///   (`OutgoingRequest.isRepeatable`); any other request goes over a fresh connection, on which
///   libcurl never repeats anything.
/// - `HTTPS_PROXY`, `https_proxy`, `http_proxy` and `NO_PROXY` of the environment are honoured by
///   libcurl itself.
public final class CurlTransport: HTTPTransport {
  /// Bounds and settings of all calls.
  public struct Options: Sendable {
    public var userAgent: String
    /// A PEM bundle that replaces the system's.
    public var caFile: String?
    /// `http://host:port` for every call; nil: what the environment says.
    public var proxy: String?
    public var connectTimeoutMs: Int64 = 10_000
    /// A larger answer is not read to its end; its outcome is unknown.
    public var bodyBytesMax = 16 * 1_048_576
    public var headerBytesMax = 256 * 1_024
    /// Handles, each with its kept connections, that wait for the next call.
    public var idleHandlesMax = 64

    /// - Parameter caFile: By default the bundle that `CURL_CA_BUNDLE`, else `SSL_CERT_FILE`
    ///   names.
    public init(userAgent: String, caFile: String? = Options.environmentCAFile()) {
      self.userAgent = userAgent
      self.caFile = caFile
    }

    /// What `CURL_CA_BUNDLE`, else `SSL_CERT_FILE`, says; the library itself reads neither.
    public static func environmentCAFile() -> String? {
      for name in ["CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
        if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
      }
      return nil
    }
  }

  private let options: Options
  private let stopSwitch = StopSwitch()
  private let idle = Mutex<[CurlHandle]>([])

  public init(_ options: Options) {
    self.options = options
    _ = Self.libraryIsReady
  }

  deinit { idle.withLock { handles in for handle in handles { handle.cleanUp() } } }

  /// `curl_global_init` is not safe beside other threads, so it runs once, in a lazy constant.
  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  public func send(_ request: OutgoingRequest) throws(TransportFailure) -> IncomingResponse {
    guard !stopSwitch.isOff else { throw .notSent("the program is stopping") }
    guard let handle = idle.withLock({ $0.popLast() }) ?? CurlHandle() else {
      throw .notSent("libcurl gave no handle")
    }
    defer {
      let isKept = idle.withLock { handles in
        guard handles.count < options.idleHandlesMax else { return false }
        handles.append(handle)
        return true
      }
      if !isKept { handle.cleanUp() }
    }
    return try handle.perform(request, options, stopSwitch)
  }

  /// Ends the calls in flight within about a second, and every later call at once: the program is
  /// stopping and shall not wait for its neighbours. Whoever waits gets `.unknown`, or `.notSent`
  /// where that is certain.
  public func stop() { stopSwitch.turnOff() }
}
