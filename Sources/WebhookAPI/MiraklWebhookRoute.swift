import Domain
import FoundationEssentials
public import HTTPFormat
import OpenSSL
import Store

/// The door that Mirakl's HTTP webhooks knock at (interface.md §3): stored and answered, nothing
/// more. What is stored is a hint; the facts are read from Mirakl afterwards.
public struct MiraklWebhookRoute: Sendable {
  /// In which a second delivery of the same bytes is the same event. Beyond, equal bytes may tell
  /// of another change: a callback carries no id and no time.
  static let duplicateMs: Int64 = 600_000

  let store: Store
  let clock: any WallClock
  let authorizations: [Secret]
  let onStored: @Sendable () -> Void

  /// - Parameter authorizations: The values that the `Authorization` header may have; none closes
  ///   the door.
  public init(
    store: Store, clock: any WallClock, authorizations: [Secret],
    onStored: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.clock = clock
    self.authorizations = authorizations.filter { secret in
      !secret.reveal { $0.allSatisfy(\.isWhitespace) }
    }
    self.onStored = onStored
  }

  public var routes: [Route] {
    [Route("POST", "/api/public/webhook/mirakl") { request, _, reply in receive(request, reply) }]
  }

  func receive(_ request: Request, _ reply: @escaping @Sendable (Reply) -> Void) {
    guard !authorizations.isEmpty else { return reply(.response(.text(404, "Not found."))) }
    let headers = request.headers.values("Authorization")
    guard headers.count == 1, accepts(headers[0]) else {
      return reply(.response(.text(401, "Unauthorized.")))
    }
    let body = request.body
    // RFC 8259 8.1: UTF-8 only. The decoder alone would also take UTF-16, and mend bad bytes.
    guard !body.contains(0), String(validating: body, as: UTF8.self) != nil,
      let callback = try? JSONDecoder().decode(Callback.self, from: Data(body))
    else { return reply(.response(.text(400, "Invalid payload."))) }
    let nowMs = clock.nowMs
    let id = callback.id ?? "sha256:\(sha256Hex(body))/\(nowMs / Self.duplicateMs)"
    let event = NewEvent(
      source: .mirakl, endpoint: "mirakl", externalID: id, type: "callback", objectID: nil,
      account: nil, livemode: false, createdMs: nowMs, payload: body)
    store.submit(
      { _ = try $0.appendEvent(event, nowMs: nowMs) },
      completion: { [onStored] failure in
        guard failure == nil else { return reply(.response(Self.unavailable)) }
        onStored()
        reply(.response(.text(200, "Stored.")))
      })
  }

  /// Every value is tried, so that the time taken tells nothing about which one matched.
  private func accepts(_ header: String) -> Bool {
    var matches = false
    for secret in authorizations
    where secret.reveal(to: { constantTimeEqual(Array($0.utf8), Array(header.utf8)) }) {
      matches = true
    }
    return matches
  }

  private static var unavailable: Response {
    var response = Response.text(503, "The event could not be stored. Please send it again.")
    response.headers["Retry-After"] = "30"
    return response
  }

  /// A list or an object; any other JSON is no callback. The `id` of an *envelope* (an object with
  /// a `payload`) is the event's own; the `id` of an item is that of its order.
  private struct Callback: Decodable {
    let id: String?

    init(from decoder: any Decoder) throws {
      if let list = try? decoder.unkeyedContainer() {
        _ = list
        id = nil
        return
      }
      let container = try decoder.container(keyedBy: Key.self)
      let given =
        container.contains(.payload)
        ? try? container.decode(String.self, forKey: .id) : nil
      id = given.flatMap { (1...255).contains($0.utf8.count) ? "id:\($0)" : nil }
    }

    private enum Key: String, CodingKey { case id, payload }
  }
}
