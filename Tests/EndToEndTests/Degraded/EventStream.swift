import HTTPClient
import TestSupport
import Threading

@testable import App

/// Signed events from many senders at once, who remember what was acknowledged.
final class EventStream: Sendable {
  struct Answers: Sendable {
    /// The events that were answered 200.
    var acknowledged: [String] = []
    /// What else was answered: status and `Retry-After`.
    var refused: [(id: String, status: Int, retryAfter: String?)] = []
    /// No answer at all: the connection broke.
    var lost: [String] = []
  }

  private let port: UInt16
  private let prefix: String
  private let transport = CurlTransport(CurlTransport.Options(userAgent: "events"))
  private let next = Monitor(0)
  private let answers = Monitor(Answers())

  /// - Parameters:
  ///   - port: Of the instance that is sent to.
  ///   - prefix: Of the ids of the events.
  init(port: UInt16, prefix: String) {
    self.port = port
    self.prefix = prefix
  }

  var known: Answers { answers.withLock { $0 } }

  /// Sends so many events with so many senders, and waits for their answers.
  func send(_ count: Int, senders: Int = 4, payloadBytes: Int = 200) {
    let left = Monitor(count)
    let threads = (1...senders).map { number in
      WorkerThread(name: "sender-\(number)") { [self] in
        while left.withLock({ left in
          left -= 1
          return left >= 0
        }) {
          sendOne(payloadBytes)
        }
      }
    }
    for thread in threads { thread.join() }
  }

  /// Sends until the flag is raised.
  func start(senders: Int, payloadBytes: Int, until stop: StopFlag) -> [WorkerThread] {
    (1...senders).map { number in
      WorkerThread(name: "sender-\(number)") { [self] in
        while !stop.isRaised { if !sendOne(payloadBytes) { _ = stop.wait(upToMs: 5) } }
      }
    }
  }

  /// As Stripe does: what was not acknowledged comes again.
  func resendRefused() {
    let ids = answers.withLock { answers in
      defer { (answers.refused, answers.lost) = ([], []) }
      return answers.refused.map(\.id) + answers.lost
    }
    for id in ids { post(id, payloadBytes: 200) }
  }

  @discardableResult
  func sendOne(_ payloadBytes: Int) -> Bool {
    let number = next.withLock { next in
      next += 1
      return next
    }
    return post("evt_\(prefix)_\(number)", payloadBytes: payloadBytes)
  }

  @discardableResult
  private func post(_ id: String, payloadBytes: Int) -> Bool {
    let filling = String(repeating: "x", count: payloadBytes)
    let body = Array(
      """
      {"id":"\(id)","object":"event","type":"product.updated","created":1764000000,\
      "livemode":false,"data":{"object":{"id":"prod_1","description":"\(filling)"}}}
      """.utf8)
    let signature = StripeSignature.header(
      body, secrets: [World.webhookSecret], seconds: SystemClock().nowMs / 1_000)
    let answer = try? transport.send(
      OutgoingRequest(
        method: "POST", url: "http://127.0.0.1:\(port)/api/public/webhook/operator",
        headers: [("Stripe-Signature", signature)], body: body, timeoutMs: 20_000))
    answers.withLock { answers in
      switch answer?.status {
      case 200: answers.acknowledged.append(id)
      case nil: answers.lost.append(id)
      case .some(let status):
        answers.refused.append((id, status, answer?.header("Retry-After")))
      }
    }
    return answer?.status == 200
  }
}
