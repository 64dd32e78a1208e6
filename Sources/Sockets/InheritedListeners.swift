import Glibc

/// Listening sockets that the service manager holds open over restarts (socket activation).
///
/// - Source: sd_listen_fds(3). The first descriptor is 3; `LISTEN_PID` says whom they are for.
public enum InheritedListeners {
  private static let firstDescriptor: Int32 = 3
  private static let countMax = 64

  /// As `take(_:processID:)`, from this process's environment.
  public static func take() throws(SocketError) -> [SharedListener] {
    var environment: [String: String] = [:]
    for name in ["LISTEN_FDS", "LISTEN_PID"] {
      environment[name] = getenv(name).map { String(cString: $0) }
    }
    return try take(environment, processID: getpid())
  }

  /// Takes the sockets over; to be called once, before other descriptors are opened or programs
  /// started.
  ///
  /// - Returns: none if no socket was passed to this process.
  /// - Throws: `SocketError` if what was passed is no listening TCP socket.
  static func take(
    _ environment: [String: String], processID: Int32
  ) throws(SocketError) -> [SharedListener] {
    guard let text = environment["LISTEN_FDS"], !text.isEmpty,
      environment["LISTEN_PID"].flatMap(Int32.init) == processID
    else { return [] }
    guard let count = Int(text), (0...countMax).contains(count) else {
      throw SocketError("LISTEN_FDS", reason: "expected a number of descriptors, at most 64")
    }
    var listeners: [SharedListener] = []
    for number in 0..<count {
      listeners.append(try SharedListener.inheriting(firstDescriptor + Int32(number)))
    }
    return listeners
  }
}
