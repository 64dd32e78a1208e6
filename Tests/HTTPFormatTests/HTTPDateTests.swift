import HTTPFormat
import Testing

@Test(
  "IMF-fixdate (RFC 9110 5.6.7)",
  arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
    (1_795_482_000, "Tue, 24 Nov 2026 01:00:00 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
  ] as [(Int64, String)])
func formatsDate(seconds: Int64, expected: String) {
  #expect(HTTPDate.format(unixSeconds: seconds) == expected)
}
