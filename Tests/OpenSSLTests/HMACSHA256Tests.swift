import OpenSSL
import Testing

/// RFC 4231, test cases 1 to 4, 6 and 7.
private let published: [(key: [UInt8], message: [UInt8], code: String)] = [
  (
    Array(repeating: 0x0b, count: 20), Array("Hi There".utf8),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
  ),
  (
    Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
  ),
  (
    Array(repeating: 0xaa, count: 20), Array(repeating: 0xdd, count: 50),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
  ),
  (
    Array(1...25), Array(repeating: 0xcd, count: 50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
  ),
  (
    Array(repeating: 0xaa, count: 131),
    Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
  ),
  (
    Array(repeating: 0xaa, count: 131),
    Array(
      """
      This is a test using a larger than block-size key and a larger than block-size data. The \
      key needs to be hashed before being used by the HMAC algorithm.
      """.utf8),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
  ),
]

/// Computed with Stripe's own Python library.
private let signed: [(secret: String, body: [UInt8], code: String)] = [
  (
    "whsec_test_4f2b8c6e1d9a", event,
    "bcdeb980eaf89ebfe529c2c5425486e65231f13a4a55c527f1b08b33b70a67cd"
  ),
  (
    "whsec_old_0000", event,
    "d826a9b2aa0398c75429ee3f05cebb59f2fed3ecdb2e5e18d88801d7fa367dc8"
  ),
  (
    "whsec_test_4f2b8c6e1d9a", Array("{\"name\":\"Café €\"}\n".utf8),
    "33a45c355939056206cb35ff9e59970a9e9fa6bbb715078bf296b4e3087016f6"
  ),
]
private let event = Array(
  #"{"id":"evt_1SWebhookVector0001","object":"event","type":"account.updated"}"#.utf8)

@Test("HMAC-SHA256 gives the codes of RFC 4231", arguments: published.indices)
func publishedVectors(index: Int) {
  let vector = published[index]
  let mac = HMACSHA256(key: vector.key)
  #expect(mac.hex(of: vector.message) == vector.code)
  #expect(HMACSHA256.hex(mac.code(of: vector.message)) == vector.code, "a second message")
}

@Test("A message in parts has the code of the whole", arguments: published.indices)
func parts(index: Int) {
  let vector = published[index]
  let mac = HMACSHA256(key: vector.key)
  for cut in [0, 1, vector.message.count / 2, vector.message.count] {
    let head = Array(vector.message.prefix(cut))
    let tail = Array(vector.message.dropFirst(cut))
    #expect(mac.hex(of: head, [], tail) == vector.code)
  }
}

@Test("Webhook signatures are Stripe's: seconds, a dot, the raw body", arguments: signed.indices)
func stripeVectors(index: Int) {
  let vector = signed[index]
  let mac = HMACSHA256(secret: vector.secret)
  #expect(mac.hex(of: Array("1764000000.".utf8), vector.body) == vector.code)
}

@Test("The empty key and the empty message have a code")
func empty() {
  #expect(
    HMACSHA256(key: []).hex(of: [])
      == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  let keyed = HMACSHA256(secret: "k")
  #expect(keyed.hex(of: []) == keyed.hex(of: [], []))
  #expect(keyed.hex(of: []) != HMACSHA256(key: []).hex(of: []))
}
