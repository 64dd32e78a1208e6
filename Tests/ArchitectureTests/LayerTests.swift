import Testing

/// Modules of the toolchain that any target may import.
private let toolchain: Set<String> = ["Glibc", "FoundationEssentials", "Synchronization", "Swift"]
/// What a dependency in the manifest is called where it is imported.
private let modules = ["log": "Logging", "arguments": "ArgumentParser"]

@Suite struct LayerTests {
  @Test("the manifest is read whole: every folder of Sources is a target, and the reverse")
  func manifest() {
    let declared = Manifest.package.targets.filter {
      $0.kind != "tests" && !$0.name.hasSuffix("TestSupport")
    }
    #expect(declared.map(\.name).sorted() == Repository.names("Sources"))
    #expect(Manifest.package["Engine"]?.dependencies.contains("log") == true)
    #expect(Manifest.package["App"]?.dependencies.contains("Domain") == true)
    #expect(Manifest.package["stripe-mirakl"]?.dependencies == ["App", "arguments"])
  }

  @Test("a target depends only on targets that stand above it in the manifest")
  func dependencies() {
    for (position, target) in Manifest.package.targets.enumerated() {
      for name in target.dependencies where modules[name] == nil {
        let above = Manifest.package.position(name).map { $0 < position }
        #expect(above == true, "\(target.name) depends on \(name)")
      }
    }
  }

  @Test("what is shipped holds neither the simulation nor the measurements")
  func shipped() {
    var open = ["stripe-mirakl"]
    var linked: Set<String> = []
    while let name = open.popLast() {
      guard linked.insert(name).inserted else { continue }
      open += Manifest.package[name]?.dependencies ?? []
    }
    #expect(linked.contains("Engine"))
    #expect(linked.isDisjoint(with: ["Simulation", "bench", "TestSupport"]))
  }

  @Test("a file imports only what its target declares")
  func imports() throws {
    #expect(SourceFile.sources.count > 100)
    for file in SourceFile.sources {
      let target = try #require(Manifest.package[file.target])
      let allowed = Set(target.dependencies.map { modules[$0] ?? $0 }).union(toolchain)
      for module in file.imports where !allowed.contains(module) {
        // The command line is started by `Foundation`'s process information.
        if module == "Foundation", file.target == "stripe-mirakl" { continue }
        Issue.record("\(file.path) imports \(module)")
      }
    }
  }

  @Test("what a target declares it imports somewhere")
  func noIdleDependencies() {
    let imports = Dictionary(grouping: SourceFile.sources, by: \.target).mapValues { files in
      Set(files.flatMap(\.imports))
    }
    for target in Manifest.package.targets where target.kind == "source" {
      for name in target.dependencies
      where imports[target.name]?.contains(modules[name] ?? name) != true {
        Issue.record("\(target.name) declares \(name) and never imports it")
      }
    }
  }

  @Test(
    "a C library is known by one target",
    arguments: [("CSQLite", "SQLite"), ("COpenSSL", "OpenSSL"), ("CCurl", "HTTPClient")])
  func libraries(_ library: String, _ owner: String) {
    let importers = Set(
      SourceFile.sources.filter { $0.imports.contains(library) }.map(\.target))
    #expect(importers == [owner])
  }

  @Test("the sandboxes share no types with the clients: a shared mistake would pass every test")
  func sandbox() {
    let forbidden: Set = [
      "Domain", "Decisions", "StripeClient", "MiraklClient", "HTTPClient", "Store", "Engine",
    ]
    for file in SourceFile.sources where file.target == "Sandbox" {
      #expect(forbidden.isDisjoint(with: file.imports), "\(file.path)")
    }
  }

  @Test("a neighbour is known by one target: clients and audiences do not know each other")
  func siblings() {
    let siblings: Set = [
      "StripeClient", "MiraklClient", "Engine", "WebhookAPI", "AdminAPI", "Dashboard", "Sandbox",
    ]
    for file in SourceFile.sources where siblings.contains(file.target) {
      #expect(siblings.isDisjoint(with: file.imports), "\(file.path)")
    }
  }

  @Test("the words and the decisions know no input or output")
  func purity() {
    let allowed = ["Domain": Set<String>(), "Decisions": ["Domain"], "HTTPFormat": []]
    for file in SourceFile.sources {
      guard let known = allowed[file.target] else { continue }
      let rest = Set(file.imports).subtracting(known).subtracting(["FoundationEssentials"])
      #expect(rest == [], "\(file.path)")
    }
  }

  @Test("nobody imports SwiftNIO or another HTTP framework, here or through a package")
  func noNIO() {
    for file in SourceFile.sources {
      for module in file.imports {
        #expect(!module.hasPrefix("NIO") && !module.hasPrefix("_NIO"), "\(file.path)")
      }
    }
    let packages = Repository.text("Package.swift").split(separator: "\n")
      .filter { $0.contains(".package(url:") }
    #expect(packages.count == 2)
    #expect(
      packages.allSatisfy { $0.contains("swift-argument-parser") || $0.contains("swift-log") })
  }
}
