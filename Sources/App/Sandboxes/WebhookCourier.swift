import Domain
import HTTPClient
import HTTPFormat
import Sandbox
import Threading

/// Carries the Stripe simulator's webhooks to their endpoints, as Stripe does: again until it gets
/// a 2xx, and now and then twice.
final class WebhookCourier: Sendable {
  private let stop = StopFlag()
  private let thread: WorkerThread

  /// - Parameter duplicateEvery: Each so manieth event is delivered a second time.
  init(_ stripe: StripeSandbox, transport: any HTTPTransport, duplicateEvery: Int = 10) {
    let stop = stop
    thread = WorkerThread(name: "webhooks") {
      var count = 0
      repeat {
        for delivery in stripe.takeDeliveries() {
          count += 1
          let isTaken = Self.deliver(delivery, transport)
          if isTaken { stripe.reportDelivery(eventID: delivery.eventID) }
          if !isTaken || count.isMultiple(of: duplicateEvery) {
            stripe.redeliver(eventID: delivery.eventID)
          }
          if stop.isRaised { return }
        }
      } while !stop.wait(upToMs: 20)
    }
  }

  func stopAndJoin() {
    stop.raise()
    thread.join()
  }

  private static func deliver(_ delivery: Delivery, _ transport: any HTTPTransport) -> Bool {
    let request = OutgoingRequest(
      method: "POST", url: delivery.url,
      headers: delivery.headers.fields.map { ($0.name, $0.value) }, body: delivery.body,
      timeoutMs: 10_000)
    guard let answer = try? transport.send(request) else { return false }
    return (200...299).contains(answer.status)
  }
}
