import Domain
import FoundationEssentials
import Testing

@Test("ids are opaque, but not empty, not endless and without control characters")
func orderIDs() throws {
  #expect(try OrderID("ORDER_1-A_TAX").rawValue == "ORDER_1-A_TAX")
  #expect(try OrderID(String(repeating: "é", count: 100)).rawValue.utf8.count == 200)
  for text in ["", "a\nb", "a\u{0}", String(repeating: "x", count: 201), "\u{7F}"] {
    #expect(throws: InvalidID.self) { try OrderID(text) }
  }
}

@Test(
  "an id of Stripe has the prefix of its kind",
  arguments: [("ch_1", true), ("py_1", true), ("pi_1", false), ("tr_1", false), ("1", false)])
func chargeIDs(text: String, isValid: Bool) {
  #expect(((try? ChargeID(text)) != nil) == isValid)
}

@Test("a secret shows its length and nothing else (O3)")
func secrets() {
  let secret = Secret("sk_live_verysecret")
  var dumped = ""
  dump(secret, to: &dumped)
  for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
    #expect(!text.contains("verysecret"), "\(text.count) characters")
  }
  #expect(secret.reveal { $0 } == "sk_live_verysecret")
}

@Test("a state that Mirakl adds later is kept as it is written (M4)")
func orderStates() {
  #expect(OrderSnapshot.State(rawValue: "SHIPPING") == .shipping)
  #expect(OrderSnapshot.State(rawValue: "SHIPPED_TWICE") == .other("SHIPPED_TWICE"))
  #expect(OrderSnapshot.State(rawValue: "SHIPPED_TWICE").rawValue == "SHIPPED_TWICE")
}
