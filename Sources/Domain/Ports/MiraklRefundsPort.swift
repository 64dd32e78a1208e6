/// Customer refunds of product and service orders (PA12, PA02, SPA12, SPA02).
public protocol MiraklRefundsPort: Sendable {
}
