/// What is known about one call to Stripe or Mirakl, for the history of a record (V2).
public struct CallTrace: Hashable, Sendable {
  /// `GET /v1/charges/{id}`: method and path pattern, never an identifier or a secret.
  public var operation: String
  /// Stripe's `Request-Id`.
  public var requestID: String?
  /// The HTTP status, if there was an answer.
  public var status: Int?
  public var durationMs: Int64
  /// Stripe answered from what it had stored under the idempotency key.
  public var isReplay: Bool

  public init(
    operation: String, requestID: String? = nil, status: Int? = nil, durationMs: Int64 = 0,
    isReplay: Bool = false
  ) {
    self.operation = operation
    self.requestID = requestID
    self.status = status
    self.durationMs = durationMs
    self.isReplay = isReplay
  }
}

/// A value with the trace of the call that brought it.
public struct Answer<Value: Sendable>: Sendable {
  public let value: Value
  public let trace: CallTrace
  public init(_ value: Value, trace: CallTrace) {
    self.value = value
    self.trace = trace
  }
}

/// Why a call gave no answer that can be used. The kinds differ in what the caller must do.
public struct CallFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// No byte of the request was written: it certainly had no effect.
    case notSent(reason: String)
    /// Sent, and the answer is lost or says nothing (time-out, reset, 5xx, 409, truncated body):
    /// it may have had its effect. Repeat with the same key, or look it up (Q3).
    case unknown(reason: String)
    /// 429: not executed. `retryAfterMs` is the neighbour's own wish, if it uttered one.
    case throttled(retryAfterMs: Int64?)
    /// 401 or 403: our credentials, not this item. Opens the circuit (Q8).
    case unauthorized(message: String)
    /// Another 4xx: it fails again if it is sent again.
    case refused(Refusal)
    /// 2xx, but the body is not what the API promises.
    case unreadable(reason: String)
  }

  public let kind: Kind
  public let trace: CallTrace

  public init(_ kind: Kind, trace: CallTrace) {
    self.kind = kind
    self.trace = trace
  }

  public var description: String {
    let suffix = trace.requestID.map { " [\($0)]" } ?? ""
    switch kind {
    case .notSent(let reason): return "\(trace.operation): request not sent: \(reason)"
    case .unknown(let reason): return "\(trace.operation): outcome unknown: \(reason)\(suffix)"
    case .throttled(let ms):
      return "\(trace.operation): asked to slow down" + (ms.map { ", wait \($0) ms" } ?? "")
    case .unauthorized(let message):
      return "\(trace.operation): credentials refused: \(message)\(suffix)"
    case .refused(let refusal): return "\(refusal)\(suffix)"
    case .unreadable(let reason): return "\(trace.operation): unreadable answer: \(reason)\(suffix)"
    }
  }
}

/// A definite "no" from Stripe or Mirakl.
public struct Refusal: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The HTTP status, 400 to 499.
  public var status: Int
  /// Stripe's `error.code`, e.g. `balance_insufficient`; an open set, often absent.
  public var code: String?
  /// The parameter that was refused, in Stripe's bracket notation.
  public var parameter: String?
  /// The neighbour's own words, at most 500 characters.
  public var message: String

  public init(status: Int, code: String? = nil, parameter: String? = nil, message: String) {
    self.status = status
    self.code = code
    self.parameter = parameter
    self.message = String(message.prefix(500))
  }

  /// The object, or one that a parameter names, does not exist for this key and mode.
  public var isMissing: Bool { code == "resource_missing" || status == 404 || status == 410 }

  public var description: String {
    message + (code.map { " (\($0))" } ?? " (HTTP \(status))")
  }
}
