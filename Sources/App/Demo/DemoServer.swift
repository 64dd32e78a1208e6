import FoundationEssentials
import Glibc
import HTTPClient

/// The real server as a child process: this very program with `serve`, told where the sandboxes
/// are by the same variables that an operator sets.
final class DemoServer {
  let baseURL: String
  private let process: pid_t
  private let transport: any HTTPTransport
  private let password: String

  /// - Throws: `StartFailure` if it does not answer within ten seconds.
  init(
    environment: [String: String], port: UInt16, logPath: String, password: String,
    transport: any HTTPTransport
  ) throws {
    baseURL = "http://127.0.0.1:\(port)"
    self.transport = transport
    self.password = password
    process = try Self.spawn(environment, logPath: logPath)
    try waitUntilHealthy(logPath)
  }

  private static func spawn(_ environment: [String: String], logPath: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, logPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let words = Self.cStrings(["stripe-mirakl", "serve"])
    let variables = Self.cStrings(environment.map { "\($0.key)=\($0.value)" })
    defer { for pointer in words + variables { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, "/proc/self/exe", &actions, nil, words, variables)
    guard code == 0 else {
      throw StartFailure(
        description: "the server cannot be started: " + String(cString: strerror(code)))
    }
    return process
  }

  private static func cStrings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { text in strdup(text) } + [nil]
  }

  private func waitUntilHealthy(_ logPath: String) throws {
    for _ in 0..<200 {
      if get("/health")?.status == 200 { return }
      usleep(50_000)
    }
    throw StartFailure(description: "the server did not become healthy; its log is \(logPath)")
  }

  func get(_ path: String) -> IncomingResponse? { send("GET", path, nil) }

  func post(_ path: String, _ json: String) -> IncomingResponse? {
    send("POST", path, Array(json.utf8))
  }

  private func send(_ method: String, _ path: String, _ body: [UInt8]?) -> IncomingResponse? {
    try? transport.send(
      OutgoingRequest(
        method: method, url: baseURL + path,
        headers: [("X-AUTH-TOKEN", password), ("Content-Type", "application/json")], body: body,
        timeoutMs: 15_000))
  }

  /// Every transfer, by the operator's API.
  func transfers() -> [Row] {
    var found: [Row] = []
    for page in 1...10_000 {
      guard let answer = get("/api/transfers?page=\(page)"), answer.status == 200,
        let rows = try? JSONDecoder().decode([Row].self, from: Data(answer.body)), !rows.isEmpty
      else { break }
      found += rows
    }
    return found
  }

  /// How many shops are mapped to an account that can be paid out.
  func payableShops() -> Int {
    var count = 0
    for page in 1...10_000 {
      guard let answer = get("/api/mappings?page=\(page)"), answer.status == 200,
        let rows = try? JSONDecoder().decode([Mapping].self, from: Data(answer.body)),
        !rows.isEmpty
      else { break }
      count += rows.count { $0.payoutEnabled }
    }
    return count
  }

  /// A row of `GET /api/transfers`.
  struct Row: Decodable {
    let miraklId: String
    let type: String
    let status: String
    let statusReason: String?
    let amount: Int64?
    /// Tried again until it is made.
    var isOpen: Bool { status == "TRANSFER_ON_HOLD" || status == "TRANSFER_FAILED" }
  }

  private struct Mapping: Decodable { let payoutEnabled: Bool }

  /// Asks it to end, and waits until it has.
  /// - Returns: its exit status.
  @discardableResult
  func stop() -> Int32 {
    kill(process, SIGTERM)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status >> 8 & 0xFF
  }
}
