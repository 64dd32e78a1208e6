import HTTPFormat
import Threading

extension MiraklSandbox {
  /// The state as JSON, for people and scripts: `GET /_sandbox/orders` (id, shop, state of each),
  /// `/_sandbox/requests`; 404 for anything else. Not part of Mirakl's API and without a key.
  public func handleControl(_ request: Request) -> Response {
    guard request.method == "GET" else { return .json(405, #"{"message":"GET only"}"#) }
    let json: JSONValue
    switch request.path {
    case "/_sandbox/orders": json = .array(ordersJSON())
    case "/_sandbox/requests":
      json = .object(
        requestCounts.sorted { $0.key < $1.key }.map {
          JSONValue.Member($0.key, .integer(Int64($0.value)))
        })
    default: return .json(404, #"{"message":"no such state"}"#)
    }
    return .json(200, json.pretty)
  }

  private func ordersJSON() -> [JSONValue] {
    state.withLock { state in
      state.orders.map {
        [
          "order_id": .string($0.id), "shop_id": .integer($0.shopID),
          "order_state": .string($0.state),
        ]
      }
    }
  }
}
