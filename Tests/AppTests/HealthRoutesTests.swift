import HTTPFormat
import Store
import TestSupport
import Testing
import Threading

@testable import App

@Suite struct HealthRoutesTests {
  private let clock = FakeClock()
  private let failure = Monitor<String?>(nil)

  private func routes(_ store: Store) -> Router {
    Router(HealthRoutes(store: store, clock: clock) { [failure] in failure.withLock { $0 } }.routes)
  }

  private func ask(_ router: Router) -> Response? {
    let answer = Monitor<Response?>(nil)
    router.handle(Request(method: "GET", path: "/health", headers: Headers(), body: [])) { reply in
      if case .response(let response) = reply { answer.withLock { $0 = response } }
    }
    return answer.withLock { $0 }
  }

  @Test("200 is proven by a commit, at most one a second")
  func proof() throws {
    let store = try Store.open(path: ":memory:", mode: .inline)
    let router = routes(store)
    for step in [0, 999, 1] as [Int64] {
      clock.advance(byMs: step)
      #expect(ask(router)?.status == 200)
      let proven = try store.read { try $0.checkpoint("health") }
      #expect(proven == String(step == 999 ? clock.nowMs - 999 : clock.nowMs))
    }
  }

  @Test("503 with the reason: of its own proof, or what other writes found out")
  func failures() throws {
    let store = try Store.open(path: ":memory:", mode: .inline)
    let router = routes(store)
    #expect(ask(router)?.status == 200)
    failure.withLock { $0 = "a large event did not fit" }
    let answer = try #require(ask(router))
    #expect(answer.status == 503)
    #expect(answer.headers["Retry-After"] == "5")
    #expect(String(decoding: answer.body, as: UTF8.self).contains("a large event did not fit"))
    failure.withLock { $0 = nil }
    #expect(ask(router)?.status == 200)
    store.close()
    clock.advance(byMs: 1_000)
    #expect(ask(router)?.status == 503)
  }

  /// Takes what is submitted and never finishes it.
  private final class StuckDatabase: Database {
    let waiting = Monitor(0)
    private let real: any Database
    init(_ real: any Database) { self.real = real }

    func write<R: Sendable>(
      _ body: @escaping @Sendable (any SQLConnection) throws -> R
    ) throws -> R { try real.write(body) }
    func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
      try real.read(body)
    }
    func submit(
      _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
      completion: @escaping @Sendable ((any Error)?) -> Void
    ) { waiting.withLock { $0 += 1 } }
    func close() {}
  }

  @Test("while a proof waits for a lock, others are told at once what is known")
  func waiting() throws {
    let stuck = StuckDatabase(try SQLiteDatabase(path: ":memory:", mode: .inline))
    let router = routes(try Store(stuck))
    failure.withLock { $0 = "another process holds the lock" }
    #expect(ask(router) == nil)  // the one that proves
    for _ in 0..<5 { #expect(ask(router)?.status == 503) }
    #expect(stuck.waiting.withLock { $0 } == 1)
  }
}
