/// What `Package.swift` says about targets, read as text: the order counts, and SwiftPM does not
/// keep it.
struct Manifest {
  struct Target {
    let name: String
    let kind: String
    let dependencies: [String]
  }

  /// In the order of the file.
  let targets: [Target]

  init(_ text: String) {
    let lines = text.split(separator: "\n").map { line in
      line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? String(line)
    }
    let body = lines.joined(separator: " ")
    let start = body.firstRange(of: "targets: [     ")?.upperBound ?? body.startIndex
    let pattern =
      /(source|tests|\.target|\.systemLibrary|\.executableTarget)\(\s*(?:name:\s*)?"([^"]+)"(?:,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/
    let declared = body[start...].matches(of: pattern)
    targets = declared.map { match in
      Target(
        name: String(match.2), kind: String(match.1),
        dependencies: (match.3 ?? "").split(separator: ",").map { item in
          item.filter { !$0.isWhitespace && $0 != "\"" }
        }.filter { !$0.isEmpty })
    }
  }

  static let package = Manifest(Repository.text("Package.swift"))

  subscript(_ name: String) -> Target? { targets.first { $0.name == name } }

  func position(_ name: String) -> Int? { targets.firstIndex { $0.name == name } }
}
