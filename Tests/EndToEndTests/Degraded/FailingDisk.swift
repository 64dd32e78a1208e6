import Glibc
import SQLite
import TestSupport

/// The disk under the program's database, and what can go wrong with it while the program runs.
final class FailingDisk: Sendable {
  /// What `Tests/DiskTestSupport` can do, and a lock that another process holds.
  enum Trouble: String, CaseIterable, Sendable {
    case full, exhausted, readonly, failing, locked
  }

  let databasePath: String
  private let folder: TemporaryFolder

  init(_ world: World) {
    folder = world.folder
    databasePath = world.folder.file("data.db")
  }

  private var statePath: String { folder.file("disk-state") }

  /// Loads the disk into the program.
  var environment: [String: String?] {
    [
      "LD_PRELOAD": World.executable.replacing("/stripe-mirakl", with: "/libDiskTestSupport.so"),
      "DISK_PATH": databasePath, "DISK_STATE": statePath,
    ]
  }

  /// Runs `body` while the trouble lasts.
  func during<R>(_ trouble: Trouble, _ body: () throws -> R) throws -> R {
    let hold = try begin(trouble)
    defer { hold.end() }
    return try body()
  }

  /// Begins the trouble; it lasts until `end`, or until the hold is let go.
  func begin(_ trouble: Trouble) throws -> Hold {
    if trouble == .locked {
      // Not the program's own process: the kernel's locks are between processes.
      let connection = try Connection(path: databasePath, busyTimeoutMs: 10_000)
      try connection.execute("BEGIN EXCLUSIVE")
      return Hold(lift: { try? connection.execute("ROLLBACK") })
    }
    _ = folder.write("disk-state.new", trouble.rawValue)
    // In one step: a look in between would find a disk that is well.
    rename(folder.file("disk-state.new"), statePath)
    return Hold(lift: { [statePath] in unlink(statePath) })
  }

  final class Hold {
    private var lift: (() -> Void)?
    init(lift: @escaping () -> Void) { self.lift = lift }
    deinit { end() }

    func end() {
      lift?()
      lift = nil
    }
  }

  /// The first column of a query, read by another process than the program.
  func column(_ sql: String) throws -> [String] {
    let connection = try Connection(path: databasePath, busyTimeoutMs: 10_000)
    let statement = try connection.statement(sql)
    var values: [String] = []
    while try statement.step() {
      switch statement.column(0) {
      case .text(let text): values.append(text)
      case .integer(let number): values.append(String(number))
      case .null, .real, .blob: values.append("")
      }
    }
    return values
  }

  /// What each event is stored as often as.
  func storedEvents() throws -> [String: Int] {
    Dictionary(try column("SELECT external_id FROM event").map { ($0, 1) }, uniquingKeysWith: +)
  }
}
