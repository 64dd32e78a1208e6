import Domain
import Engine
import Glibc
import Sandbox
import Store
import TestSupport

extension SimulatedProcess {
  func intent(_ order: String = "O-1-A", _ part: TransferRecord.Part = .seller) throws -> Intent? {
    try store.read {
      try $0.latestIntent(
        .transfer, businessKey: "TRANSFER_PRODUCT_ORDER/\(part.rawValue)/\(order)")
    }
  }

  func reason(_ order: String = "O-1-A") throws -> String? { try transfer(order)?.reason }

  func openJobs() throws -> Int { try store.read { try $0.openJobCount() } }

  func jobs() throws -> [String: Int] {
    try store.read {
      try $0.jobCounts().reduce(into: [:]) { $0["\($1.kind) \($1.state)"] = $1.count }
    }
  }

  func circuit(_ neighbour: Neighbour) throws -> String? {
    try store.read { try Circuits.reason(neighbour, $0) }
  }

  /// Steps until nothing is due.
  func stepAll(max: Int = 1_000) throws {
    for _ in 0..<max { if case .idle = try engine.step() { return } }
  }

  /// Passes and an advancing clock until nothing is open, or for so many rounds.
  func settle(_ world: World, rounds: Int = 20) throws {
    for _ in 0..<rounds {
      try run()
      if try openJobs() == 0, try store.read({ try $0.unfinishedIntents(limit: 1) }).isEmpty {
        return
      }
      world.clock.advance(byMs: 600_000)
    }
  }
}

extension World {
  /// A shop, an order and its captured payment: 90.00 EUR for the seller.
  @discardableResult
  static func payable(
    seed: UInt64 = 1, path: String = ":memory:", commission: String = "10.00",
    callTimeoutMs: Int64? = nil, _ adjust: (inout EngineSettings) -> Void = { _ in }
  ) throws -> World {
    let world = try World(seed: seed, path: path, callTimeoutMs: callTimeoutMs, adjust)
    try world.addShop()
    world.addOrder(commission: commission)
    world.pay()
    return world
  }
}

/// A path for a database of its own; the folder is removed afterwards.
func withTemporaryFile(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/stripe-mirakl-tests-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw NoTemporaryFolder() }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer {
    for suffix in ["", "-wal", "-shm"] { unlink("\(folder)/data.sqlite\(suffix)") }
    rmdir(folder)
  }
  try body("\(folder)/data.sqlite")
}

struct NoTemporaryFolder: Error {}
