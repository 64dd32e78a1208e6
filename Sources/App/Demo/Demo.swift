/// placeholder
public enum Demo {
  public struct Options { public init(orders: Int, faultsPercent: Int, seed: UInt64) {} }
  public static func run(_ options: Options) throws -> Bool { false }
}
