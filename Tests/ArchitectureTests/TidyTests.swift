import Testing

@Suite struct TidyTests {
  @Test("no floating point near money (A1)")
  func noFloatingPoint() {
    // Jitter of pauses is the one thing that may be inexact.
    let allowed = ["func unit() -> Double", "jitter: Double", "Double(base) * 0.2 * (jitter"]
    for file in SourceFile.sources
    where ["Domain", "Decisions", "Store"].contains(file.target) {
      for (number, line) in file.code.enumerated()
      where line.holds("Double", "Float")
        && line.contains(/\b(Double|Float|Float16|Float32|Float64|Float80|CGFloat)\b/)
      {
        #expect(
          allowed.contains { line.contains($0) }, "\(file.path):\(number + 1): \(line)")
      }
    }
  }

  @Test("nothing that crashes on input, and no work left for later")
  func noShortcuts() {
    for file in SourceFile.sources {
      for (number, line) in file.lines.enumerated() {
        let code = file.code[number]
        let isLeft = line.holds("TODO", "FIXME", "XXX", "HACK")
        let isCrash = code.holds("try!", "as!", "fatalError(")
        if isLeft && line.contains(/\b(TODO|FIXME|XXX|HACK)\b/)
          || isCrash && code.contains(/\btry!|\bas!|\bfatalError\(/)
        {
          Issue.record("\(file.path):\(number + 1): \(line)")
        }
      }
    }
  }

  @Test("no Swift concurrency: blocking work has its own threads")
  func noSwiftConcurrency() {
    for file in SourceFile.sources {
      for (number, line) in file.code.enumerated()
      where line.holds("await", "Task", "actor ")
        && line.contains(/\bawait\b|\bTask\s*[{(.]|^\s*(public |final )*actor \w+ *[:{<]/)
      {
        Issue.record("\(file.path):\(number + 1): \(line)")
      }
    }
  }

  @Test("no line is longer than 100 columns, none ends in blanks, each file in a line feed")
  func lines() {
    for file in SourceFile.sources {
      for (number, line) in file.lines.enumerated() {
        let isLong = line.utf8.count > 100 && line.count > 100
        if isLong || [UInt8(ascii: " "), 9, 13].contains(line.utf8.last) {
          Issue.record("\(file.path):\(number + 1): \(line)")
        }
      }
      #expect(file.lines.last == "", "\(file.path)")
    }
  }

  @Test("each target has a test target of its own, declared and in its folder")
  func testTargets() {
    // What has no Swift of its own to test, and what the end-to-end tests run as a whole.
    let exceptions: Set = ["CSQLite", "COpenSSL", "CCurl", "CLinux", "COpenAPI", "stripe-mirakl"]
    for name in Repository.names("Sources") where !exceptions.contains(name) {
      #expect(
        !Repository.files(below: "Tests/\(name)Tests", ending: "Tests.swift").isEmpty,
        "Tests/\(name)Tests")
      #expect(Manifest.package["\(name)Tests"]?.kind == "tests", "\(name)Tests")
    }
  }

  @Test("every test target that is declared has its folder, and every folder is declared")
  func testFolders() {
    let declared = Manifest.package.targets.filter { $0.kind == "tests" }.map(\.name)
    let folders = Repository.names("Tests").filter {
      !Repository.files(below: "Tests/\($0)", ending: ".swift").isEmpty
    }
    #expect(Set(folders) == Set(declared).union(["TestSupport", "TLSTestSupport"]))
    #expect(Set(declared).count == declared.count)
  }
}
