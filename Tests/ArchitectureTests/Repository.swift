import FoundationEssentials
import Glibc

/// The files of this package, read from where this file was compiled.
enum Repository {
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  static func text(_ path: String) -> String {
    guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else {
      preconditionFailure("\(root)/\(path) cannot be read")
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// The names in a folder, hidden ones left out.
  static func names(_ path: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)")
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Every file below a folder whose name ends so, with its path from the root.
  static func files(below path: String, ending: String) -> [String] {
    names(path).flatMap { name -> [String] in
      let child = "\(path)/\(name)"
      var isFolder = false
      _ = FileManager.default.fileExists(atPath: "\(root)/\(child)", isDirectory: &isFolder)
      if isFolder { return files(below: child, ending: ending) }
      return name.hasSuffix(ending) ? [child] : []
    }
  }
}

/// A Swift file, line by line.
struct SourceFile {
  let path: String
  /// Without comments; texts stay.
  let code: [String]
  let lines: [String]

  /// `Sources/Domain/Money.swift` is of `Domain`.
  var target: String { String(path.split(separator: "/")[1]) }

  init(_ path: String) {
    self.path = path
    lines = Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    code = lines.map { line in
      guard line.holds("//"), let comment = line.firstRange(of: "//"),
        !line[..<comment.lowerBound].contains("\"")
      else { return line }
      return String(line[..<comment.lowerBound])
    }
  }

  /// The modules that it imports, whatever stands before or inside the import.
  var imports: [String] {
    code.filter { $0.holds("import ") }.compactMap { line in
      line.firstMatch(
        of:
          /^\s*(?:@?\w+(?:\(\w+\))?\s+)*import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
      ).map { String($0.1) }
    }
  }

  static let sources = Repository.files(below: "Sources", ending: ".swift").map(Self.init)
}

extension String {
  /// Whether one of the texts occurs in it: a look by bytes, before a slower one by patterns.
  func holds(_ texts: String...) -> Bool { texts.contains { strstr(self, $0) != nil } }
}
