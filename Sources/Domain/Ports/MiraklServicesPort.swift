/// Service orders (SOR11).
public protocol MiraklServicesPort: Sendable {
}
