/// The body of one PA01 or SPA01. Stored with the intent and repeated unchanged.
public struct DebitAnswer: Hashable, Sendable, Codable {
  /// Mirakl's own words.
  public enum Verdict: String, Hashable, Sendable, Codable {
    case confirmed = "OK"
    case refused = "REFUSED"
  }

  public var debit: Debit
  public var verdict: Verdict
  /// The charge that pays, or that failed last.
  public var transactionNumber: String?
  /// When the customer paid; milliseconds since 1970, nil where it is not known.
  public var transactionMs: Int64?

  public init(
    debit: Debit, verdict: Verdict, transactionNumber: String?, transactionMs: Int64?
  ) {
    self.debit = debit
    self.verdict = verdict
    self.transactionNumber = transactionNumber
    self.transactionMs = transactionMs
  }
}
