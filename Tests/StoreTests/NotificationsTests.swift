import Domain
import Testing

@testable import Store

@Suite struct NotificationsTests {
  let store: Store
  init() throws { store = try .inMemory() }

  @Test("a notification and its job are written together (Q5)")
  func together() throws {
    let notification = try store.write {
      try $0.addNotification(type: "transfer.failed", body: "{}", nowMs: 5)
    }
    #expect(
      notification
        == Notification(id: 1, type: "transfer.failed", body: "{}", state: .pending, attempts: 0))
    let job = try store.write { try $0.claimJob(nowMs: 5, leaseMs: 1) }
    #expect(job?.kind == .notify && job?.key == "1")
    struct Crash: Error {}
    #expect(throws: Crash.self) {
      try store.write {
        try $0.addNotification(type: "lost", body: "{}", nowMs: 5)
        throw Crash()
      }
    }
    #expect(try store.read { try $0.openJobCount() } == 1)
    #expect(try store.rows("SELECT * FROM notification").count == 1)
  }

  @Test("each try is counted, and what was delivered stays delivered")
  func tries() throws {
    _ = try store.write { try $0.addNotification(type: "t", body: "{}", nowMs: 5) }
    for (state, error) in [
      (.pending, "500"), (.failed, "500"), (.delivered, nil), (.failed, "late"),
    ] as [(Notification.State, String?)] {
      try store.write { try $0.finishNotification(id: 1, state: state, nowMs: 6, error: error) }
    }
    let notification = try store.read { try $0.notification(id: 1) }
    #expect(notification?.state == .delivered)
    #expect(notification?.attempts == 3)
    #expect(try store.read { try $0.notification(id: 2) } == nil)
  }
}
