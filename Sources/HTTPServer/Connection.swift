import HTTPFormat
import Sockets

/// A socket with its machine, and what epoll last said about it. Belongs to one event loop.
final class Connection {
  let socket: StreamSocket
  let token: UInt64
  let remoteAddress: String
  var machine: ConnectionMachine
  /// Edges: true from a report of epoll until the socket would block.
  var mayRead = false
  var mayWrite = true
  /// The peer has ended its side: a read gives the end after the last byte.
  var isEnding = false
  /// Already in the loop's list of connections to go on with.
  var isQueued = false

  init(
    _ socket: consuming StreamSocket, token: UInt64, remoteAddress: String,
    machine: ConnectionMachine
  ) {
    self.socket = socket
    self.token = token
    self.remoteAddress = remoteAddress
    self.machine = machine
  }

  func note(_ event: Epoll.Event) {
    if event.isReadable { mayRead = true }
    if event.isWritable { mayWrite = true }
    if event.isEnding {
      mayRead = true
      isEnding = true
    }
  }

  /// Sends once; false when the connection is gone.
  func send(at moment: Moment) -> Bool {
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
  func receive(into scratch: UnsafeMutableRawBufferPointer, at moment: Moment) {
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
}
