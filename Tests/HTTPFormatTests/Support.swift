import HTTPFormat

/// What a parser makes of bytes, short enough for a table.
func parse(_ text: String, limits: HTTPLimits = HTTPLimits()) -> RequestParser.Outcome {
  parse(Array(text.utf8), limits: limits)
}

func parse(_ bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) -> RequestParser.Outcome {
  var parser = RequestParser(limits: limits)
  return parser.feed(bytes)
}

/// All outcomes up to the first that is not `complete`, when the bytes arrive in pieces.
func outcomes(
  _ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()
) -> [RequestParser.Outcome] {
  var parser = RequestParser(limits: limits)
  var all: [RequestParser.Outcome] = []
  for piece in pieces {
    var outcome = parser.feed(piece)
    while case .complete = outcome {
      all.append(outcome)
      outcome = parser.next()
    }
    if case .invalid = outcome {
      all.append(outcome)
      break
    }
  }
  return all
}

/// `incomplete`, the status of a refusal, or what was read.
func summary(_ outcome: RequestParser.Outcome) -> String {
  switch outcome {
  case .incomplete: return "incomplete"
  case .invalid(let refusal): return "\(refusal.status)"
  case .complete(let incoming):
    let request = incoming.request
    let target = request.path + (request.query.map { "?\($0)" } ?? "")
    return "\(request.method) \(target) [\(String(decoding: request.body, as: UTF8.self))]"
      + (incoming.keepsAlive ? "" : " close")
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
