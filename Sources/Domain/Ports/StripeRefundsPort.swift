/// Refunds of charges and reversals of transfers.
public protocol StripeRefundsPort: Sendable {
  /// `POST /v1/refunds`.
  func createRefund(
    _ request: RefundRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<RefundSnapshot>
  /// `GET /v1/refunds/{id}`.
  func refund(_ id: RefundID) throws(CallFailure) -> Answer<RefundSnapshot>
  /// `GET /v1/refunds?charge=…`, all pages.
  func refunds(charge: ChargeID) throws(CallFailure) -> Answer<[RefundSnapshot]>
  /// `POST /v1/transfers/{id}/reversals`.
  func createReversal(
    _ request: ReversalRequest, idempotencyKey: String
  ) throws(CallFailure) -> Answer<ReversalSnapshot>
  /// `GET /v1/transfers/{id}/reversals`, all pages.
  func reversals(transfer: TransferID) throws(CallFailure) -> Answer<[ReversalSnapshot]>
  /// `GET /v1/transfers/{id}`: how much of it is left.
  func transfer(_ id: TransferID) throws(CallFailure) -> Answer<TransferSnapshot>
}
