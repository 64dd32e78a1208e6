import Testing

@testable import Store

@Suite struct CheckpointsTests {
  @Test("a checkpoint is what was last set under its name")
  func lastOne() throws {
    let store = try Store.inMemory()
    #expect(try store.read { try $0.checkpoint("a") } == nil)
    try store.write {
      try $0.setCheckpoint("a", "1", nowMs: 1)
      try $0.setCheckpoint("b", "", nowMs: 1)
      try $0.setCheckpoint("a", "2", nowMs: 2)
    }
    #expect(try store.read { try $0.checkpoint("a") } == "2")
    #expect(try store.read { try $0.checkpoint("b") } == "")
  }
}
