import OpenSSL
import Testing

@Test(
  "Equal means the same length and the same bytes",
  arguments: [("", "", true), ("a", "a", true), ("a", "b", false), ("a", "ab", false)]
    + [("abc", "abd", false), ("é", "é", true), ("", "a", false)])
func equality(left: String, right: String, equal: Bool) {
  #expect(constantTimeEqual(left, right) == equal)
  #expect(constantTimeEqual(Array(left.utf8), Array(right.utf8)) == equal)
}

@Test("Random bytes have the length asked for and do not repeat")
func random() {
  #expect(randomBytes(0).isEmpty)
  #expect(randomBytes(32).count == 32)
  #expect(randomBytes(32) != randomBytes(32))
}
