/// `payment_method_details` of a charge: an object per method, of which some methods tell until
/// when an authorisation lives.
struct WirePaymentMethodDetails: Decodable {
  let captureBeforeMs: Int64?

  /// Never fails: nothing that moves depends on it.
  init(from decoder: any Decoder) throws {
    let methods = (try? [String: Method](from: decoder)) ?? [:]
    captureBeforeMs = methods.values.compactMap(\.captureBefore).min().map { milliseconds($0) }
  }

  private struct Method: Decodable {
    let captureBefore: Int64?

    init(from decoder: any Decoder) throws {
      let container = try? decoder.container(keyedBy: Key.self)
      captureBefore = try? container?.decodeIfPresent(Int64.self, forKey: .captureBefore)
    }

    private enum Key: String, CodingKey { case captureBefore = "capture_before" }
  }
}
