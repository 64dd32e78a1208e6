/// A key or signing secret that cannot be printed by accident (O3).
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let text: String

  public init(_ text: String) { self.text = text }

  /// The one way out, so that `grep reveal` lists every use.
  public func reveal<R, E: Error>(to body: (String) throws(E) -> R) throws(E) -> R {
    try body(text)
  }

  public var isEmpty: Bool { text.isEmpty }
  public var description: String { "[secret, \(text.utf8.count) bytes]" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }  // or dump() would show the text
}
