import Foundation
import HTTPFormat
import Testing

/// One exchange of the conformance suite: the bytes that a client sends, and what is made of them.
struct ConformanceCase: CustomTestStringConvertible, Sendable {
  let name: String
  /// `summary` of each outcome, bodies by their size.
  let expected: String
  /// The clause of the RFC, and what it asks for.
  let rule: String
  let bytes: [UInt8]

  var testDescription: String { "\(name): \(rule)" }

  /// `Corpus/` holds one file for each case; `conformance.tsv` says what is expected.
  static let all: [ConformanceCase] = {
    let folder = Bundle.module.bundlePath
    return text("\(folder)/conformance.tsv").split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return ConformanceCase(
        name: parts[0], expected: parts[1], rule: parts[2],
        bytes: bytes("\(folder)/Corpus/\(parts[0])"))
    }
  }()

  static let names: [String] = {
    let path = "\(Bundle.module.bundlePath)/Corpus"
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }()

  private static func bytes(_ path: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: path) ?? Data())
  }
  private static func text(_ path: String) -> String {
    String(decoding: bytes(path), as: UTF8.self)
  }
}

@Suite("Conformance (RFC 9110, RFC 9112, RFC 3986)") struct ConformanceTests {
  @Test("every file of the corpus has its expectation, and the reverse")
  func complete() {
    #expect(ConformanceCase.all.count > 300)
    #expect(ConformanceCase.all.map(\.name) == ConformanceCase.names)
  }

  @Test("each exchange is read or refused as the RFCs say", arguments: ConformanceCase.all)
  func conforms(_ example: ConformanceCase) {
    #expect(Self.summary(outcomes([example.bytes])) == example.expected)
  }

  @Test("and the same whether its bytes come at once or one by one", arguments: ConformanceCase.all)
  func conformsByteByByte(_ example: ConformanceCase) {
    #expect(outcomes(example.bytes.map { [$0] }) == outcomes([example.bytes]))
  }

  /// Equal neighbours are counted: `3 × GET /health`.
  private static func summary(_ outcomes: [RequestParser.Outcome]) -> String {
    var runs: [(text: String, count: Int)] = []
    for outcome in outcomes {
      let text = short(outcome)
      if runs.last?.text == text {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((text, 1))
      }
    }
    let texts = runs.map { $0.count == 1 ? $0.text : "\($0.count) × \($0.text)" }
    return texts.isEmpty ? "incomplete" : texts.joined(separator: ", ")
  }

  private static func short(_ outcome: RequestParser.Outcome) -> String {
    switch outcome {
    case .incomplete: return "incomplete"
    case .invalid(let refusal): return "\(refusal.status)"
    case .complete(let incoming):
      let request = incoming.request
      let target = request.path + (request.query.map { "?\($0)" } ?? "")
      let shown = target.count > 60 ? "\(target.prefix(20))… of \(target.utf8.count)" : target
      return "\(request.method) \(shown)"
        + (request.body.isEmpty ? "" : " [\(request.body.count)]")
        + (incoming.keepsAlive ? "" : " close")
    }
  }
}
