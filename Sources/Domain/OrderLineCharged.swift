extension OrderSnapshot.Line {
  /// What the customer pays for a line now, and what left it: in major units of the order's
  /// currency, prices without taxes in `.excluded` mode.
  public struct Charged: Hashable, Sendable, Codable {
    /// Price, shipping and fees; nil where Mirakl gives none. A refused line keeps it; of a
    /// cancelled one it is 0.
    public var price: MajorAmount?
    /// Σ price, shipping and fees of `cancelations[]`, which the line's own figures leave out.
    public var canceledPrice: MajorAmount
    /// Σ taxes and shipping taxes of `cancelations[]`.
    public var canceledTaxes: MajorAmount
    /// Whether there is any entry in `cancelations[]`.
    public var hasCancelations: Bool

    public init(
      price: MajorAmount?, canceledPrice: MajorAmount = .zero, canceledTaxes: MajorAmount = .zero,
      hasCancelations: Bool = false
    ) {
      self.price = price
      self.canceledPrice = canceledPrice
      self.canceledTaxes = canceledTaxes
      self.hasCancelations = hasCancelations
    }
  }
}
