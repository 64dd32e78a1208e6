public import HTTPFormat
import Threading

extension Router {
  /// Sends a request through the routes and waits for the answer: a server without sockets.
  public func answer(_ request: Request) -> Reply {
    let reply = Monitor<Reply?>(nil)
    handle(request) { answer in reply.update { $0 = answer } }
    guard let answer = reply.wait(upToMs: 20_000, { $0 }) else {
      preconditionFailure("no answer to \(request.method) \(request.path)")
    }
    return answer
  }

  /// As `answer`, for routes that never hang up.
  public func response(_ request: Request) -> Response {
    guard case .response(let response) = answer(request) else {
      preconditionFailure("\(request.method) \(request.path) hung up")
    }
    return response
  }
}

extension Response {
  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }
}
