import Domain
import HTTPClient

extension StripeClient {
  /// One read of one element, only to see whether this key may.
  /// - Parameter path: `/v1/charges`, a list; or `/v1/account`, `/v1/balance`.
  public func probe(_ path: String) -> Probe {
    var call = StripeCall(operation: "GET \(path)", path: path)
    if path != "/v1/account", path != "/v1/balance" { call.parameters.append("limit", "1") }
    let stopwatch = Stopwatch()
    do throws(TransportFailure) {
      let response = try transport.send(request(for: call))
      let trace = CallTrace(
        operation: call.operation, requestID: response.header("Request-Id"),
        status: response.status, durationMs: stopwatch.elapsedMs)
      return Probe(
        failure: StripeFailure.kind(of: response, isWrite: false).map {
          CallFailure($0, trace: trace)
        },
        serverTimeMs: response.header("Date").flatMap(Timestamp.parseHTTP))
    } catch {
      let trace = CallTrace(operation: call.operation, durationMs: stopwatch.elapsedMs)
      return Probe(
        failure: CallFailure(StripeFailure.kind(of: error), trace: trace), serverTimeMs: nil)
    }
  }
}
