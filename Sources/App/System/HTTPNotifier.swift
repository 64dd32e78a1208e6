import Domain
import HTTPClient

/// `POST $OPERATOR_NOTIFICATION_URL` (interface.md §5).
struct HTTPNotifier: NotificationPort {
  let transport: any HTTPTransport
  let url: String
  let timeoutMs: Int64

  func deliver(_ body: String) throws(CallFailure) {
    // The URL may carry a token: the trace names the operation only (O3).
    let trace = CallTrace(operation: "POST OPERATOR_NOTIFICATION_URL")
    let answer: IncomingResponse
    do {
      answer = try transport.send(
        OutgoingRequest(
          method: "POST", url: url, headers: [("Content-Type", "application/json")],
          body: Array(body.utf8), timeoutMs: timeoutMs))
    } catch {
      switch error {
      case .notSent(let reason): throw CallFailure(.notSent(reason: reason), trace: trace)
      case .unknown(let reason): throw CallFailure(.unknown(reason: reason), trace: trace)
      }
    }
    guard !(200...299).contains(answer.status) else { return }
    throw CallFailure(.unknown(reason: "answered \(answer.status)"), trace: trace)
  }
}
