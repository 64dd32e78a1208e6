import CLinux
import Glibc

/// An IPv4 or IPv6 address with a port, as the kernel wants it.
public struct SocketAddress: Sendable, CustomStringConvertible {
  var storage: sockaddr_storage
  var length: socklen_t

  /// Reads `HOST:PORT`: a name, an IPv4 address, or an IPv6 address in brackets. An empty host
  /// is every IPv4 interface, port 0 one that the kernel chooses.
  ///
  /// - Throws: `SocketError` with the reason for a malformed text or a name without an address.
  public init(_ text: String) throws(SocketError) {
    let operation = "address \(text)"
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { throw SocketError(operation, reason: "expected HOST:PORT") }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw SocketError(operation, reason: "an IPv6 address stands in brackets: [::1]:8080")
    }
    try self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port, operation)
  }

  private init(host: String, port: UInt16, _ operation: String) throws(SocketError) {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &found)
    guard code == 0, let first = found?.pointee, let address = first.ai_addr else {
      throw SocketError(operation, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(found) }
    self.init()
    length = first.ai_addrlen
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(first.ai_addrlen)))
    }
  }

  init() {
    storage = sockaddr_storage()
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  }

  public var isIPv6: Bool { Int32(storage.ss_family) == AF_INET6 }

  public var port: UInt16 {
    get {
      let raw = withUnsafeBytes(of: storage) { $0.load(fromByteOffset: 2, as: UInt16.self) }
      return UInt16(bigEndian: raw)
    }
    set {
      // The port has the same place in sockaddr_in and sockaddr_in6.
      withUnsafeMutableBytes(of: &storage) {
        $0.storeBytes(of: newValue.bigEndian, toByteOffset: 2, as: UInt16.self)
      }
    }
  }

  /// The address without port; an IPv4 client of an IPv6 socket is the IPv4 address it is.
  public var ip: IPAddress {
    withUnsafeBytes(of: storage) { bytes in
      isIPv6
        ? IPAddress(bytes.load(fromByteOffset: 8, as: in6_addr.self))
        : IPAddress(bytes.load(fromByteOffset: 4, as: in_addr.self))
    }
  }

  /// The address without port, e.g. `203.0.113.7`.
  public var host: String { ip.description }

  public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Calls `body` with the address as the C functions take it.
  func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    withUnsafePointer(to: storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  /// Calls `body` with memory that it fills with an address.
  mutating func withMutablePointer<R>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> R
  ) -> R {
    withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }
}
