import Foundation
import Testing

/// `Tests/money-rules.md` says which tests prove which money rule. It is made from the tests
/// themselves: a test of a rule names its id in parentheses, and this one keeps the list true.
private struct MoneyRules {
  /// Every rule, in the order of the groups: once and only once, amounts, payment and capture,
  /// split, tax, refunds, settlement, sellers, edges, visibility.
  static let all: [String] = [
    ("Q", 11), ("A", 8), ("C", 10), ("P", 6), ("M", 8), ("T", 4), ("R", 8), ("S", 8), ("O", 6),
    ("K", 2), ("W", 3), ("B", 2), ("X", 2), ("V", 2),
  ].flatMap { group, count in (1...count).map { "\(group)\($0)" } }

  /// Rules of work that has not begun; each must go from here with its first test.
  static let later: Set<String> = [
    "Q10", "T3", "T4", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "S1", "S3", "S4", "S5",
    "S6", "S7", "S8", "O1", "O2", "O4", "O5", "K1", "K2", "W2",
  ]

  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  static let document = tests.appending(path: "money-rules.md")

  /// Rule -> the names of its tests, each with its file.
  static func proofs() throws -> [String: [String]] {
    var found: [String: Set<String>] = [:]
    let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let name = file.path(percentEncoded: false).split(separator: "/").suffix(2)
        .joined(separator: "/")
      for literal in try String(contentsOf: file, encoding: .utf8).matches(of: /"([^"\n]+)"/) {
        let title = literal.output.1
        for list in title.matches(of: /\(([A-Z][0-9]{1,2}(?:(?:, |-)[A-Z][0-9]{1,2})*)\)/) {
          for rule in list.output.1.split(separator: ",") {
            let id = rule.trimmingCharacters(in: .whitespaces)
            found[id, default: []].insert("\(title) — `\(name)`")
          }
        }
      }
    }
    return found.mapValues { $0.sorted() }
  }

  static func text(_ proofs: [String: [String]]) -> String {
    var lines = [
      "# Money rules and their tests", "",
      "Made from the names of the tests by `Tests/ArchitectureTests/MoneyRulesTests.swift`.",
      "After adding a test: `UPDATE_MONEY_RULES=1 swift test --filter MoneyRules`.",
    ]
    for rule in all {
      lines += ["", "## \(rule)", ""]
      lines += proofs[rule]?.map { "- \($0)" } ?? ["To come: no part of the product does this yet."]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

@Test("MoneyRules: every money rule has a test that names it, or is marked as to come")
func everyRuleIsProved() throws {
  let proofs = try MoneyRules.proofs()
  let missing = MoneyRules.all.filter { proofs[$0] == nil && !MoneyRules.later.contains($0) }
  #expect(missing.isEmpty, "no test names \(missing.joined(separator: ", "))")
  let stale = MoneyRules.later.filter { proofs[$0] != nil }
  #expect(stale.isEmpty, "no longer to come: \(stale.sorted().joined(separator: ", "))")
}

@Test("MoneyRules: Tests/money-rules.md lists the tests as they are")
func documentIsCurrent() throws {
  let text = MoneyRules.text(try MoneyRules.proofs())
  if ProcessInfo.processInfo.environment["UPDATE_MONEY_RULES"] != nil {
    try text.write(to: MoneyRules.document, atomically: true, encoding: .utf8)
  }
  let written = try? String(contentsOf: MoneyRules.document, encoding: .utf8)
  #expect(written == text, "run UPDATE_MONEY_RULES=1 swift test --filter MoneyRules")
}
