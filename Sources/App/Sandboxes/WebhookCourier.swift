import Domain
import HTTPClient
import HTTPFormat
import Sandbox
import Threading

/// Carries the simulators' webhooks to their endpoints, as Stripe and Mirakl do: again until it
/// gets a 2xx, and now and then twice.
final class WebhookCourier: Sendable {
  private let stop = StopFlag()
  private let thread: WorkerThread

  /// - Parameters:
  ///   - mirakl: Whose callbacks are carried too.
  ///   - duplicateEvery: Each so manieth event is delivered a second time.
  init(
    _ stripe: StripeSandbox, _ mirakl: MiraklSandbox? = nil, transport: any HTTPTransport,
    duplicateEvery: Int = 10
  ) {
    let stop = stop
    thread = WorkerThread(name: "webhooks") {
      var count = 0
      var isRefused = false
      func carry(_ deliveries: [Delivery], taken: (Delivery) -> Void, again: (Delivery) -> Void) {
        for delivery in deliveries where !stop.isRaised {
          count += 1
          let isTaken = Self.deliver(delivery, transport)
          if isTaken { taken(delivery) } else { isRefused = true }
          if !isTaken || count.isMultiple(of: duplicateEvery) { again(delivery) }
        }
      }
      // Without end, but slower while nobody is there to take them.
      repeat {
        isRefused = false
        carry(
          stripe.takeDeliveries(), taken: { stripe.reportDelivery(eventID: $0.eventID) },
          again: { stripe.redeliver(eventID: $0.eventID) })
        guard let mirakl else { continue }
        carry(mirakl.takeCallbacks(), taken: { _ in }, again: { mirakl.redeliver($0) })
      } while !stop.wait(upToMs: isRefused ? 250 : 20)
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
