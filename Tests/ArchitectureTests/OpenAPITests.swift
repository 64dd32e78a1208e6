import HTTPFormat
import Store
import TestSupport
import Testing

@testable import App

/// The operations of `openapi.yaml`, found by indentation: the file is ours, in block style.
private struct APIDocument {
  /// `GET /api/mappings/{id}`.
  let operations: Set<String>
  /// The lines of each operation.
  let bodies: [String: [Substring]]

  init(_ text: String) {
    var (isInPaths, path, operation) = (false, "", "")
    var bodies: [String: [Substring]] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let indentation = line.prefix { $0 == " " }.count
      let name = line.dropFirst(indentation).prefix { $0 != ":" }
      switch indentation {
      case 0:
        isInPaths = name == "paths"
        operation = ""
      case 2 where isInPaths:
        path = String(name)
        operation = ""
      case 4 where isInPaths:
        let isMethod = ["get", "put", "post", "delete", "patch", "head", "options"].contains(name)
        operation = isMethod ? "\(name.uppercased()) \(path)" : ""
        if isMethod { bodies[operation] = [] }
      default: if !operation.isEmpty { bodies[operation]?.append(line) }
      }
    }
    self.bodies = bodies
    operations = Set(bodies.keys)
  }

  static let file = APIDocument(Repository.text("openapi.yaml"))
}

private func routes() throws -> [Route] {
  let folder = TemporaryFolder()
  let application = try Application(
    Configuration.parse([
      "OPERATOR_PASSWORD": "p", "BASE_HOST": "localhost", "STRIPE_CLIENT_SECRET": "sk_test_1",
      "MIRAKL_HOST_NAME": "http://127.0.0.1:1", "MIRAKL_API_KEY": "k",
      "STRIPE_WEBHOOK_SECRET": "whsec_1", "DATABASE_URL": "sqlite://\(folder.file("a.db"))",
      "LOG_LEVEL": "critical",
    ]))
  defer { application.store.close() }
  return application.routes(onStored: {})
}

@Suite struct OpenAPITests {
  @Test("every route of the server is described in openapi.yaml, and the reverse")
  func operations() throws {
    let served = Set(try routes().map { "\($0.method) \($0.pattern)" })
    #expect(served.count >= 10)
    #expect(served.subtracting(APIDocument.file.operations) == [], "not described")
    #expect(APIDocument.file.operations.subtracting(served) == [], "described, not served")
  }

  @Test("each operation has a name of its own, a summary and answers")
  func completeness() {
    var names: Set<Substring> = []
    for (operation, lines) in APIDocument.file.bodies {
      let fields = lines.filter { $0.hasPrefix("      ") && !$0.hasPrefix("       ") }
      let name = fields.first { $0.contains("operationId:") }
      #expect(name.map { names.insert($0).inserted } == true, "\(operation)")
      #expect(fields.contains { $0.contains("summary:") }, "\(operation)")
      #expect(fields.contains { $0.contains("responses:") }, "\(operation)")
    }
  }

  @Test("what needs no token says so; everything else answers 401 without one (X1)")
  func security() throws {
    let router = Router(try routes())
    for (operation, lines) in APIDocument.file.bodies {
      let isOpen = lines.contains { $0 == "      security: []" }
      let parts = operation.split(separator: " ")
      let path = String(parts[1]).replacing(/\{\w+\}/, with: "1")
      let response = router.response(Request(method: String(parts[0]), path: path))
      #expect((response.status == 401) == !isOpen, "\(operation) answers \(response.status)")
    }
  }

  @Test("the version of the document is the program's")
  func version() {
    #expect(Repository.text("openapi.yaml").contains("\n  version: \(Version.current)\n"))
  }
}
