/// Where the load comes from: the same bytes again and again, or bytes that change a little.
protocol RequestFeed: AnyObject {
  /// How many requests there are.
  var count: Int { get }
  /// Calls `body` with the bytes of a request, which are valid during the call.
  func withRequest<R>(_ number: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

/// One request without end.
final class ConstantFeed: RequestFeed {
  private let bytes: [UInt8]
  let count = Int.max

  init(_ text: String) { bytes = Array(text.utf8) }

  func withRequest<R>(
    _ number: Int, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    try bytes.withUnsafeBytes(body)
  }
}
