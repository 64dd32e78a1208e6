import Testing

@testable import Store

@Suite struct SQLRowTests {
  let row = SQLRow(
    columns: ["number", "text", "none", "bytes"], values: [.integer(1), "a", .null, .blob([1])])

  @Test("a value is read as what it is")
  func reads() throws {
    #expect(try row.int64("number") == 1)
    #expect(try row.bool("number"))
    #expect(try row.text("text") == "a")
    #expect(try row.textOrNil("none") == nil)
    #expect(try row.int64OrNil("none") == nil)
    #expect(try row.blob("bytes") == [1])
  }

  @Test("a value of another type, a null and a missing column are errors, not zeros (A7)")
  func refuses() {
    #expect(throws: StoreError.corrupt("none is null")) { try row.int64("none") }
    #expect(throws: StoreError.corrupt("none is null")) { try row.text("none") }
    #expect(throws: StoreError.corrupt("text is not a whole number")) { try row.int64("text") }
    #expect(throws: StoreError.corrupt("number is not a text")) { try row.text("number") }
    #expect(throws: StoreError.corrupt("the result has no column x")) { try row.text("x") }
    #expect(throws: StoreError.corrupt("n is neither 0 nor 1")) {
      try SQLRow(columns: ["n"], values: [2]).bool("n")
    }
  }
}
