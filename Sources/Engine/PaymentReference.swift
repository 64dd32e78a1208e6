import Domain
import FoundationEssentials

/// The payment that an event's object is about: refunds, disputes, reviews and fraud warnings name
/// theirs in `charge` or `payment_intent`. What they mean for it is then read from Stripe (P3).
enum PaymentReference {
  /// Types by their beginnings (P6).
  static let prefixes = [
    "charge.dispute.", "charge.refund.", "refund.", "review.", "radar.early_fraud_warning.",
  ]

  /// nil for any other type, and for an object without a payment.
  static func job(for event: NewEvent) -> (Job.Kind, String)? {
    guard prefixes.contains(where: event.type.hasPrefix),
      let wire = try? JSONDecoder().decode(WireEvent.self, from: Data(event.payload))
    else { return nil }
    let object = wire.data.object
    if let id = object.charge?.id, (try? ChargeID(id)) != nil { return (.readCharge, id) }
    if let id = object.paymentIntent?.id, (try? PaymentIntentID(id)) != nil {
      return (.readPaymentIntent, id)
    }
    return nil
  }

  private struct WireEvent: Decodable { let data: WireData }
  private struct WireData: Decodable { let object: WireObject }

  private struct WireObject: Decodable {
    let charge: Reference?
    let paymentIntent: Reference?

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      charge = try? container.decode(Reference.self, forKey: .charge)
      paymentIntent = try? container.decode(Reference.self, forKey: .paymentIntent)
    }

    private enum Key: String, CodingKey {
      case charge
      case paymentIntent = "payment_intent"
    }
  }

  /// An id, or the object with that id.
  private struct Reference: Decodable {
    let id: String

    init(from decoder: any Decoder) throws {
      if let id = try? decoder.singleValueContainer().decode(String.self) {
        self.id = id
      } else {
        id = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .id)
      }
    }

    private enum Key: String, CodingKey { case id }
  }
}
