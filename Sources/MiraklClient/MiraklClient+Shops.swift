import Domain
import FoundationEssentials
import HTTPClient

/// The list of shops by their change, and what is written to them.
extension MiraklClient {
  public func shops(
    updatedSince sinceMs: Int64?, next: PageLink?
  ) throws(CallFailure) -> Answer<MiraklPage<ShopSnapshot>> {
    var form = FormBody()
    form.append("max", "100")
    form.append("domains", list: ["PRODUCT", "SERVICE"])  // without it service shops are missing
    form.append("updated_since", sinceMs.map { Timestamp.formatSeconds(ms: $0) })
    let page = next ?? link("/api/shops", form)
    let (wire, response, trace) = try read(WireShopPage.self, .shops, page)
    let link = try following(response, from: page, trace)
    return Answer(
      MiraklPage(
        elements: wire.shops.map(\.element), next: link, serverTimeMs: response.serverTimeMs),
      trace: trace)
  }

  public func updateShops(
    _ updates: [ShopUpdate]
  ) throws(CallFailure) -> Answer<ShopUpdateResult> {
    let operation = MiraklOperation.updateShops
    if updates.isEmpty {
      return Answer(
        ShopUpdateResult(updated: [], refused: [:]), trace: CallTrace(operation: operation.pattern))
    }
    budgets[operation]?.take()
    let stopwatch = Stopwatch()
    let response: IncomingResponse
    do { response = try transport.send(request(for: updates)) } catch {
      throw CallFailure(
        MiraklFailure.kind(of: error, key: key),
        trace: CallTrace(operation: operation.pattern, durationMs: stopwatch.elapsedMs))
    }
    let trace = CallTrace(
      operation: operation.pattern, status: response.status, durationMs: stopwatch.elapsedMs)
    if let kind = MiraklFailure.kind(of: response, isWrite: true, key: key) {
      throw CallFailure(Self.withoutLinks(kind, updates), trace: trace)
    }
    // An answer without a body says no more than its status does.
    if response.body.isEmpty {
      return Answer(
        ShopUpdateResult(updated: Set(updates.map(\.shopID)), refused: [:]), trace: trace)
    }
    do {
      let wire = try JSONDecoder().decode(WireShopReturns.self, from: Data(response.body))
      return Answer(wire.result(of: updates), trace: trace)
    } catch {
      throw CallFailure(
        .unknown(reason: "unreadable answer: \(WireProblem(error))"), trace: trace)
    }
  }

  private func request(for updates: [ShopUpdate]) -> OutgoingRequest {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts and numbers always encode.
    let body =
      (try? encoder.encode(WireShopUpdates(shops: updates.map(WireShopUpdate.init)))) ?? Data()
    return OutgoingRequest(
      method: "PUT", url: origin + basePath + "/api/shops",
      headers: [
        ("Authorization", key.reveal { $0 }), ("Accept", "application/json"),
        ("Content-Type", "application/json"),
      ], body: Array(body), timeoutMs: timeoutMs)
  }

  /// Mirakl repeats what it refuses: the links of the request must not come back in a message (O3).
  private static func withoutLinks(
    _ kind: CallFailure.Kind, _ updates: [ShopUpdate]
  ) -> CallFailure.Kind {
    func cleaned(_ text: String) -> String { WireShopReturns.cleaned(text, updates) }
    switch kind {
    case .refused(var refusal):
      refusal.message = cleaned(refusal.message)
      return .refused(refusal)
    case .unknown(let reason): return .unknown(reason: cleaned(reason))
    case .unauthorized(let message): return .unauthorized(message: cleaned(message))
    case .unreadable(let reason): return .unreadable(reason: cleaned(reason))
    case .notSent, .throttled: return kind
    }
  }
}

// S07's body. `shop_additional_fields` without a `value` would erase the field: one is always sent.

private struct WireShopUpdates: Encodable { let shops: [WireShopUpdate] }

private struct WireShopUpdate: Encodable {
  struct Field: Encodable {
    let code: String
    let value: String
  }
  struct KYC: Encodable { let status: String }
  let shopID: Int64
  let fields: [Field]?
  let kyc: KYC?

  enum CodingKeys: String, CodingKey {
    case shopID = "shop_id"
    case fields = "shop_additional_fields"
    case kyc
  }

  init(_ update: ShopUpdate) {
    shopID = update.shopID.rawValue
    fields =
      update.fields.isEmpty
      ? nil
      : update.fields.sorted { $0.key < $1.key }.map { Field(code: $0.key, value: $0.value) }
    kyc = update.kyc.map { KYC(status: $0.rawValue) }
  }
}

/// S07's answer: an entry a shop, with either what it is now or why it was refused.
struct WireShopReturns: Decodable {
  /// nil where the answer is of another form: then it is a 2xx and nothing more.
  private let entries: [Entry]?

  private enum CodingKeys: String, CodingKey { case entries = "shop_returns" }

  private struct Entry: Decodable {
    let updated: ShopID?
    let refusedID: ShopID?
    let refusal: String?

    private enum Key: String, CodingKey {
      case updated = "shop_updated"
      case refused = "shop_error"
    }
    private struct Updated: Decodable {
      let id: ShopID
      init(from decoder: any Decoder) throws { id = try Fields(decoder).shopID("shop_id") }
    }
    private struct Refused: Decodable {
      let errors: [Problem]?
      let input: Updated?
    }
    private struct Problem: Decodable {
      let code: String?
      let field: String?
      let message: String?
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      updated = try container.decodeIfPresent(Updated.self, forKey: .updated)?.id
      let error = try container.decodeIfPresent(Refused.self, forKey: .refused)
      refusedID = error?.input?.id
      refusal = error.map { error in
        let texts = (error.errors ?? []).map { problem in
          [problem.field, problem.message ?? problem.code].compactMap(\.self)
            .joined(separator: ": ")
        }
        return texts.isEmpty ? "refused without a reason" : texts.joined(separator: "; ")
      }
    }
  }

  /// Every shop asked for is in the result: one that Mirakl says nothing of was not changed, for
  /// all we know. An error without a shop concerns all that are not named otherwise.
  func result(of updates: [ShopUpdate]) -> ShopUpdateResult {
    guard let entries else {
      return ShopUpdateResult(updated: Set(updates.map(\.shopID)), refused: [:])
    }
    let updated = Set(entries.compactMap(\.updated))
    var refused: [ShopID: String] = [:]
    let anonymous = entries.first { $0.refusal != nil && $0.refusedID == nil }?.refusal
    for entry in entries {
      if let id = entry.refusedID, let refusal = entry.refusal {
        refused[id] = Self.cleaned(refusal, updates)
      }
    }
    for update in updates where !updated.contains(update.shopID) && refused[update.shopID] == nil {
      refused[update.shopID] = Self.cleaned(
        anonymous ?? "Mirakl's answer does not mention the shop", updates)
    }
    let asked = Set(updates.map(\.shopID))
    return ShopUpdateResult(
      updated: updated.intersection(asked).subtracting(refused.keys),
      refused: refused.filter { asked.contains($0.key) })
  }

  static func cleaned(_ text: String, _ updates: [ShopUpdate]) -> String {
    let values = updates.flatMap(\.fields.values).sorted { $0.utf8.count > $1.utf8.count }
    let cleaned = values.reduce(text) { Redaction.clean($0, of: $1) }
    return String(Redaction.clean(cleaned).prefix(500))
  }
}
