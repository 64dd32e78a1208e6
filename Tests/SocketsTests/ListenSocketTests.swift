import Glibc
import Testing

@testable import Sockets

/// Waits until the descriptor has something to report.
private func wait(_ epoll: borrowing Epoll) -> Epoll.Event? {
  epoll.wait(timeoutMs: 5_000) > 0 ? epoll.event(0) : nil
}

private func accept(_ listener: borrowing ListenSocket) throws -> StreamSocket {
  let epoll = try Epoll()
  try epoll.addReadable(listener.descriptor, token: 1)
  _ = wait(epoll)
  guard case .connection(let socket, from: let address) = listener.accept() else {
    throw SocketError("accept", reason: "nobody came")
  }
  #expect(address.host == "127.0.0.1")
  return socket
}

private func receive(_ socket: borrowing StreamSocket) -> (StreamSocket.Transfer, [UInt8]) {
  var buffer = [UInt8](repeating: 0, count: 100)
  let transfer = buffer.withUnsafeMutableBytes { socket.receive(into: $0) }
  if case .bytes(let count) = transfer { return (transfer, Array(buffer[..<count])) }
  return (transfer, [])
}

@Suite("Sockets over loopback") struct ListenSocketTests {
  @Test("port 0 becomes a real port, on which a second listener is refused")
  func bindsOnce() throws {
    let listener = try ListenSocket(SocketAddress("127.0.0.1:0"))
    #expect(listener.address.port > 0)
    let address = listener.address
    let error = #expect(throws: SocketError.self) {
      _ = try ListenSocket(address)
    }
    #expect(error?.code == EADDRINUSE)
  }

  @Test("shared listeners have one port, and still refuse a second server")
  func shares() throws {
    let listeners = try ListenSocket.sharing(SocketAddress("127.0.0.1:0"), count: 3)
    #expect(Set(listeners.map { $0.socket.address.port }).count == 1)
    #expect(throws: SocketError.self) {
      try ListenSocket.sharing(listeners[0].socket.address, count: 1)
    }
  }

  @Test("a socket that listens already is taken over, with who waits there")
  func inherits() throws {
    let own = try ListenSocket(SocketAddress("127.0.0.1:0"))
    let client = try StreamSocket(connectingTo: own.address)
    let number = dup(own.descriptor.number)
    let inherited = try ListenSocket(inherited: number)
    #expect(inherited.address.description == own.address.description)
    _ = try accept(inherited)
    withExtendedLifetime(client) {}
  }

  @Test("what does not listen is not taken over")
  func inheritsListenersOnly() throws {
    let own = try ListenSocket(SocketAddress("127.0.0.1:0"))
    let client = try StreamSocket(connectingTo: own.address)
    for number in [client.descriptor.number, 1_000_000] {
      #expect(throws: SocketError.self) { _ = try ListenSocket(inherited: number) }
    }
  }

  @Test("sockets are passed to one process by its number; the environment of a parent is none's")
  func inheritsByProcess() throws {
    for (fds, pid) in [("1", "1"), ("1", nil), (nil, "7"), ("", "7"), ("0", "7")] {
      var environment: [String: String] = [:]
      environment["LISTEN_FDS"] = fds
      environment["LISTEN_PID"] = pid
      #expect(try InheritedListeners.take(environment, processID: 7).isEmpty)
    }
    for bad in ["-1", "x", "65"] {
      #expect(throws: SocketError.self) {
        try InheritedListeners.take(["LISTEN_FDS": bad, "LISTEN_PID": "7"], processID: 7)
      }
    }
  }

  @Test("bytes go both ways; an end is seen as an end")
  func transfers() throws {
    let listener = try ListenSocket(SocketAddress("127.0.0.1:0"))
    let client = try StreamSocket(connectingTo: listener.address)
    let server = try accept(listener)
    #expect(receive(server).0 == .wouldBlock)

    let epoll = try Epoll()
    try epoll.addEdges(server.descriptor, token: 42)
    #expect(
      wait(epoll) == Epoll.Event(token: 42, isReadable: false, isWritable: true, isEnding: false))
    #expect(
      [1, 2, 3].withUnsafeBytes { client.send(UnsafeRawBufferPointer(rebasing: $0[..<3])) }
        == .bytes(3))
    #expect(wait(epoll)?.isReadable == true)
    #expect(receive(server).0 == .bytes(3))

    client.shutdownWrite()
    #expect(wait(epoll)?.isEnding == true)
    #expect(receive(server).0 == .ended)
  }

  @Test("sending to a peer that is gone ends the connection and not the process")
  func survivesPipe() throws {
    let listener = try ListenSocket(SocketAddress("127.0.0.1:0"))
    do { _ = try StreamSocket(connectingTo: listener.address) }
    let server = try accept(listener)
    let epoll = try Epoll()
    try epoll.addEdges(server.descriptor, token: 1)
    var ended = false
    for _ in 0..<10 where !ended {
      if [UInt8(1)].withUnsafeBytes({ server.send($0) }) == .ended { ended = true }
      _ = epoll.wait(timeoutMs: 100)
    }
    #expect(ended)
  }

  @Test("a wake-up is seen once for many signals, until it is cleared")
  func wakesUp() throws {
    let wakeUp = try WakeUp()
    let epoll = try Epoll()
    try epoll.addReadable(wakeUp.descriptor, token: 9)
    #expect(epoll.wait(timeoutMs: 0) == 0)
    wakeUp.signal()
    wakeUp.signal()
    #expect(epoll.wait(timeoutMs: 0) == 1)
    #expect(epoll.event(0).token == 9)
    wakeUp.clear()
    #expect(epoll.wait(timeoutMs: 0) == 0)
  }

  @Test("an error names the call and the reason of the system")
  func describes() {
    #expect(SocketError("bind a", code: EACCES).description == "bind a: Permission denied")
  }
}
