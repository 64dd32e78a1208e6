import HTTPFormat
import OpenSSL
import Sockets

/// A socket with its machine, and what epoll last said about it. Belongs to one event loop.
final class Connection {
  let socket: StreamSocket
  let token: UInt64
  let address: IPAddress
  /// It comes from a trusted proxy.
  let isProxy: Bool
  var machine: ConnectionMachine
  /// The client behind the proxy whose request is in hand.
  var client: IPAddress?
  private var tls: TLSSession?
  /// Edges: true from a report of epoll until the socket would block.
  private(set) var mayRead = false
  private(set) var mayWrite = true
  /// TLS may need the other direction to go on: what the next edge there is good for.
  private var readAwaitsWrite = false
  private var writeAwaitsRead = false
  /// The end of the sending side is to be told as soon as the socket takes it.
  private var owesShutdown = false
  /// The peer has ended its side: a read gives the end after the last byte.
  private var isEnding = false
  /// Already in the loop's list of connections to go on with.
  var isQueued = false

  init(
    _ socket: consuming StreamSocket, token: UInt64, address: IPAddress, isProxy: Bool,
    tls: TLSContext?, machine: ConnectionMachine
  ) {
    self.socket = socket
    self.token = token
    self.address = address
    self.isProxy = isProxy
    self.machine = machine
    self.tls = tls.flatMap { TLSSession($0, descriptor: self.socket.descriptor.number) }
  }

  var isSecure: Bool { tls != nil }

  func note(_ event: Epoll.Event) {
    if event.isReadable {
      mayRead = true
      if writeAwaitsRead { mayWrite = true }
    }
    if event.isWritable {
      mayWrite = true
      if readAwaitsWrite { mayRead = true }
    }
    if event.isEnding {
      mayRead = true
      isEnding = true
    }
  }

  /// Sends once; false when the connection is gone.
  func send(at moment: Moment) -> Bool {
    guard let tls else { return sendPlain(at: moment) }
    writeAwaitsRead = false
    switch machine.withUnsent({ tls.send($0) }) {
    case .bytes(let count): machine.sent(count, at: moment)
    case .wantsWrite: mayWrite = false
    case .wantsRead: (mayWrite, writeAwaitsRead) = (false, true)
    case .ended, .failed, .isPlainHTTP: return false
    }
    return true
  }

  private func sendPlain(at moment: Moment) -> Bool {
    let (transfer, wanted) = machine.withUnsent { (socket.send($0), $0.count) }
    switch transfer {
    case .bytes(let count):
      machine.sent(count, at: moment)
      // A partial write has filled the socket's buffer: its room will be a new edge.
      if count < wanted { mayWrite = false }
    case .wouldBlock: mayWrite = false
    case .ended: return false
    }
    return true
  }

  /// Reads once.
  ///
  /// - Returns: why TLS cannot go on, if so.
  func receive(into scratch: UnsafeMutableRawBufferPointer, at moment: Moment) -> String? {
    guard let tls else {
      receivePlain(into: scratch, at: moment)
      return nil
    }
    readAwaitsWrite = false
    switch tls.receive(into: scratch) {
    case .bytes(let count):
      machine.received(UnsafeRawBufferPointer(rebasing: scratch[..<count]), at: moment)
    case .wantsRead: mayRead = false
    case .wantsWrite: (mayRead, readAwaitsWrite) = (false, true)
    case .ended: machine.receivedEnd()
    case .failed(let reason):
      machine.abort()
      return reason
    case .isPlainHTTP:
      // RFC 9110 15.5.1, without TLS, or the client could not read it.
      self.tls = nil
      machine.reject(Refusal(400, "this port speaks TLS: use https"), at: moment)
    }
    return nil
  }

  private func receivePlain(into scratch: UnsafeMutableRawBufferPointer, at moment: Moment) {
    switch socket.receive(into: scratch) {
    case .bytes(let count):
      // Less than asked for is all there was: more will be a new edge, except for the end,
      // which may have been reported together with these bytes.
      if count < scratch.count, !isEnding { mayRead = false }
      machine.received(UnsafeRawBufferPointer(rebasing: scratch[..<count]), at: moment)
    case .wouldBlock: mayRead = false
    case .ended: machine.receivedEnd()
    }
  }

  /// Ends the sending side, now or as soon as the socket takes the word for it.
  func shutdownWrite() {
    owesShutdown = tls?.shutdown() == false
    if owesShutdown { mayWrite = false } else { socket.shutdownWrite() }
  }

  /// To be called when the connection has its turn.
  func settleDebts() {
    if owesShutdown, mayWrite { shutdownWrite() }
  }

  /// The last word before the socket is closed, if it can be said at once.
  func sayFarewell() { tls?.shutdown() }
}
