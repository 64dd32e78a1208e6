import HTTPFormat
import Threading

extension StripeSandbox {
  /// The state as JSON, for people and scripts: `GET /_sandbox/transfers`, `/charges`,
  /// `/balances`, `/requests`; 404 for anything else. Not part of Stripe's API and without a key.
  public func handleControl(_ request: Request) -> Response {
    guard request.method == "GET" else { return .json(405, #"{"message":"GET only"}"#) }
    let json: JSONValue
    switch request.path {
    case "/_sandbox/transfers": json = .array(transfersJSON())
    case "/_sandbox/charges": json = .array(chargesJSON())
    case "/_sandbox/balances": json = balancesJSON()
    case "/_sandbox/requests":
      json = .object(
        requestCounts.sorted { $0.key < $1.key }.map {
          JSONValue.Member($0.key, .integer(Int64($0.value)))
        })
    default: return .json(404, #"{"message":"no such state"}"#)
    }
    return .json(200, json.pretty)
  }

  private func transfersJSON() -> [JSONValue] {
    state.withLock { state in state.transfers.rows.map { $0.json(livemode: state.livemode) } }
  }

  private func chargesJSON() -> [JSONValue] {
    state.withLock { state in state.charges.rows.map { $0.json(livemode: state.livemode) } }
  }

  private func balancesJSON() -> JSONValue {
    .object(
      balances.sorted { $0.key < $1.key }.map { account, own in
        let currencies = own.sorted { $0.key < $1.key }.map { currency, balance in
          JSONValue.Member(
            currency,
            ["available": .integer(balance.available), "pending": .integer(balance.pending)])
        }
        return JSONValue.Member(account, .object(currencies))
      })
  }
}
