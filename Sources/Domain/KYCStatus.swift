/// Where the identification of a seller stands, in Mirakl's words (`kyc.status` of S07).
///
/// `NOT_REQUIRED` exists in Mirakl too, but cannot be set by S07. Stored; never rename one.
public enum KYCStatus: String, CaseIterable, Sendable, Codable {
  /// The seller must submit something.
  case pendingSubmission = "PENDING_SUBMISSION"
  /// Stripe is looking at it.
  case pendingApproval = "PENDING_APPROVAL"
  case refused = "REFUSED"
  case approved = "APPROVED"
}
