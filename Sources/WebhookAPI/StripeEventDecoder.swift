import Domain
import FoundationEssentials

/// Reads what ingest needs of a Stripe event; the rest stays in the stored bytes.
enum StripeEventDecoder {
  /// Longer ids than Stripe's would only fill the index.
  static let idBytesMax = 255

  /// - Returns: nil if the body is not a JSON object, in UTF-8, with an `id` and a `type`, or says
  ///   that it is something else than an event (a thin event, an object).
  static func decode(_ body: [UInt8], endpoint: String, nowMs: Int64) -> NewEvent? {
    // RFC 8259 8.1: UTF-8 only. The decoder alone would also take UTF-16, and mend bad bytes.
    guard !body.contains(0), String(validating: body, as: UTF8.self) != nil,
      let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)),
      (1...idBytesMax).contains(wire.id.utf8.count), isPlain(wire.id),
      (1...idBytesMax).contains(wire.type.utf8.count), isPlain(wire.type),
      wire.object == nil || wire.object == "event"
    else { return nil }
    let createdS = wire.created ?? nowMs / 1_000
    return NewEvent(
      source: .stripe, endpoint: endpoint, externalID: wire.id, type: wire.type,
      objectID: wire.data?.object?.id, account: wire.account, livemode: wire.livemode ?? false,
      createdMs: (0...4_102_444_800).contains(createdS) ? createdS * 1_000 : nowMs,
      payload: body)
  }

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 > 31 && $0 != 127 }
  }

  /// Only `id` and `type` must be what they should: an odd value elsewhere makes the event no less
  /// authentic, and what is signed and well-formed is stored.
  private struct Wire: Decodable {
    let id: String
    let type: String
    let object: String?
    let account: String?
    let created: Int64?
    let livemode: Bool?
    let data: DataField?

    struct DataField: Decodable {
      let object: ObjectField?
      init(from decoder: any Decoder) throws {
        let container = try? decoder.container(keyedBy: Key.self)
        object = container.flatMap { try? $0.decode(ObjectField.self, forKey: .object) }
      }
    }

    struct ObjectField: Decodable {
      let id: String?
      init(from decoder: any Decoder) throws {
        let container = try? decoder.container(keyedBy: Key.self)
        id = container.flatMap { try? $0.decode(String.self, forKey: .id) }
      }
    }

    enum Key: String, CodingKey { case id, type, account, created, livemode, data, object }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      id = try container.decode(String.self, forKey: .id)
      type = try container.decode(String.self, forKey: .type)
      object = try? container.decode(String.self, forKey: .object)
      account = try? container.decode(String.self, forKey: .account)
      created = try? container.decode(Int64.self, forKey: .created)
      livemode = try? container.decode(Bool.self, forKey: .livemode)
      data = try? container.decode(DataField.self, forKey: .data)
    }
  }
}
