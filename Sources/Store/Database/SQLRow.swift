/// A row of a result, read by column name.
public struct SQLRow: Sendable {
  private let columns: [String]
  private let values: [SQLValue]

  /// - Precondition: as many values as columns.
  public init(columns: [String], values: [SQLValue]) {
    precondition(columns.count == values.count, "a row has one value per column")
    self.columns = columns
    self.values = values
  }

  /// - Throws: `StoreError.corrupt` if there is no such column.
  public func value(_ column: String) throws(StoreError) -> SQLValue {
    // Linear: rows are narrow, and a dictionary per result costs more than it saves.
    guard let index = columns.firstIndex(of: column) else {
      throw .corrupt("the result has no column \(column)")
    }
    return values[index]
  }

  /// - Throws: `StoreError.corrupt` if the value is null or of another type; so do the others.
  public func int64(_ column: String) throws(StoreError) -> Int64 {
    guard let value = try int64OrNil(column) else { throw .corrupt("\(column) is null") }
    return value
  }

  public func int64OrNil(_ column: String) throws(StoreError) -> Int64? {
    switch try value(column) {
    case .integer(let value): return value
    case .null: return nil
    case .text, .blob: throw .corrupt("\(column) is not a whole number")
    }
  }

  public func int(_ column: String) throws(StoreError) -> Int {
    Int(try int64(column))
  }

  public func text(_ column: String) throws(StoreError) -> String {
    guard let value = try textOrNil(column) else { throw .corrupt("\(column) is null") }
    return value
  }

  public func textOrNil(_ column: String) throws(StoreError) -> String? {
    switch try value(column) {
    case .text(let value): return value
    case .null: return nil
    case .integer, .blob: throw .corrupt("\(column) is not a text")
    }
  }

  public func blob(_ column: String) throws(StoreError) -> [UInt8] {
    guard case .blob(let value) = try value(column) else {
      throw .corrupt("\(column) holds no bytes")
    }
    return value
  }

  public func bool(_ column: String) throws(StoreError) -> Bool {
    guard let value = try boolOrNil(column) else { throw .corrupt("\(column) is null") }
    return value
  }

  public func boolOrNil(_ column: String) throws(StoreError) -> Bool? {
    switch try int64OrNil(column) {
    case nil: return nil
    case 0: return false
    case 1: return true
    default: throw .corrupt("\(column) is neither 0 nor 1")
    }
  }
}
