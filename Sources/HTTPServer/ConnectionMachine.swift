import HTTPFormat

/// One HTTP/1.1 connection without its socket: bytes, answers and the time go in, and `next` says
/// what is to be done.
///
/// Requests are taken up one after the other, so answers are in order (RFC 9112 9.3.2), and
/// nothing is read while a request is at work: the kernel's buffers hold back the client.
///
///     open -> (answer with close, refusal) -> finishing -> (all sent) -> lingering -> closed
struct ConnectionMachine {
  enum Step {
    /// Run the handler, then call `answer` with the same exchange.
    case dispatch(IncomingRequest, exchange: UInt32)
    /// Send `unsent`, then call `sent`, or `blocked` when the socket takes nothing now.
    case write
    /// Read, then call `received` or `receivedEnd`.
    case read
    /// A request is at work elsewhere.
    case wait
    /// End the sending side and ask again.
    case shutdownWrite
    case close
  }

  private enum Phase { case open, finishing, lingering, closed }

  private struct Work {
    let keepsAlive: Bool
    let isHTTP10: Bool
    let isHead: Bool
  }

  private let limits: HTTPLimits
  /// Every answer comes over TLS, and says so.
  private var isSecure: Bool
  private var parser: RequestParser
  private var phase = Phase.open
  private var ready: IncomingRequest?
  private var work: Work?
  private var exchange: UInt32 = 0
  private var mayHoldNext = false
  private var continueSent = false
  private var peerEnded = false
  private var isDraining = false
  private var answers = 0
  private var lingered = 0
  private var output: [UInt8] = []
  private var outputStart = 0
  /// When the connection was accepted or the last answer was given.
  private(set) var idleSinceMs: Int64
  private var requestDeadlineMs: Int64
  private var stepDeadlineMs: Int64
  private var writeDeadlineMs: Int64?
  private var writtenSinceDeadline = 0
  private var isHeadDeadlineSet = true
  private var isBodyDeadlineSet = false
  private var refusal: Refusal?

  init(
    limits: HTTPLimits, remoteAddress: String, isSecure: Bool = false, at moment: Moment
  ) {
    self.limits = limits
    self.isSecure = isSecure
    parser = RequestParser(limits: limits, remoteAddress: remoteAddress)
    idleSinceMs = moment.ms
    stepDeadlineMs = moment.ms + limits.headTimeoutMs
    requestDeadlineMs = moment.ms + limits.requestTimeoutMs
  }

  /// When `deadlinePassed` is to be called.
  var deadlineMs: Int64 { min(stepDeadlineMs, writeDeadlineMs ?? .max) }

  /// Whether nothing would be lost if the connection were closed.
  var isIdle: Bool {
    phase == .open && work == nil && ready == nil && !parser.isInMessage && unsentCount == 0
  }

  /// Calls `body` with the bytes to send.
  func withUnsent<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    output.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[outputStart...])) }
  }

  /// A refusal that was answered since the last call, to be reported.
  mutating func takeRefusal() -> Refusal? { refusal.take() }

  private var unsentCount: Int { output.count - outputStart }

  // MARK: - What to do

  mutating func next(at moment: Moment) -> Step {
    switch phase {
    case .closed: return .close
    case .lingering: return .read
    case .open, .finishing: break
    }
    if phase == .open, work == nil {
      if ready == nil, mayHoldNext { take(parser.next(), at: moment) }
      if unsentCount < limits.unsentBytesMax, let request = ready {
        ready = nil
        return begin(request)
      }
      if ready == nil, peerEnded, phase == .open {
        if parser.isInMessage { refuse(parser.cutShort, at: moment) } else { phase = .finishing }
      }
    }
    if unsentCount > 0 { return .write }
    if work != nil { return .wait }
    if phase == .open { return .read }
    if peerEnded {
      phase = .closed
      return .close
    }
    // RFC 9112 9.6: end our side first and read what still comes, or a reset would destroy the
    // answer before the client has read it.
    phase = .lingering
    stepDeadlineMs = moment.ms + limits.lingerTimeoutMs
    return .shutdownWrite
  }

  private mutating func begin(_ incoming: IncomingRequest) -> Step {
    work = Work(
      keepsAlive: incoming.keepsAlive, isHTTP10: incoming.isHTTP10,
      isHead: incoming.request.method == "HEAD")
    exchange &+= 1
    stepDeadlineMs = requestDeadlineMs
    return .dispatch(incoming, exchange: exchange)
  }

  // MARK: - What happened

  mutating func received(_ bytes: UnsafeRawBufferPointer, at moment: Moment) {
    guard phase == .open else {
      lingered += bytes.count
      if lingered > limits.lingerBytesMax { phase = .closed }
      return
    }
    if !isHeadDeadlineSet {
      isHeadDeadlineSet = true
      stepDeadlineMs = moment.ms + limits.headTimeoutMs
      requestDeadlineMs = moment.ms + limits.requestTimeoutMs
    }
    take(parser.feed(bytes), at: moment)
  }

  /// The client ended its side. What it has sent so far is still answered.
  mutating func receivedEnd() {
    peerEnded = true
    if phase == .lingering || isIdle { phase = .closed }
  }

  mutating func sent(_ count: Int, at moment: Moment) {
    outputStart += count
    writtenSinceDeadline += count
    if outputStart == output.count {
      output.removeAll(keepingCapacity: output.capacity <= 16 * 1_024)
      outputStart = 0
      writeDeadlineMs = nil
    } else if writtenSinceDeadline >= limits.unsentBytesMax {
      writeDeadlineMs = nil  // set anew by the next `blocked`
    }
  }

  /// The socket takes nothing now.
  mutating func blocked(at moment: Moment) {
    guard writeDeadlineMs == nil else { return }
    writeDeadlineMs = moment.ms + limits.writeTimeoutMs
    writtenSinceDeadline = 0
  }

  /// Takes the answer to the request that was dispatched as `exchange`. One that comes after its
  /// deadline has no effect.
  ///
  /// - Returns: what was wrong with the response, if it had to be replaced by a 500.
  @discardableResult
  mutating func answer(
    _ reply: Reply, exchange: UInt32, at moment: Moment
  ) -> ResponseWriter.Fault? {
    guard let work, exchange == self.exchange, phase == .open else { return nil }
    self.work = nil
    answers += 1
    idleSinceMs = moment.ms
    guard case .response(let response) = reply else {
      phase = .closed
      return nil
    }
    let keeps =
      work.keepsAlive && !isDraining && answers < limits.requestsPerConnectionMax
      && !ResponseWriter.asksToClose(response)
    let fault = write(
      response, keeps ? (work.isHTTP10 ? .keepAlive : .keep) : .close, isHead: work.isHead,
      at: moment)
    guard keeps else {
      phase = .finishing
      return fault
    }
    continueSent = false
    isBodyDeadlineSet = false
    // A pipelined request begins now; otherwise the connection is idle until its first byte.
    isHeadDeadlineSet = parser.isInMessage
    mayHoldNext = isHeadDeadlineSet
    requestDeadlineMs = moment.ms + limits.requestTimeoutMs
    stepDeadlineMs = moment.ms + (mayHoldNext ? limits.headTimeoutMs : limits.idleTimeoutMs)
    return fault
  }

  /// To be called at `deadlineMs`.
  mutating func deadlinePassed(at moment: Moment) {
    guard moment.ms >= deadlineMs else { return }
    if let writeDeadlineMs, moment.ms >= writeDeadlineMs {
      phase = .closed
    } else if phase == .lingering || isIdle {
      phase = .closed
    } else if work != nil {
      // RFC 9110 15.6.4. The handler may still finish; its answer then finds nobody.
      refuse(Refusal(503, "no answer in time"), at: moment)
    } else if phase == .open, ready == nil, unsentCount == 0 {
      refuse(Refusal(408, "request not complete in time"), at: moment)
    } else {
      // An answer waits for its reader, whose deadline counts.
      stepDeadlineMs = moment.ms + limits.writeTimeoutMs
    }
  }

  /// The server stops: what has begun is answered, with `Connection: close`.
  ///
  /// A client may be sending its next request at this moment, and must not find the door shut, so
  /// an idle connection waits for it a little longer.
  mutating func drain(at moment: Moment) {
    isDraining = true
    if isIdle { stepDeadlineMs = min(stepDeadlineMs, moment.ms + limits.drainIdleMs) }
  }

  /// The connection is of no use any more.
  mutating func abort() { phase = .closed }

  /// Refuses what is not HTTP at all, without TLS.
  mutating func reject(_ refusal: Refusal, at moment: Moment) {
    isSecure = false
    refuse(refusal, at: moment)
  }

  // MARK: - Answers

  private mutating func take(_ outcome: RequestParser.Outcome, at moment: Moment) {
    switch outcome {
    case .incomplete:
      mayHoldNext = false
      guard parser.isInBody else { return }
      if !isBodyDeadlineSet {
        isBodyDeadlineSet = true
        stepDeadlineMs = moment.ms + limits.bodyTimeoutMs
      }
      if parser.awaitsContinue, !continueSent {
        continueSent = true
        output += ResponseWriter.continueLine
      }
    case .complete(let request):
      ready = request
      mayHoldNext = true
    case .invalid(let refusal):
      refuse(refusal, at: moment)
    }
  }

  private mutating func refuse(_ refusal: Refusal, at moment: Moment) {
    let isHead = work?.isHead ?? parser.isHead
    self.refusal = refusal
    work = nil
    ready = nil
    phase = .finishing
    stepDeadlineMs = moment.ms + limits.writeTimeoutMs
    write(refusal.response, .close, isHead: isHead, at: moment)
  }

  @discardableResult
  private mutating func write(
    _ response: Response, _ connection: ResponseWriter.Connection, isHead: Bool,
    at moment: Moment
  ) -> ResponseWriter.Fault? {
    do throws(ResponseWriter.Fault) {
      try ResponseWriter.append(
        response, to: &output, date: moment.date, connection: connection, isHead: isHead,
        isSecure: isSecure)
      return nil
    } catch {
      let message = Refusal(500, "internal error").response
      try? ResponseWriter.append(
        message, to: &output, date: moment.date, connection: connection, isHead: isHead,
        isSecure: isSecure)
      return error
    }
  }
}
