import Domain
import Logging
import Store
import Threading

/// The two systems we depend on.
public enum Neighbour: String, CaseIterable, Sendable {
  case stripe, mirakl
}

/// Pauses all work with a neighbour that refuses our credentials, so that a wrong key ends nothing
/// and floods nobody (Q8). The state is in the store: other processes and restarts honour it.
///
/// While open, one cheap request every `probeMs` finds out whether it works again.
public struct Circuits: Sendable {
  static let probeMs: Int64 = 30_000

  let context: EngineContext

  init(_ context: EngineContext) { self.context = context }

  private static func name(_ neighbour: Neighbour) -> String { "circuit/\(neighbour.rawValue)" }

  /// Why it is open, or nil.
  public static func reason(_ neighbour: Neighbour, _ transaction: Transaction) throws -> String? {
    guard let text = try transaction.checkpoint(name(neighbour)), !text.isEmpty else { return nil }
    return text.split(separator: "|", maxSplits: 1).last.map(String.init)
  }

  /// How long work must wait, or nil if it may go on. Probes when it is time to.
  func waitMs(_ neighbour: Neighbour) throws -> Int64? {
    let name = Self.name(neighbour)
    guard let text = try context.store.read({ try $0.checkpoint(name) }), !text.isEmpty else {
      return nil
    }
    let probeAtMs = text.split(separator: "|").first.flatMap { Int64($0) } ?? 0
    let nowMs = context.nowMs
    // A probe far in the future means that the clock was set back: probe now.
    if nowMs < probeAtMs, probeAtMs - nowMs <= Self.probeMs { return probeAtMs - nowMs }
    if probe(neighbour) {
      try context.store.write { try $0.setCheckpoint(name, "", nowMs: nowMs) }
      context.log.notice("circuit closed: \(neighbour.rawValue) accepts our credentials again")
      return nil
    }
    try open(neighbour, reason: Self.words(text))
    return Self.probeMs
  }

  /// Opens it (or keeps it open) until the next probe succeeds.
  func open(_ neighbour: Neighbour, reason: String) throws {
    let (nowMs, name) = (context.nowMs, Self.name(neighbour))
    try context.store.write { transaction in
      let before = try transaction.checkpoint(name) ?? ""
      try transaction.setCheckpoint(name, "\(nowMs + Self.probeMs)|\(reason)", nowMs: nowMs)
      if before.isEmpty {
        try transaction.audit(
          actor: "engine", action: "circuit opened", subject: neighbour.rawValue, detail: reason,
          nowMs: nowMs)
      }
    }
    context.log.error("circuit open: \(neighbour.rawValue) pauses: \(reason)")
  }

  private static func words(_ text: String) -> String {
    text.split(separator: "|", maxSplits: 1).last.map(String.init) ?? text
  }

  private func probe(_ neighbour: Neighbour) -> Bool {
    do {
      switch neighbour {
      case .stripe:
        _ = try context.stripe.account(nil)
        return try StripeCanary(context: context).ask() != .unknown
      case .mirakl:
        // The list that every pass reads: a key may have the right to it and to no other. Whether
        // the order exists does not matter; without any id nothing would be asked.
        guard let order = try? OrderID("probe") else { return false }
        _ = try context.mirakl.orders(.ids([order]), next: nil)
        return true
      }
    } catch {
      return false
    }
  }
}
