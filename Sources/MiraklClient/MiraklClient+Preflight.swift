import Domain
import FoundationEssentials
import HTTPClient

/// What is asked before anything is done.
extension MiraklClient {
  /// One read of one element, only to see whether this key may and the feature is there.
  /// - Parameter pathAndQuery: `/api/orders?max=1`
  public func probe(_ pathAndQuery: String) -> Probe {
    let path = String(pathAndQuery.prefix { $0 != "?" })
    let stopwatch = Stopwatch()
    do throws(TransportFailure) {
      let response = try transport.send(get(pathAndQuery))
      let trace = CallTrace(
        operation: "GET \(path)", status: response.status, durationMs: stopwatch.elapsedMs)
      return Probe(
        failure: MiraklFailure.kind(of: response, isWrite: false, key: key).map {
          CallFailure($0, trace: trace)
        },
        serverTimeMs: response.serverTimeMs)
    } catch {
      let trace = CallTrace(operation: "GET \(path)", durationMs: stopwatch.elapsedMs)
      return Probe(
        failure: CallFailure(MiraklFailure.kind(of: error, key: key), trace: trace),
        serverTimeMs: nil)
    }
  }

  /// AF01: the custom fields of shops. Mirakl asks for at most one call a day.
  public func shopFields() throws(CallFailure) -> Answer<[ShopFieldDefinition]> {
    let (wire, _, trace) = try read(
      WireFields.self, .additionalFields, link("/api/additional_fields", Self.shopEntity))
    let fields = wire.fields.map {
      ShopFieldDefinition(
        code: $0.code, type: $0.type ?? "", isRequired: $0.required ?? false)
    }
    return Answer(fields, trace: trace)
  }

  private static var shopEntity: FormBody {
    var form = FormBody()
    form.append("entities", "SHOP")
    return form
  }

  private func get(_ pathAndQuery: String) -> OutgoingRequest {
    OutgoingRequest(
      method: "GET", url: origin + basePath + pathAndQuery,
      headers: [("Authorization", key.reveal { $0 }), ("Accept", "application/json")],
      timeoutMs: timeoutMs)
  }
}

private struct WireFields: Decodable {
  struct Field: Decodable {
    let code: String
    let type: String?
    let required: Bool?
  }
  let fields: [Field]

  enum CodingKeys: String, CodingKey { case fields = "additional_fields" }
}
