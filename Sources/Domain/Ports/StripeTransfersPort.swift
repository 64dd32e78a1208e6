/// Transfers from the platform to connected accounts.
public protocol StripeTransfersPort: Sendable {
  /// `GET /v1/transfers?transfer_group=…`, all pages.
  func transfers(group: String) throws(CallFailure) -> Answer<[TransferSnapshot]>
  /// `POST /v1/transfers`.
  func createTransfer(
    _ request: TransferRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<TransferSnapshot>
}
