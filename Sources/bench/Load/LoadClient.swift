import Sockets

/// One connection of the load: a request in flight, and what has come of its answer.
final class LoadClient {
  enum Progress {
    case incomplete
    case answered(status: Int)
    case broken(String)
  }

  let socket: StreamSocket
  /// Of the request in flight.
  var number = -1
  var sentNs: Int64 = 0
  /// What the socket did not take at once.
  var unsent: [UInt8] = []
  private var partial: [UInt8] = []
  /// The length of the last answer: the next one is most likely as long.
  private var answerBytes = 0

  init(_ socket: consuming StreamSocket) { self.socket = socket }

  /// Reads what there is of the answer.
  func receive(_ scratch: UnsafeMutableRawBufferPointer) -> Progress {
    switch socket.receive(into: scratch) {
    case .wouldBlock: return .incomplete
    case .ended: return .broken("the connection was closed")
    case .bytes(let count):
      let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
      if partial.isEmpty, count == answerBytes { return .answered(status: Self.status(bytes)) }
      partial.append(contentsOf: bytes)
      return partial.withUnsafeBytes { progress($0) }
    }
  }

  private func progress(_ bytes: UnsafeRawBufferPointer) -> Progress {
    guard let length = Self.length(bytes) else {
      return bytes.count < 16_384 ? .incomplete : .broken("an answer without an end")
    }
    guard bytes.count >= length else { return .incomplete }
    guard bytes.count == length else { return .broken("more than one answer") }
    answerBytes = length
    let status = Self.status(bytes)
    partial.removeAll(keepingCapacity: true)
    return .answered(status: status)
  }

  /// `HTTP/1.1 200`.
  private static func status(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count > 12 else { return 0 }
    return bytes[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
  }

  /// The bytes of head and content, once the head is complete.
  private static func length(_ bytes: UnsafeRawBufferPointer) -> Int? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
    let head = text[..<end.lowerBound].lowercased()
    guard let field = head.firstRange(of: "content-length: ") else { return nil }
    let digits = head[field.upperBound...].prefix { $0.isNumber }
    return Int(digits).map { text[..<end.upperBound].utf8.count + $0 }
  }
}
