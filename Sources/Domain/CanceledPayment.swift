/// A payment intent that was canceled before it led to a charge: the customer never paid with it.
public struct CanceledPayment: Hashable, Sendable {
  public var id: PaymentIntentID
  /// The basket that its metadata name.
  public var commercialID: CommercialOrderID
  public var livemode: Bool
  /// By Stripe's clock, milliseconds since 1970; the moment we heard of it, if Stripe does not say.
  public var canceledMs: Int64

  public init(
    id: PaymentIntentID, commercialID: CommercialOrderID, livemode: Bool, canceledMs: Int64
  ) {
    self.id = id
    self.commercialID = commercialID
    self.livemode = livemode
    self.canceledMs = canceledMs
  }
}
