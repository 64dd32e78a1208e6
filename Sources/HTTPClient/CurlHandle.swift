import CCurl

/// One easy handle: its settings, its kept connections, its call in flight. Used by one thread at
/// a time; the pool in `CurlTransport` sees to that.
struct CurlHandle: @unchecked Sendable {
  private let easy: UnsafeMutableRawPointer

  init?() {
    guard let easy = curl_easy_init() else { return nil }
    self.easy = easy
  }

  /// To be called once, by the last owner.
  func cleanUp() { curl_easy_cleanup(easy) }

  func perform(
    _ request: OutgoingRequest, _ options: CurlTransport.Options
  ) throws(TransportFailure) -> IncomingResponse {
    curl_easy_reset(easy)  // settings only: connections, names and TLS sessions are kept
    let sink = ResponseSink(
      bodyBytesMax: options.bodyBytesMax, headerBytesMax: options.headerBytesMax)
    let headers = try headerList(request)
    defer { curl_slist_free_all(headers) }
    configure(request, options)
    connect(sink)
    ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers)
    var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = message.withUnsafeMutableBufferPointer { buffer in
      // The handle must forget the buffer before it goes.
      ccurl_set_context(easy, CURLOPT_ERRORBUFFER, buffer.baseAddress)
      defer { ccurl_set_context(easy, CURLOPT_ERRORBUFFER, nil) }
      return withExtendedLifetime(sink) { curl_easy_perform(easy) }
    }
    guard code == CURLE_OK else { throw failure(code, sink, message) }
    let status = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE)
    return IncomingResponse(status: status, headers: sink.headers, body: sink.body)
  }

  private func configure(_ request: OutgoingRequest, _ options: CurlTransport.Options) {
    ccurl_set_text(easy, CURLOPT_URL, request.url)
    ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    ccurl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
    ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, Int(max(1, request.timeoutMs)))
    let connectTimeoutMs = min(max(1, request.timeoutMs), options.connectTimeoutMs)
    ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(connectTimeoutMs))
    ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, request.isRepeatable ? 0 : 1)
    ccurl_set_text(easy, CURLOPT_USERAGENT, options.userAgent)
    ccurl_set_text(easy, CURLOPT_ACCEPT_ENCODING, "gzip")
    if let caFile = options.caFile { ccurl_set_text(easy, CURLOPT_CAINFO, caFile) }
    switch request.method {
    case "GET" where request.body == nil: ccurl_set_long(easy, CURLOPT_HTTPGET, 1)
    case "HEAD": ccurl_set_long(easy, CURLOPT_NOBODY, 1)
    default: ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }
    if let body = request.body ?? (request.method == "POST" ? [] : nil) {
      ccurl_set_long(easy, CURLOPT_POST, 1)
      // An empty list has no address, and libcurl reads nil as "the body comes from a callback".
      (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
        _ = ccurl_set_body(easy, bytes.baseAddress, curl_off_t(body.count))
      }
    }
  }

  private func connect(_ sink: ResponseSink) {
    let context = Unmanaged.passUnretained(sink).toOpaque()
    ccurl_set_context(easy, CURLOPT_WRITEDATA, context)
    ccurl_set_context(easy, CURLOPT_HEADERDATA, context)
    ccurl_set_sink(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      ResponseSink.from(context).takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    ccurl_set_sink(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      ResponseSink.from(context).takeHeader(
        UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
  }

  /// - Throws: `.notSent` if the request would break the framing or is no HTTP URL.
  private func headerList(
    _ request: OutgoingRequest
  ) throws(TransportFailure) -> UnsafeMutablePointer<curl_slist>? {
    let fields = request.headers.map { "\($0.name): \($0.value)" }
    let isClean = ([request.url, request.method] + fields).allSatisfy { text in
      text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }
    guard isClean else { throw .notSent("a header or the URL holds a control character") }
    // Without "Expect:" libcurl would ask for 100 Continue before a large body.
    return (fields + ["Expect:"]).reduce(nil) { curl_slist_append($0, $1) }
  }

  /// Only where libcurl has written no byte of any request (its own count, which also covers a
  /// first copy sent over a dead connection and a proxy's CONNECT) is "not sent" certain.
  private func failure(
    _ code: CURLcode, _ sink: ResponseSink, _ message: [CChar]
  ) -> TransportFailure {
    let detail = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let name = String(cString: curl_easy_strerror(code))
    let reason = sink.refusal ?? (detail.isEmpty ? name : detail)
    let bytesSent = ccurl_get_long(easy, CURLINFO_REQUEST_SIZE)
    return bytesSent == 0 && Self.provesNothingSent(code) ? .notSent(reason) : .unknown(reason)
  }

  /// The codes that end a call before its request is written, or can: `OPERATION_TIMEDOUT` comes
  /// at any time and leans on the byte count alone.
  private static func provesNothingSent(_ code: CURLcode) -> Bool {
    switch code {
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_FAILED_INIT, CURLE_OUT_OF_MEMORY,
      CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
      CURLE_PROXY, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_OPERATION_TIMEDOUT:
      true
    default: false
    }
  }
}
