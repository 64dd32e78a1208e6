import Domain
import FoundationEssentials
import HTTPClient

/// From an answer of Stripe's to what the caller must do.
/// - Source: https://docs.stripe.com/error-low-level, https://docs.stripe.com/api/errors
enum StripeFailure {
  static func kind(of failure: TransportFailure) -> CallFailure.Kind {
    switch failure {
    case .notSent(let reason): .notSent(reason: Redaction.clean(reason))
    case .unknown(let reason): .unknown(reason: Redaction.clean(reason))
    }
  }

  /// nil for a 2xx.
  ///
  /// - Parameter isWrite: A write that was answered unintelligibly may have had its effect; a read
  ///   only brought nothing.
  static func kind(of response: IncomingResponse, isWrite: Bool) -> CallFailure.Kind? {
    let error = StripeError(response)
    switch response.status {
    case 200...299: return nil
    case 400...499: return kind(of: response, error)
    case 500...599: return .unknown(reason: error.summary)
    default:
      return isWrite ? .unknown(reason: error.summary) : .unreadable(reason: error.summary)
    }
  }

  private static func kind(
    of response: IncomingResponse, _ error: StripeError
  ) -> CallFailure.Kind {
    switch (response.status, error.code) {
    case (429, "lock_timeout"):
      // Another request holds this one object: nothing to do with our rate.
      return .unknown(reason: error.summary)
    case (429, _), (400, "rate_limit"):
      return .throttled(
        retryAfterMs: RetryAfter.milliseconds(
          response.header("Retry-After"), date: response.header("Date")))
    case (408, _), (409, _), (424, _): return .unknown(reason: error.summary)
    case _ where response.header("Stripe-Should-Retry")?.lowercased() == "true":
      return .unknown(reason: error.summary)
    case _ where error.type == "idempotency_error":
      // The key was used before, with other parameters: whatever it then did stands. Were this a
      // refusal, a new key would do it again.
      return .unknown(reason: error.summary)
    case (403, "account_invalid"): return .refused(error.refusal)
    case (401, _), (403, _): return .unauthorized(message: error.message)
    default: return .refused(error.refusal)
    }
  }
}

/// `{"error": {…}}`, or what stands for it.
struct StripeError {
  let status: Int
  var type: String?
  var code: String?
  var parameter: String?
  /// Stripe's words without keys; the start of the body where it is not Stripe's JSON.
  var message: String

  init(_ response: IncomingResponse) {
    status = response.status
    guard let wire = try? JSONDecoder().decode(Envelope.self, from: Data(response.body)) else {
      let text = String(decoding: response.body.prefix(200), as: UTF8.self)
      message = Redaction.clean(text.isEmpty ? "no body" : text)
      return
    }
    switch wire.error {
    case .object(let object):
      (type, code, parameter) = (object.type, object.code, object.param)
      message = Redaction.clean(object.message ?? object.code ?? object.type ?? "no message")
    case .name(let name):
      code = name
      message = Redaction.clean(wire.description ?? name)
    }
  }

  var refusal: Refusal {
    Refusal(status: status, code: code, parameter: parameter, message: message)
  }

  /// For a reason that people read.
  var summary: String { "HTTP \(status): \(message)" + (code.map { " (\($0))" } ?? "") }

  private struct Envelope: Decodable {
    let error: Body
    let description: String?

    enum CodingKeys: String, CodingKey {
      case error
      case description = "error_description"
    }
  }

  /// OAuth endpoints write a name where all others write an object.
  private enum Body: Decodable {
    case object(Fields)
    case name(String)

    init(from decoder: any Decoder) throws {
      if let name = try? decoder.singleValueContainer().decode(String.self) {
        self = .name(name)
      } else {
        self = .object(try Fields(from: decoder))
      }
    }
  }

  private struct Fields: Decodable {
    let type: String?
    let code: String?
    let message: String?
    let param: String?
  }
}
