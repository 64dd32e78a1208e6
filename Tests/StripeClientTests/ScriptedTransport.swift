import HTTPClient
import Synchronization

/// Answers from a list, in order, and keeps what was asked.
final class ScriptedTransport: HTTPTransport {
  typealias Outcome = Result<IncomingResponse, TransportFailure>

  private let state: Mutex<(outcomes: [Outcome], requests: [OutgoingRequest])>

  init(_ outcomes: Outcome...) { state = Mutex((outcomes, [])) }

  var requests: [OutgoingRequest] { state.withLock { $0.requests } }

  func send(_ request: OutgoingRequest) throws(TransportFailure) -> IncomingResponse {
    let outcome = state.withLock { state in
      state.requests.append(request)
      return state.outcomes.isEmpty ? nil : state.outcomes.removeFirst()
    }
    guard let outcome else { throw .notSent("the script has ended") }
    return try outcome.get()
  }
}

extension Result where Success == IncomingResponse, Failure == TransportFailure {
  static func answer(
    _ status: Int, _ body: String, _ headers: [(name: String, value: String)] = []
  ) -> Self {
    .success(IncomingResponse(status: status, headers: headers, body: Array(body.utf8)))
  }
}
