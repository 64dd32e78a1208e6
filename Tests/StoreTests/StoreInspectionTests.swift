import FoundationEssentials
import Glibc
import SQLite
import Testing

@testable import Store

@Suite struct StoreInspectionTests {
  @Test("a database of this program: its version and mode, and the file stays as it is (X2)")
  func ours() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder.file("ours.db")
    let store = try Store.open(path: path, mode: .inline)
    try store.write { try $0.setCheckpoint("identity/mode", "test", nowMs: 1) }
    store.close()
    let inspection = try StoreInspection(path: path)
    #expect(inspection.version == inspection.known && inspection.known > 0)
    #expect(inspection.mode == "test")
  }

  @Test("an empty file is a database that is to be made")
  func empty() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder.file("empty.db")
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    #expect(try StoreInspection(path: path).version == 0)
  }

  @Test("another program's database is refused, and not changed by a byte")
  func foreign() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder.file("foreign.db")
    do {
      let connection = try Connection(path: path, busyTimeoutMs: 100)
      try connection.execute("CREATE TABLE theirs (id INTEGER)")
    }
    let before = try Data(contentsOf: URL(filePath: path))
    #expect(throws: StoreError.self) { try StoreInspection(path: path) }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }
}
