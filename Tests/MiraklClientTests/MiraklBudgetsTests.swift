import HTTPClient
import Synchronization
import Testing

@testable import MiraklClient

@Suite("MiraklBudgets")
struct MiraklBudgetsTests {
  @Test("each operation has its own budget, and the setting replaces the table (B1)")
  func override() {
    let waits = Mutex<[Int64]>([])
    let budgets = MiraklBudgets(requestsPerMinute: 2) { ms in waits.withLock { $0.append(ms) } }
    for operation in MiraklOperation.allCases {
      budgets[operation]?.take()
      #expect(waits.withLock { $0 }.isEmpty)
    }
    budgets[.orders]?.take()
    #expect(waits.withLock { $0 }.count == 1)
    #expect(waits.withLock { $0 }.allSatisfy { (29_000...30_000).contains($0) })
  }

  @Test("without a setting every operation is in the table; unlimited has none (B1)")
  func table() {
    for operation in MiraklOperation.allCases {
      #expect(MiraklBudgets()[operation] != nil)
      #expect(MiraklBudgets.unlimited[operation] == nil)
    }
  }
}
