/// What the server has to report. It holds no byte of a request: those may be secrets.
public enum ServerEvent: Sendable, Hashable {
  /// A request was refused before a handler saw it, or its deadline passed.
  case refused(status: Int, reason: String, remoteAddress: String)
  /// A handler's response could not be written as it was; the client got a 500.
  case faultyResponse(String)
  /// A connection was closed at once because its address has too many.
  case tooManyConnections(remoteAddress: String)
  /// A client's TLS could not be agreed with or broke.
  case tlsFailed(reason: String, remoteAddress: String)
  /// Nothing is accepted for a moment: out of descriptors, or `connectionsMax` is reached.
  case acceptPaused(reason: String)
  /// Threads that did not end in time when the server stopped; they are left behind.
  case threadsLeftBehind(Int)
}
