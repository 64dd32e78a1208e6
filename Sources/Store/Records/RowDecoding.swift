import Domain

/// From columns to the words of the domain. What does not fit was not written by this program:
/// `StoreError.corrupt`.
extension SQLRow {
  func id<Kind: IDKind>(_ column: String) throws(StoreError) -> ID<Kind> {
    guard let id: ID<Kind> = try idOrNil(column) else { throw .corrupt("\(column) is null") }
    return id
  }

  func idOrNil<Kind: IDKind>(_ column: String) throws(StoreError) -> ID<Kind>? {
    guard let text = try textOrNil(column) else { return nil }
    do { return try ID<Kind>(text) } catch { throw .corrupt("\(column): \(error)") }
  }

  func currencyOrNil(_ column: String) throws(StoreError) -> Currency? {
    guard let text = try textOrNil(column) else { return nil }
    do { return try Currency(text) } catch { throw .corrupt("\(column): \(error)") }
  }

  /// nil if both columns are null.
  func moneyOrNil(_ amount: String, _ currency: String) throws(StoreError) -> Money? {
    guard let units = try int64OrNil(amount) else { return nil }
    guard let currency = try currencyOrNil(currency) else {
      throw .corrupt("\(amount) has no currency")
    }
    return Money(minorUnits: units, currency: currency)
  }

  func word<Word: RawRepresentable>(
    _ column: String
  ) throws(StoreError) -> Word where Word.RawValue == String {
    let text = try text(column)
    guard let word = Word(rawValue: text) else {
      throw .corrupt("\(column) holds the unknown word \"\(text.prefix(40))\"")
    }
    return word
  }
}
