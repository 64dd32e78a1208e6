import Domain
import FoundationEssentials
import HTTPClient

/// S20's answer.
struct WireShopPage: Decodable { let shops: [WireElement<WireShop>] }

/// One shop of S20.
struct WireShop: WireValue {
  let snapshot: ShopSnapshot

  init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let entries = try fields.optional("shop_additional_fields", as: [Entry].self) ?? []
    snapshot = ShopSnapshot(
      id: try fields.shopID("shop_id"), name: fields.lenientText("shop_name") ?? "",
      state: fields.lenientText("shop_state") ?? "",
      additionalFields: Dictionary(
        entries.compactMap { entry in entry.value.map { (entry.code, $0) } },
        uniquingKeysWith: { first, _ in first }))
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    let shopID = try? fields?.shopID("shop_id")
    return UnreadableElement(
      id: shopID?.description, shopID: shopID, field: problem.field, reason: problem.reason)
  }

  /// A custom field. Its value is text, or a list of texts; numbers and booleans are taken too.
  private struct Entry: Decodable {
    let code: String
    /// nil where the field is not set.
    let value: String?

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      code = try fields.required("code")
      value = try fields.optional("value", as: Value.self)?.text
    }
  }

  private struct Value: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self.text = text
      } else if let list = try? container.decode([String].self) {
        text = list.joined(separator: ",")
      } else if let flag = try? container.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else {
        text = "\(try container.decode(Decimal.self))"
      }
    }
  }
}
