import FoundationEssentials

/// What is reached and what is not.
struct Target: Codable {
  enum Sense: String, Codable { case atLeast, atMost }
  let sense: Sense
  let value: Double

  static func atLeast(_ value: Double) -> Target { Target(sense: .atLeast, value: value) }
  static func atMost(_ value: Double) -> Target { Target(sense: .atMost, value: value) }

  func isMet(by measured: Double) -> Bool {
    switch sense {
    case .atLeast: measured >= value
    case .atMost: measured <= value
    }
  }
}

/// One line of the table.
struct Finding: Codable {
  let name: String
  let value: Double
  let unit: String
  /// What the value is made of, in words.
  var basis = ""
  var target: Target?

  var isMet: Bool? { target.map { $0.isMet(by: value) } }
}

/// All that a run measured: a table for people, JSON for programs.
struct Report: Codable {
  let command: String
  let machine: Machine
  var findings: [Finding] = []

  mutating func add(
    _ name: String, _ value: Double, _ unit: String = "", _ basis: String = "",
    _ target: Target? = nil
  ) {
    let finding = Finding(name: name, value: value, unit: unit, basis: basis, target: target)
    findings.append(finding)
    print(Self.row(finding))
  }

  /// Whether every target was met.
  var isMet: Bool { findings.allSatisfy { $0.isMet ?? true } }

  var table: String {
    let head = [
      "\(command): \(machine.text)", "",
      "| measured | value | target | | made of |", "| --- | --- | --- | --- | --- |",
    ]
    return (head + findings.map(Self.row)).joined(separator: "\n") + "\n"
  }

  static func row(_ finding: Finding) -> String {
    let target = finding.target.map {
      ($0.sense == .atLeast ? "≥ " : "≤ ") + format($0.value) + unit(finding.unit)
    }
    let verdict = finding.isMet.map { $0 ? "met" : "**not met**" }
    return "| \(finding.name) | \(format(finding.value))\(unit(finding.unit)) | \(target ?? "") | "
      + "\(verdict ?? "") | \(finding.basis) |"
  }

  private static func unit(_ unit: String) -> String { unit.isEmpty ? "" : " " + unit }

  /// Three figures that count; whole numbers from 100 on, in groups of three.
  static func format(_ value: Double) -> String {
    guard abs(value) < 99.95 else { return grouped(Int64(value.rounded())) }
    let places = abs(value) < 9.995 ? 2 : 1
    let scale = places == 2 ? 100.0 : 10.0
    let scaled = Int64((abs(value) * scale).rounded())
    let fraction = String(scaled % Int64(scale))
    let padded = String(repeating: "0", count: places - fraction.count) + fraction
    return "\(value < 0 ? "-" : "")\(scaled / Int64(scale)).\(padded)"
  }

  private static func grouped(_ value: Int64) -> String {
    let digits = Array(String(value.magnitude))
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return (value < 0 ? "-" : "") + text
  }

  /// Writes the table to `path`.md and the figures to `path`.json.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try TextFile.write(
      String(decoding: try encoder.encode(self), as: UTF8.self) + "\n", to: path + ".json")
    try TextFile.write(table, to: path + ".md")
  }
}
