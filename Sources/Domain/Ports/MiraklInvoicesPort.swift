/// Billing documents and their payment (IV01, IV07, SBC11, SBC07).
public protocol MiraklInvoicesPort: Sendable {
}
