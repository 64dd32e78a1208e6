import OpenSSL
import Synchronization

/// What new connections speak TLS with; nil for plain HTTP. It may be changed while the server
/// runs: connections keep what they began with.
final class Certificate: Sendable {
  private let context: Mutex<TLSContext?>

  init(_ context: TLSContext?) { self.context = Mutex(context) }

  var current: TLSContext? { context.withLock { $0 } }

  func replace(by new: TLSContext) { context.withLock { $0 = new } }
}
