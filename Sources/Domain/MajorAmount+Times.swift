extension MajorAmount {
  /// The exact amount of so many units.
  /// - Throws: `AmountError.outOfRange` if it is too large to be an amount of money.
  public func times(_ count: Int) throws(AmountError) -> MajorAmount {
    let (product, overflow) = picoUnits.multipliedReportingOverflow(by: Int128(count))
    guard !overflow, abs(product) <= Self.magnitudeMax else { throw .outOfRange }
    return MajorAmount(picoUnits: product)
  }
}
