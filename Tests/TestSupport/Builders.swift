import Domain

// Builders that name only what a test is about. The defaults are a payable order: 100.00 EUR less
// 10.00 commission, accepted, debited, paid by a captured charge, shop mapped.

extension Currency {
  public static let eur = currency("EUR")
  public static let usd = currency("USD")
  public static let jpy = currency("JPY")
  public static let kwd = currency("KWD")

  private static func currency(_ code: String) -> Currency {
    guard let currency = try? Currency(code) else { preconditionFailure("no currency \(code)") }
    return currency
  }
}

extension ID {
  /// For literals in tests.
  public static func of(_ text: String) -> ID {
    guard let id = try? ID(text) else { preconditionFailure("no id \(text)") }
    return id
  }
}

extension MajorAmount {
  /// For literals in tests.
  public static func of(_ text: String) -> MajorAmount {
    guard let amount = try? MajorAmount(text) else { preconditionFailure("no amount \(text)") }
    return amount
  }
}

extension Money {
  /// For literals in tests, in minor units.
  public static func of(_ minorUnits: Int64, _ currency: Currency = .eur) -> Money {
    Money(minorUnits: minorUnits, currency: currency)
  }
}

extension OrderSnapshot {
  public static func make(
    id: String = "O-1-A", commercialID: String = "O-1", state: State = .shipping,
    shopID: Int64 = 1, currency: Currency = .eur, taxMode: TaxMode = .excluded,
    totalPrice: String = "100.00", totalCommission: String = "10.00",
    lines: [Line] = [.make()], transactionNumber: String? = nil,
    customerDebitedMs: Int64? = 1_764_000_000_000, customerPaysSellerDirectly: Bool = false,
    payOutProvider: String? = nil, createdMs: Int64 = 1_764_000_000_000,
    lastUpdatedMs: Int64 = 1_764_000_000_000
  ) -> OrderSnapshot {
    OrderSnapshot(
      id: .of(id), commercialID: .of(commercialID), state: state, shopID: ShopID(shopID),
      currency: currency, taxMode: taxMode, totalPrice: .of(totalPrice),
      totalCommission: .of(totalCommission), lines: lines, transactionNumber: transactionNumber,
      customerDebitedMs: customerDebitedMs,
      customerPaysSellerDirectly: customerPaysSellerDirectly, payOutProvider: payOutProvider,
      createdMs: createdMs, lastUpdatedMs: lastUpdatedMs)
  }
}

extension OrderSnapshot.Line {
  public static func make(
    id: String = "O-1-A-1", state: OrderSnapshot.State = .shipping, taxes: String = "0",
    shippingTaxes: String = "0", taxesNotPayableToShop: String = "0",
    priceNotPayableToShop: String = "0"
  ) -> Self {
    Self(
      id: id, state: state, taxes: .of(taxes), shippingTaxes: .of(shippingTaxes),
      taxesNotPayableToShop: .of(taxesNotPayableToShop),
      priceNotPayableToShop: .of(priceNotPayableToShop))
  }
}

extension AccountMapping {
  public static func make(
    id: Int64 = 1, shopID: Int64 = 1, accountID: String = "acct_1", isIgnored: Bool = false
  ) -> AccountMapping {
    AccountMapping(
      id: id, shopID: ShopID(shopID), accountID: .of(accountID), payoutEnabled: true,
      payinEnabled: true, transfersActive: true, isIgnored: isIgnored,
      createdMs: 1_764_000_000_000, modifiedMs: 1_764_000_000_000)
  }
}

extension Payment {
  public static func make(
    chargeID: String = "ch_1", commercialID: String? = "O-1", status: Status = .captured,
    amount: Money = .of(100_00), amountCaptured: Int64? = nil, amountRefunded: Int64 = 0,
    isDisputed: Bool = false, livemode: Bool = false, balanceCurrency: Currency? = .eur,
    createdMs: Int64 = 1_764_000_000_000
  ) -> Payment {
    Payment(
      id: 1, chargeID: .of(chargeID), commercialID: commercialID.map { .of($0) }, status: status,
      amount: amount, amountCaptured: amountCaptured ?? amount.minorUnits,
      amountRefunded: amountRefunded, isDisputed: isDisputed, livemode: livemode,
      balanceCurrency: balanceCurrency, readMs: 1_764_000_000_000, createdMs: createdMs)
  }
}

extension ChargeSnapshot {
  public static func make(
    id: String = "ch_1", amount: Money = .of(100_00), amountCaptured: Int64? = nil,
    amountRefunded: Int64 = 0, status: Status = .succeeded, isCaptured: Bool = true,
    isRefunded: Bool = false, metadata: [String: String] = [:]
  ) -> ChargeSnapshot {
    ChargeSnapshot(
      id: .of(id), amount: amount,
      amountCaptured: amountCaptured ?? (isCaptured ? amount.minorUnits : 0),
      amountRefunded: amountRefunded, status: status, isCaptured: isCaptured,
      isRefunded: isRefunded, livemode: false, metadata: metadata,
      createdMs: 1_764_000_000_000)
  }
}
