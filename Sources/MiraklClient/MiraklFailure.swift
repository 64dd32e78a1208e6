import Domain
import FoundationEssentials
import HTTPClient

/// From an answer of Mirakl's to what the caller must do.
enum MiraklFailure {
  static func kind(of failure: TransportFailure, key: Secret) -> CallFailure.Kind {
    switch failure {
    case .notSent(let reason): .notSent(reason: cleaned(reason, key))
    case .unknown(let reason): .unknown(reason: cleaned(reason, key))
    }
  }

  /// nil for a 2xx.
  /// - Parameter isWrite: A write that was answered unintelligibly may have had its effect; a read
  ///   only brought nothing.
  static func kind(
    of response: IncomingResponse, isWrite: Bool, key: Secret
  ) -> CallFailure.Kind? {
    let message = cleaned(Self.message(of: response), key)
    let summary = "HTTP \(response.status): \(message)"
    switch response.status {
    case 200...299: return nil
    case 401, 403: return .unauthorized(message: message)
    case 429:
      return .throttled(
        retryAfterMs: RetryAfter.milliseconds(
          response.header("Retry-After"), date: response.header("Date")))
    case 408, 409, 424, 425, 500...599: return .unknown(reason: summary)
    case 400...499: return .refused(Refusal(status: response.status, message: message))
    default: return isWrite ? .unknown(reason: summary) : .unreadable(reason: summary)
    }
  }

  /// Mirakl describes no error body: `message`, then the `errors`, then the start of whatever
  /// came, which may be a gateway's HTML.
  private static func message(of response: IncomingResponse) -> String {
    if let body = try? JSONDecoder().decode(Body.self, from: Data(response.body)) {
      if let message = body.message, !message.isEmpty { return message }
      let messages = (body.errors ?? []).compactMap(\.message)
      if !messages.isEmpty { return messages.joined(separator: "; ") }
    }
    let text = String(decoding: response.body.prefix(200), as: UTF8.self)
    return text.isEmpty ? "no body" : text
  }

  /// Without the key; of `Bearer …` the token is the secret.
  private static func cleaned(_ text: String, _ key: Secret) -> String {
    key.reveal { Redaction.clean(text, of: $0.split(separator: " ").last.map(String.init) ?? "") }
  }

  private struct Body: Decodable {
    let message: String?
    let errors: [Entry]?

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      message = try? container.decode(String.self, forKey: .message)
      errors = try? container.decode([Entry].self, forKey: .errors)
    }

    private enum Key: String, CodingKey { case message, errors }
  }

  private struct Entry: Decodable { let message: String? }
}
