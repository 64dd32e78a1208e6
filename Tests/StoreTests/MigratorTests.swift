import Testing
import Threading

@testable import Store

@Suite struct MigratorTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("a new file gets every table; opening it again changes nothing")
  func repeated() throws {
    for _ in 1...3 {
      let store = try Store.open(path: folder.file("a.db"), mode: .threaded)
      #expect(try store.rows("SELECT * FROM schema_version").count == Migrations.all.count)
      _ = try store.write { try $0.appendEvent(.make(), nowMs: 1) }
      #expect(try store.read { try $0.lastEventID() } == 1)
      store.close()
    }
  }

  @Test("a newer schema than ours is refused, and left as it is")
  func newer() throws {
    let database = try SQLiteDatabase(path: folder.file("a.db"), mode: .inline)
    _ = try Store(database)
    let known = Migrations.all.count
    _ = try database.write { try $0.run("INSERT INTO schema_version VALUES ($1, 'new')", 99) }
    #expect(throws: StoreError.newerSchema(found: 99, known: known)) { _ = try Store(database) }
    #expect("\(StoreError.newerSchema(found: 99, known: known))".contains("newer version"))
  }

  @Test("a step that fails leaves the steps before it, and nothing of itself")
  func failingStep() throws {
    let database = try SQLiteDatabase(path: folder.file("a.db"), mode: .inline)
    let good = Migration(name: "good", statements: ["CREATE TABLE one (a INTEGER) STRICT"])
    let bad = Migration(
      name: "bad", statements: ["CREATE TABLE two (a INTEGER) STRICT", "CREATE TABLE one (b)"])
    #expect(throws: StoreError.self) { try Migrator(steps: [good, bad]).run(on: database) }
    let tables = try database.read {
      try $0.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .map { try $0.text("name") }
    }
    #expect(tables == ["one", "schema_version"])
    let repaired = Migration(name: "bad", statements: ["CREATE TABLE two (a INTEGER) STRICT"])
    try Migrator(steps: [good, repaired]).run(on: database)
  }

  @Test("several starts on one new file at once agree on one schema")
  func concurrentStarts() throws {
    let failures = Monitor<[String]>([])
    let path = folder.file("a.db")
    onThreads(6) { _ in
      do { try Store.open(path: path, mode: .threaded).close() } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let store = try Store.open(path: path, mode: .inline)
    #expect(try store.rows("SELECT * FROM schema_version").count == Migrations.all.count)
  }

  @Test("a file that is no database is refused and not overwritten")
  func notADatabase() throws {
    let bytes = [UInt8]("this is a text and no database, whatever its name says\n".utf8)
    let path = folder.file("a.db")
    write(bytes + bytes + bytes, to: path)
    #expect(throws: StoreError.self) { _ = try Store.open(path: path, mode: .threaded) }
    #expect(read(path) == bytes + bytes + bytes)
  }
}
