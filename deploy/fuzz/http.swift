// libFuzzer target: bytes of a connection. Nothing may crash, and the way in which the network cuts
// the bytes must not change what is read.
import HTTPFormat
import Sockets

@testable import HTTPServer

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  for limits in [HTTPLimits(), tightLimits] {
    let whole = outcomes([bytes], limits)
    precondition(outcomes(bytes.map { [$0] }, limits) == whole, "single bytes are read otherwise")
    // Where to cut is told by the input itself, so that a finding can be repeated.
    let cut = size == 0 ? 0 : bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % size
    let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
    precondition(outcomes(pieces, limits) == whole, "a cut at \(cut) is read otherwise")
    drive(pieces, limits)
  }
  return 0
}

private let tightLimits = {
  var limits = HTTPLimits()
  limits.headerBytesMax = 256
  limits.headerCountMax = 4
  limits.targetBytesMax = 64
  limits.bodyBytesMax = 32
  limits.chunkLineBytesMax = 32
  limits.chunkExtensionBytesMax = 40
  return limits
}()

private let router = Router([
  Route("GET", "/") { request, _ in .text(200, request.path) },
  Route("POST", "/a/{b}") { request, parameters in
    Response(
      status: 200,
      headers: ["X-B": parameters["b"] ?? "", "X-Host": request.headers["Host"] ?? ""],
      body: request.body)
  },
])

private let proxies = TrustedProxies(
  ["10.0.0.0/8", "fd00::/8"].compactMap { try? AddressRange($0) })
private let peer = IPAddress("10.0.0.1")

private func outcomes(_ pieces: [[UInt8]], _ limits: HTTPLimits) -> [RequestParser.Outcome] {
  var parser = RequestParser(limits: limits)
  var all: [RequestParser.Outcome] = []
  for piece in pieces {
    var outcome = parser.feed(piece)
    while case .complete(let incoming) = outcome {
      precondition(incoming.request.body.count <= limits.bodyBytesMax, "the limit is passed")
      precondition(incoming.request.path == "*" || incoming.request.path.hasPrefix("/"))
      all.append(outcome)
      outcome = parser.next()
    }
    if case .invalid(let refusal) = outcome {
      precondition((400...599).contains(refusal.status))
      return all + [outcome]
    }
  }
  return all
}

/// The whole life of a connection, without its socket.
private func drive(_ pieces: [[UInt8]], _ limits: HTTPLimits) {
  let moment = Moment(ms: 0, date: "Sun, 06 Nov 1994 08:49:37 GMT")
  var machine = ConnectionMachine(limits: limits, remoteAddress: "10.0.0.1", at: moment)
  var rest = pieces[...]
  var steps = 0
  while true {
    steps += 1
    precondition(steps < 100_000, "a connection that does not come to its end")
    switch machine.next(at: moment) {
    case .dispatch(let incoming, let exchange):
      let answer = respond(incoming.request)
      // A text that came in with the request may not be a legal field: then it is a 500.
      machine.answer(.response(answer), exchange: exchange, at: moment)
    case .write:
      machine.sent(machine.withUnsent { $0.count }, at: moment)
    case .read:
      if let piece = rest.popFirst() {
        piece.withUnsafeBytes { machine.received($0, at: moment) }
      } else {
        machine.receivedEnd()
      }
    case .wait: preconditionFailure("every answer was given at once")
    case .shutdownWrite: continue
    case .close: return
    }
  }
}

private func respond(_ request: Request) -> Response {
  if let peer {
    let origin = proxies.origin(of: request.headers, peer: peer, isSecure: false)
    precondition(IPAddress(origin.address.description) == origin.address)
  }
  _ = request.queryItems
  switch router.resolve(method: request.method, path: request.path) {
  case .answer(let response): return response
  case .route(let route, let parameters):
    guard case .respond(let respond) = route.action else { return .text(500, "") }
    return respond(request, parameters)
  }
}
