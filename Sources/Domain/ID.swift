/// An identifier of one `Kind`, so that a shop ID cannot be passed where an order ID is meant.
public struct ID<Kind: IDKind>: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  public let rawValue: String

  /// - Throws: `InvalidID` if the text is empty, lacks the kind's prefix, holds a control
  ///   character, or is over 200 bytes: it becomes part of an idempotency key, and those hold 255.
  public init(_ text: String) throws(InvalidID) {
    let isWellFormed =
      (1...200).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 31 && $0 != 127 }
    let hasPrefix = Kind.prefixes.isEmpty || Kind.prefixes.contains { text.hasPrefix($0) }
    guard isWellFormed, hasPrefix else { throw InvalidID(kind: Kind.name, text: text) }
    rawValue = text
  }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do { self = try ID(text) } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  public var description: String { rawValue }
  public static func < (left: ID, right: ID) -> Bool { left.rawValue < right.rawValue }
}

/// What an `ID` identifies.
public protocol IDKind: Sendable {
  /// As a person would say it, for error messages.
  static var name: String { get }
  /// Accepted beginnings; empty if the identifier is opaque.
  static var prefixes: [String] { get }
}

public enum MiraklOrder: IDKind { public static let name = "Mirakl order", prefixes: [String] = [] }
public enum MiraklCommercialOrder: IDKind {
  public static let name = "Mirakl commercial order", prefixes: [String] = []
}
public enum StripeAccount: IDKind {
  public static let name = "Stripe account", prefixes = ["acct_"]
}
/// Cards charge as `ch_…`, most other payment methods as `py_…`.
public enum StripeCharge: IDKind {
  public static let name = "Stripe charge", prefixes = ["ch_", "py_"]
}
public enum StripePaymentIntent: IDKind {
  public static let name = "Stripe payment intent", prefixes = ["pi_"]
}
public enum StripeTransfer: IDKind {
  public static let name = "Stripe transfer", prefixes = ["tr_"]
}

public typealias OrderID = ID<MiraklOrder>
public typealias CommercialOrderID = ID<MiraklCommercialOrder>
public typealias AccountID = ID<StripeAccount>
public typealias ChargeID = ID<StripeCharge>
public typealias PaymentIntentID = ID<StripePaymentIntent>
public typealias TransferID = ID<StripeTransfer>

/// A Mirakl shop's number (`shop_id`); Mirakl itself writes it as a number in some answers and as
/// text in others.
public struct ShopID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  public let rawValue: Int64
  public init(_ rawValue: Int64) { self.rawValue = rawValue }
  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(Int64.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
  public var description: String { String(rawValue) }
  public static func < (left: ShopID, right: ShopID) -> Bool { left.rawValue < right.rawValue }
}

/// A text that cannot be an identifier of its kind.
public struct InvalidID: Error, Hashable, CustomStringConvertible {
  public let kind: String
  public let text: String
  public var description: String { "\"\(text.prefix(40))\" is not the id of a \(kind)" }
}
