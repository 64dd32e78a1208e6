/// Customer debits of product and service orders (PA11, PA01, SPA11, SPA01).
public protocol MiraklDebitsPort: Sendable {
}
