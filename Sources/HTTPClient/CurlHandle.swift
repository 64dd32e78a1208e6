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
    _ request: OutgoingRequest, _ options: CurlTransport.Options, _ stop: StopSwitch
  ) throws(TransportFailure) -> IncomingResponse {
    curl_easy_reset(easy)  // settings only: connections, names and TLS sessions are kept
    let sink = ResponseSink(options, stop)
    let headers = try headerList(request)
    defer { curl_slist_free_all(headers) }
    try configure(request, options)
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
    guard sink.isHeadComplete else { throw .unknown("the answer ends within its head") }
    let status = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE)
    return IncomingResponse(status: status, headers: sink.headers, body: sink.body)
  }

  /// - Throws: `.notSent` if libcurl has no room for the body; the other settings cannot fail.
  private func configure(
    _ request: OutgoingRequest, _ options: CurlTransport.Options
  ) throws(TransportFailure) {
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
    if let proxy = options.proxy { ccurl_set_text(easy, CURLOPT_PROXY, proxy) }
    if let caFile = options.caFile { ccurl_set_text(easy, CURLOPT_CAINFO, caFile) }
    switch request.method {
    case "GET" where request.body == nil: ccurl_set_long(easy, CURLOPT_HTTPGET, 1)
    case "HEAD": ccurl_set_long(easy, CURLOPT_NOBODY, 1)
    default: ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }
    if let body = request.body ?? (request.method == "POST" ? [] : nil) {
      ccurl_set_long(easy, CURLOPT_POST, 1)
      // An empty list has no address, and libcurl reads nil as "the body comes from a callback".
      let code = (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
        ccurl_set_body(easy, bytes.baseAddress, curl_off_t(body.count))
      }
      guard code == CURLE_OK else { throw .notSent(String(cString: curl_easy_strerror(code))) }
    }
  }

  private func connect(_ sink: ResponseSink) {
    let context = Unmanaged.passUnretained(sink).toOpaque()
    ccurl_set_context(easy, CURLOPT_WRITEDATA, context)
    ccurl_set_context(easy, CURLOPT_HEADERDATA, context)
    ccurl_set_context(easy, CURLOPT_PREREQDATA, context)
    ccurl_set_prerequest(easy) { context, _, _, _, _ in
      ResponseSink.from(context).requestBegins()
      return CURL_PREREQFUNC_OK
    }
    ccurl_set_context(easy, CURLOPT_XFERINFODATA, context)
    ccurl_set_progress(easy) { context, _, _, _, _ in
      ResponseSink.from(context).shallEnd() ? 1 : 0
    }
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

  /// libcurl says when a connection is ready, tunnel and handshake included, and the request
  /// comes next. It says so for every copy that it sends, so that a copy lost with a kept
  /// connection counts although the next connection was then refused. Before the first time,
  /// whatever went wrong, nothing was sent.
  private func failure(
    _ code: CURLcode, _ sink: ResponseSink, _ message: [CChar]
  ) -> TransportFailure {
    let detail = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    let text = String(decoding: detail, as: UTF8.self)
    let name = String(cString: curl_easy_strerror(code))
    let reason = sink.refusal ?? (text.isEmpty ? name : text)
    return sink.hasRequestBegun ? .unknown(reason) : .notSent(reason)
  }
}
