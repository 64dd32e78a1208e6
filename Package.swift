// swift-tools-version: 6.2
import PackageDescription

// A target may import only targets that stand above it in this file. The build refuses an
// undeclared import (`--explicit-target-dependency-import-check error`), and
// `Tests/ArchitectureTests` compares this file with the layers.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func source(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// What tests that step the real engine need.
let engineTestDependencies: [Target.Dependency] = [
  "Engine", "Decisions", "Domain", "HTTPClient", "Store", "Sandbox", "Threading", "TestSupport",
]

let package = Package(
  name: "stripe-mirakl",
  products: [
    .executable(name: "stripe-mirakl", targets: ["stripe-mirakl"]),
    // Loaded by tests into the program they start; a product, because only those are built alone.
    .library(name: "DiskTestSupport", type: .dynamic, targets: ["DiskTestSupport"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // 0: words, bytes and the operating system
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CLinux"),
    .target(name: "COpenAPI"),
    source("Domain"),
    source("HTTPFormat"),
    source("Threading", ["CLinux"]),
    source("Sockets", ["CLinux"]),

    // 1: owned wrappers and pure decisions
    source("Decisions", ["Domain"]),
    source("OpenSSL", ["COpenSSL"]),
    source("SQLite", ["CSQLite"]),

    // 2: engines without knowledge of the business
    source("HTTPServer", ["HTTPFormat", "OpenSSL", "Sockets", "Threading"]),
    source("HTTPClient", ["CCurl"]),
    source("Store", ["Domain", "SQLite", "Threading"]),
    source("Operations", ["Domain", "OpenSSL", "Store", "Threading"]),

    // 3: one target per neighbour and per audience
    source("StripeClient", ["Domain", "HTTPClient"]),
    source("MiraklClient", ["Domain", "HTTPClient"]),
    source("Engine", ["Domain", "Decisions", "Store", "Threading", log]),
    source("WebhookAPI", ["Domain", "HTTPFormat", "OpenSSL", "Store"]),
    source(
      "AdminAPI",
      ["COpenAPI", "Domain", "HTTPFormat", "OpenSSL", "Operations", "Store", "Threading"]),
    source("Sandbox", ["HTTPFormat", "OpenSSL", "Threading"]),

    // 4: wiring
    source(
      "App",
      [
        "Domain", "Decisions", "Threading", "HTTPFormat", "Sockets", "OpenSSL", "HTTPServer",
        "HTTPClient", "Store",
        "Operations", "StripeClient", "MiraklClient", "Engine", "WebhookAPI", "AdminAPI", "Sandbox",
        log,
      ]),
    source(
      "Simulation",
      [
        "Domain", "Decisions", "Threading", "HTTPFormat", "HTTPClient", "Store", "StripeClient",
        "MiraklClient", "Engine", "WebhookAPI", "Sandbox", log,
      ]),

    // 5: programs
    .executableTarget(
      name: "stripe-mirakl", dependencies: ["App", arguments], swiftSettings: settings),
    .executableTarget(
      name: "bench",
      dependencies: ["Domain", "Sockets", "OpenSSL", "Store", "Simulation", arguments],
      swiftSettings: settings),

    // Tests: one target per target, and what they share
    .target(
      name: "TestSupport",
      dependencies: [
        "Domain", "Decisions", "Threading", "HTTPFormat", "OpenSSL", "Store", "Engine", "Sandbox",
        "Simulation",
      ], path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "TLSTestSupport", dependencies: ["COpenSSL"], path: "Tests/TLSTestSupport",
      exclude: ["Certificates"], swiftSettings: settings),
    .target(name: "DiskTestSupport", path: "Tests/DiskTestSupport"),
    tests("DomainTests", ["Domain", "TestSupport"]),
    tests("DecisionsTests", ["Decisions", "Domain", "TestSupport"]),
    tests("OpenSSLTests", ["OpenSSL", "TLSTestSupport"]),
    tests(
      "SandboxTests", ["Sandbox", "HTTPFormat", "OpenSSL", "Threading"],
      resources: [.copy("Samples")]),
    tests(
      "WebhookAPITests",
      ["WebhookAPI", "Domain", "HTTPFormat", "Store", "Threading", "TestSupport"],
      resources: [.copy("Samples")]),
    tests(
      "AdminAPITests", ["AdminAPI", "Domain", "HTTPFormat", "Store", "Threading", "TestSupport"]),
    tests("OperationsTests", ["Operations", "Domain", "Store", "TestSupport"]),
    tests("HTTPClientTests", ["HTTPClient", "Threading"]),
    tests(
      "StripeClientTests", ["StripeClient", "Domain", "HTTPClient"], resources: [.copy("Resources")]
    ),
    tests(
      "MiraklClientTests", ["MiraklClient", "Domain", "HTTPClient"], resources: [.copy("Resources")]
    ),
    tests("SQLiteTests", ["SQLite"]),
    tests("StoreTests", ["Store", "Domain", "SQLite", "Threading"]),
    tests(
      "HTTPFormatTests", ["HTTPFormat"],
      resources: [.copy("Corpus"), .copy("conformance.tsv")]),
    tests("ThreadingTests", ["Threading"]),
    tests("SocketsTests", ["Sockets"]),
    tests(
      "HTTPServerTests",
      ["HTTPServer", "HTTPFormat", "OpenSSL", "Sockets", "Threading", "TLSTestSupport"]),
    tests(
      "AppTests",
      [
        "App", "Decisions", "Domain", "Engine", "HTTPFormat", "HTTPServer", "Sandbox", "Sockets",
        "Store", "Threading", "TestSupport",
      ]),
    tests("ArchitectureTests", ["App", "HTTPFormat", "Store", "TestSupport"]),
    tests(
      "EndToEndTests",
      [
        "App", "Domain", "HTTPClient", "HTTPFormat", "Sandbox", "SQLite", "Store", "Threading",
        "TestSupport",
      ],
      resources: [.copy("Samples")]),
    tests("benchTests", ["bench", "OpenSSL", arguments]),
    tests("EngineTests", engineTestDependencies),
    tests("SimulationTests", ["Simulation"]),
  ],
  swiftLanguageModes: [.v6]
)

// A part of the tests with what it needs and nothing else: how `deploy/sanitize.sh` keeps builds
// with sanitizers small.
if let only = Context.environment["ONLY_TESTS"] {
  var needed: Set<String> = []
  var open = only.split(separator: " ").map(String.init)
  while let name = open.popLast() {
    guard needed.insert(name).inserted,
      let target = package.targets.first(where: { $0.name == name })
    else { continue }
    for case .byNameItem(let dependency, _) in target.dependencies { open.append(dependency) }
  }
  package.targets.removeAll { !needed.contains($0.name) }
  package.products = []
}
