import FoundationEssentials
import HTTPClient
import Testing

@Suite("WireProblem")
struct WireProblemTests {
  private struct Document: Decodable {
    struct Item: Decodable { let amount: Decimal, name: String }
    let items: [Item]
  }

  @Test(
    "a decoding error names the field and what is wrong with it",
    arguments: [
      (
        #"{"items":[{"amount":1,"name":"a"},{"amount":"1","name":"a"}]}"#,
        "items[1].amount: expected a number"
      ),
      (#"{"items":[{"amount":1}]}"#, "items[0].name: missing"),
      (#"{"items":[{"amount":null,"name":"a"}]}"#, "items[0].amount: null"),
      (#"{"items":[{"amount":1,"name":2}]}"#, "items[0].name: expected a string, found a number"),
      (#"{"items":{}}"#, "items: expected a list, found an object"),
      (#"{}"#, "items: missing"),
    ])
  func fields(json: String, expected: String) {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Document.self, from: Data(json.utf8))
    }
    #expect(error.map { WireProblem($0).description } == expected)
  }

  @Test("leading parts of the path can be left out")
  func skipping() {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Document.self, from: Data(#"{"items":[{"amount":1}]}"#.utf8))
    }
    #expect(error.map { WireProblem($0, skipping: 2).description } == "name: missing")
  }
}
