import HTTPClient
import Testing

@Suite("FormBody")
struct FormBodyTests {
  @Test("Stripe's own vector: brackets stay, everything but unreserved characters is encoded")
  func vector() {
    var form = FormBody()
    form.append("type", "express")
    form.append("metadata[miraklShopId]", "2001")
    form.append("settings[payouts][debit_negative_balances]", "false")
    form.append("expand[0]", "capabilities")
    form.append("expand[1]", "external_accounts.data")
    form.append("email", "a+b@é.fr")
    form.append("business_profile[name]", "Café & Co")
    form.append("business_profile[url]", "")
    form.append("created[gte]", "1764000000")
    #expect(
      form.text == """
        type=express&metadata[miraklShopId]=2001&settings[payouts][debit_negative_balances]=false\
        &expand[0]=capabilities&expand[1]=external_accounts.data&email=a%2Bb%40%C3%A9.fr\
        &business_profile[name]=Caf%C3%A9%20%26%20Co&business_profile[url]=&created[gte]=1764000000
        """)
    #expect(form.bytes == Array(form.text.utf8))
  }

  @Test("a parameter without a value is left out")
  func absent() {
    var form = FormBody()
    form.append("a", nil)
    form.append("b", String?.some("1"))
    form.appendEncoded("c", "x,%2C")
    #expect(form.text == "b=1&c=x,%2C")
  }

  @Test("every byte comes back", arguments: [UInt8](0...127))
  func roundTrip(byte: UInt8) {
    let encoded = FormBody.encode(String(decoding: [byte], as: UTF8.self))
    let isLiteral = encoded.utf8.count == 1
    let expected = "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    #expect(isLiteral ? encoded.utf8.first == byte : encoded == expected)
    #expect(
      isLiteral == "-._~0123456789".utf8.contains(byte) || (65...90).contains(byte)
        || (97...122).contains(byte))
  }
}
