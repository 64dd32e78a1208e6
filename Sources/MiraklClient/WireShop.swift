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
        uniquingKeysWith: { first, _ in first }),
      isProfessional: (try? fields.flag("is_professional")) ?? nil,
      contact: (try? fields.optional("contact_informations", as: Contact.self))??.snapshot,
      kycStatus: (try? fields.optional("kyc", as: KYC.self))??.status,
      lastUpdatedMs: try fields.moment("last_updated_date"))
  }

  static func describe(_ fields: Fields?, _ problem: WireProblem) -> UnreadableElement {
    let shopID = try? fields?.shopID("shop_id")
    return UnreadableElement(
      id: shopID?.description, shopID: shopID, field: problem.field, reason: problem.reason)
  }

  /// Nothing of it is needed: what is no text is left out.
  private struct Contact: Decodable {
    let snapshot: ShopSnapshot.Contact

    init(from decoder: any Decoder) throws {
      let fields = try Fields(decoder)
      snapshot = ShopSnapshot.Contact(
        email: fields.lenientText("email"), phone: fields.lenientText("phone"),
        webSite: fields.lenientText("web_site"))
    }
  }

  private struct KYC: Decodable { let status: String? }

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
