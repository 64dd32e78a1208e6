import Decisions
import Domain
import HTTPClient
import Sandbox
import Store
import TestSupport
import Threading

@testable import Engine

extension World {
  /// A world that confirms and captures, and does nothing else.
  static func validating(
    _ adjust: @escaping (inout ValidationPolicy) -> Void = { _ in }
  ) throws -> World {
    try World { settings in
      settings.paysProductOrders = false
      settings.validation = ValidationPolicy(mode: .validateAndCapture, livemode: false)
      adjust(&settings.validation)
    }
  }

  func charge(_ id: String) -> SandboxCharge? { stripe.charges.first { $0.id == id } }

  /// An order that Mirakl waits to be told about.
  func addDebit(
    _ id: String = "O-1-A", basket: String = "O-1", price: String = "100.00",
    currency: String = "EUR", state: String = "WAITING_DEBIT_PAYMENT"
  ) {
    addOrder(id, basket: basket, state: state, price: price, currency: currency, debited: false)
  }
}

extension SimulatedProcess {
  /// Webhooks, the validation pass, and all that follows.
  func validate() throws {
    receiveAll()
    try engine.drain()
    _ = try ValidationPass(engine).run()
    try engine.drain()
    receiveAll()
    try engine.drain()
  }

  /// Passes and an advancing clock until no answer and no capture is under way.
  func validateToTheEnd(_ world: World, rounds: Int = 12) throws {
    for _ in 0..<rounds {
      try validate()
      if try openJobs() == 0, try store.read({ try $0.unfinishedIntents(limit: 1) }).isEmpty {
        return
      }
      world.clock.advance(byMs: 120_000)
    }
  }

  func debit(_ subject: String = "O-1-A", _ kind: Debit.Kind = .product) throws -> DebitRecord? {
    try store.read { try $0.debit(kind, subject: subject) }
  }

  func capture(_ charge: String) throws -> CaptureRecord? {
    try store.read { try $0.capture(charge: .of(charge)) }
  }

  func audits() throws -> [String] {
    try store.read { try $0.audits(limit: 100, offset: 0) }.map(\.action)
  }
}

/// Loses the answers of the first calls of one kind: the effect is there, nobody hears of it.
func losing(_ call: String, times: Int = 1) -> SandboxTransport.Hook {
  let left = Monitor(times)
  return { made in
    guard made == call else { return .goOn }
    let isLost = left.withLock { left in
      defer { left -= 1 }
      return left > 0
    }
    return isLost ? .fail(.unknown("the connection was closed")) : .goOn
  }
}
