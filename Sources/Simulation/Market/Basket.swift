import Sandbox

/// What one customer ordered together, what will happen to it, and what must have come of it in the
/// end. Whole minor units and own arithmetic throughout.
struct Basket: Sendable {
  enum Kind: Sendable { case product, service }

  /// How the money behaves.
  enum Money: CaseIterable, Sendable {
    case captured, authorized, pendingThenPaid, failed, never
    /// Given back in Stripe's dashboard, by nobody's order.
    case capturedThenRefunded
    /// Authorised, and the authorisation ends when it pleases.
    case expires
    /// Two charges succeed.
    case paidTwice
    case disputed
  }

  /// How the order names its payment.
  enum Naming: CaseIterable, Sendable {
    case chargeMetadata, intentMetadata, chargeNumber, intentNumber

    var isMetadata: Bool { self == .chargeMetadata || self == .intentMetadata }
  }

  var kind: Kind
  var id: String
  var coin: Coin
  var money: Money
  var naming: Naming
  var orders: [Order]
  /// Made before the operator's START_DATE.
  var isOld: Bool
  var charge: ChargeIDs?
  var isEnded = false

  var gross: Int64 { orders.reduce(0) { $0 + $1.gross } }
}

/// An order of one seller's.
struct Order: Sendable {
  /// What becomes of it at the marketplace.
  enum Fate: CaseIterable, Sendable {
    case accepted, acceptedLate, acceptedThenCanceled, refused, canceled, neverAccepted
  }

  var id: String
  var shop: Int64
  var fate: Fate
  /// Minor units of the basket's currency.
  var price: Int64
  var tax: Int64
  var commission: Int64
  var isTaxIncluded: Bool
  /// Mirakl waits to be told that the customer was debited (PA01, SPA01).
  var asksForDebit: Bool
  var refunds: [Refund] = []

  var isAcceptedAtOnce: Bool { fate == .accepted || fate == .acceptedThenCanceled }
  var isAccepted: Bool { isAcceptedAtOnce || fate == .acceptedLate }
  var gross: Int64 { isTaxIncluded ? price : price + tax }

  func seller(splitsTaxes: Bool) -> Int64 { gross - commission - (splitsTaxes ? tax : 0) }
}

/// A part of an order that the customer gets back.
struct Refund: Sendable {
  enum Fate: CaseIterable, Sendable {
    case succeeds, pendingThenSucceeds
    /// The customer's bank sends it back, before or after Mirakl was told.
    case fails
  }

  var id: String
  var fate: Fate
  /// Of the price, of the taxes, of the commission.
  var price: Int64
  var tax: Int64
  var commission: Int64
  var isAsked = false

  func total(_ order: Order) -> Int64 { order.isTaxIncluded ? price : price + tax }
}

/// A billing document of a seller.
struct Document: Sendable {
  enum Fate: CaseIterable, Sendable {
    case paid, failsOnce, failsLate, accountFails, canceled
  }
  /// Those that are none of our business must move nothing.
  enum Sort: CaseIterable, Sendable { case ours, draft, manual, alreadyPaid, old }

  var id: Int64
  var shop: Int64
  var coin: Coin
  var sort: Sort
  var fate: Fate
  var credits: Int64
  var subscription: Int64
  var invoices: Int64
  var amount: Int64
  /// Payouts that the bank has dealt with.
  var judged: Set<String> = []
}
