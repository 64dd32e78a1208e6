import Domain
import Testing

@Suite("Timestamp")
struct TimestampTests {
  @Test(
    "every way in which Mirakl writes a moment",
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("2019-04-02T14:58:22Z", 1_554_217_102_000),
      ("2019-04-02T14:58:22.460Z", 1_554_217_102_460),
      ("2019-04-02T14:58:22.4Z", 1_554_217_102_400),
      ("2019-04-02T14:58:22.46Z", 1_554_217_102_460),
      ("2019-04-02T14:58:22.460999999Z", 1_554_217_102_460),
      ("2019-04-02T16:58:22+02:00", 1_554_217_102_000),
      ("2019-04-02T16:58:22+0200", 1_554_217_102_000),
      ("2019-04-02T16:58:22.460+02", 1_554_217_102_460),
      ("2019-04-02T09:28:22-05:30", 1_554_217_102_000),
      ("2019-04-02t14:58:22z", 1_554_217_102_000),
      ("1969-12-31T23:59:59.999Z", -1),
      ("2000-02-29T12:00:00Z", 951_825_600_000),
      ("2026-12-31T23:59:60Z", 1_798_761_600_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000),
      ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ] as [(String, Int64)])
  func parses(text: String, expected: Int64) { #expect(Timestamp.parse(text) == expected) }

  @Test(
    "anything else is no moment",
    arguments: [
      "", "2019-04-02", "2019-04-02T14:58:22", "2019-04-02 14:58:22Z", "2019-4-2T14:58:22Z",
      "2019-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2019-06-31T00:00:00Z",
      "2019-13-01T00:00:00Z", "2019-00-01T00:00:00Z", "2019-01-00T00:00:00Z",
      "2019-01-01T24:00:00Z", "2019-01-01T00:60:00Z", "2019-01-01T00:00:61Z",
      "2019-01-01T00:00:00.Z", "2019-01-01T00:00:00+1", "2019-01-01T00:00:00+01:",
      "2019-01-01T00:00:00+01:0", "2019-01-01T00:00:00+24:00", "2019-01-01T00:00:00ZZ",
      "+019-01-01T00:00:00Z", "２019-01-01T00:00:00Z", "1554217102000", "T", "Z",
    ])
  func refuses(text: String) { #expect(Timestamp.parse(text) == nil) }

  @Test("what is written can be read, over all the years of the calendar")
  func roundTrip() {
    var ms: Int64 = -62_135_596_800_000
    while ms < 253_402_300_799_999 {
      #expect(Timestamp.parse(Timestamp.format(ms: ms)) == ms)
      ms += 86_400_000 * 37 + 12_345_678
    }
  }

  @Test("written as RFC 3339 in UTC, with milliseconds only where there are any")
  func formats() {
    #expect(Timestamp.format(ms: 1_554_217_102_000) == "2019-04-02T14:58:22Z")
    #expect(Timestamp.format(ms: 1_554_217_102_006) == "2019-04-02T14:58:22.006Z")
    #expect(Timestamp.format(ms: -1) == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp.formatSeconds(ms: 1_554_217_102_999) == "2019-04-02T14:58:22Z")
    #expect(Timestamp.formatSeconds(ms: -1) == "1969-12-31T23:59:59Z")
  }

  @Test(
    "HTTP dates in the preferred form",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000),
      ("Tue, 24 Nov 2026 03:00:00 GMT", 1_795_489_200_000),
      ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil),
      ("Sun, 06 Nov 1994 08:49:37 UTC", nil), ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("", nil),
    ] as [(String, Int64?)])
  func http(text: String, expected: Int64?) { #expect(Timestamp.parseHTTP(text) == expected) }

  @Test(
    "Retry-After: seconds, or a date counted from the answer's own",
    arguments: [
      ("5", nil, 5_000), ("0", nil, 0), ("-1", nil, nil), ("1.5", nil, nil), (nil, nil, nil),
      ("99999999999999999999", nil, nil), ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
      ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT", 7_000),
      ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:00 GMT", 0),
    ] as [(String?, String?, Int64?)])
  func retryAfter(value: String?, date: String?, expected: Int64?) {
    #expect(RetryAfter.milliseconds(value, date: date) == expected)
  }
}
