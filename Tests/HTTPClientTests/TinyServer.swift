import Glibc
import Synchronization
import Threading

/// A server on a loopback port whose behaviour is a closure: what a test wants to go wrong.
final class TinyServer: Sendable {
  /// Serves one connection; the number counts them from 1. Closing is the server's.
  typealias Handler = @Sendable (_ connection: Int32, _ number: Int) -> Void

  let port: UInt16
  private let listener: Int32
  private let state = Mutex(State())
  private let handler: Handler

  private struct State {
    var connections: [Int32] = []
    var count = 0
    var threads: [WorkerThread] = []
    var isListening = true
  }

  init(_ handler: @escaping Handler) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    precondition(bound, "no loopback port")
    port = UInt16(bigEndian: address.sin_port)
    self.handler = handler
    let accepting = WorkerThread(name: "tiny-server") { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { return }
        serve(connection)
      }
    }
    state.withLock { $0.threads.append(accepting) }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var connectionCount: Int { state.withLock { $0.count } }

  private func serve(_ connection: Int32) {
    let number = state.withLock { state in
      state.count += 1
      state.connections.append(connection)
      return state.count
    }
    let thread = WorkerThread(name: "tiny-connection") { [self] in
      handler(connection, number)
      state.withLock { state in
        // Only once: another connection may own the number by the time we stop.
        if let index = state.connections.firstIndex(of: connection) {
          state.connections.remove(at: index)
          close(connection)
        }
      }
    }
    state.withLock { $0.threads.append(thread) }
  }

  /// From now on connecting is refused; open connections live on.
  func stopListening() {
    state.withLock { state in
      guard state.isListening else { return }
      state.isListening = false
      shutdown(listener, Int32(SHUT_RDWR))
      close(listener)
    }
  }

  /// Ends every connection and thread.
  func stop() {
    stopListening()
    state.withLock { state in
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    while let thread = state.withLock({ $0.threads.popLast() }) { thread.join() }
  }

  // MARK: - For handlers

  /// Reads one request, body included by its Content-Length; nil when the client has gone.
  static func readRequest(_ connection: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var size: Int?
    while true {
      size = size ?? sizeOfRequest(bytes)
      if let size, bytes.count >= size { return bytes }
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      bytes += chunk.prefix(count)
    }
  }

  /// nil until the head is complete.
  private static func sizeOfRequest(_ bytes: [UInt8]) -> Int? {
    let endOfHead: [UInt8] = [13, 10, 13, 10]
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: endOfHead) }) else {
      return nil
    }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
    return end + 4 + (length.flatMap { Int($0.split(separator: " ")[1]) } ?? 0)
  }

  static func write(_ text: String, to connection: Int32) {
    write(Array(text.utf8), to: connection)
  }

  static func write(_ bytes: [UInt8], to connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// A complete answer with `Content-Length`.
  static func answer(_ body: String = "{}", status: String = "200 OK", headers: String = "")
    -> String
  {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
  }

  /// Blocks until the client closes the connection.
  static func waitForEnd(_ connection: Int32) {
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while recv(connection, &chunk, chunk.count, 0) > 0 {}
  }
}
