import Glibc

/// A client on a bare socket that does what RFC 9112 9.3.1 lets clients do, and nothing more: a
/// request on a connection that was used before and that the server closed without a byte of an
/// answer is sent again on a new one.
final class WireClient {
  enum Failure: Error, Hashable {
    case refused(Int32)
    /// On a fresh connection, or in the middle of an answer.
    case cutOff(String)
  }

  private let port: UInt16
  private var descriptor: Int32 = -1
  private var isFresh = true
  /// How often a request had to be sent again.
  private(set) var repeats = 0

  init(port: UInt16) { self.port = port }

  deinit { disconnect() }

  /// Sends a request and reads the status of its answer.
  func status(of request: [UInt8]) throws(Failure) -> Int {
    while true {
      if descriptor < 0 { try connect() }
      let answer = write(request) ? read() : ""
      if answer.hasSuffix("\r\n\r\n") || answer.contains("\r\n\r\n") {
        if answer.contains("Connection: close") { disconnect() } else { isFresh = false }
        return Int(answer.dropFirst(9).prefix(3)) ?? 0
      }
      disconnect()
      guard answer.isEmpty, !isFresh else { throw .cutOff(answer) }
      repeats += 1
    }
  }

  func connect() throws(Failure) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var limit = timeval(tv_sec: 15, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      let code = errno
      disconnect()
      throw .refused(code)
    }
    isFresh = true
  }

  /// Sends bytes without waiting for anything.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func disconnect() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  /// One answer, whose body is told by its Content-Length; what came of it until the end.
  private func read() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let head = text.firstRange(of: "\r\n\r\n") {
        let length = text.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
        if text[head.upperBound...].utf8.count >= length { return text }
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else {
        // Half an answer is none: its head must not look complete.
        return text.isEmpty ? "" : "cut after \(bytes.count) bytes"
      }
      bytes += buffer[..<count]
    }
  }
}
