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
///
/// Mirakl answers 403 for the one operation that the key has no right to (or the instance has no
/// module for): then only that operation pauses, and everything else goes on.
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

  /// What a refusal of our credentials pauses: the neighbour, or one operation of Mirakl's.
  func open(_ failure: CallFailure) throws {
    guard failure.neighbour == .mirakl, failure.trace.status == 403 else {
      return try open(failure.neighbour, reason: "\(failure)")
    }
    try pause(failure.trace.operation, reason: "\(failure)")
  }

  // MARK: - One operation

  /// After so long without a refusal, the next one is news again.
  private static let newsMs: Int64 = 3_600_000

  private static func name(_ operation: String) -> String { "circuit/mirakl/\(operation)" }

  /// How long work that needs the operation must wait, or nil if it may go on.
  ///
  /// There is no probe: once its time is over, the next call finds out.
  func waitMs(_ neighbour: Neighbour, for operation: String) throws -> Int64? {
    if let waitMs = try waitMs(neighbour) { return waitMs }
    let untilMs = try context.store.read { try Self.untilMs(operation, $0) }
    let leftMs = (untilMs ?? 0) - context.nowMs
    // Far in the future: the clock was set back.
    return (1...Self.probeMs).contains(leftMs) ? leftMs : nil
  }

  private static func untilMs(_ operation: String, _ transaction: Transaction) throws -> Int64? {
    try transaction.checkpoint(name(operation))?.split(separator: "|").first
      .flatMap { Int64($0) }
  }

  private func pause(_ operation: String, reason: String) throws {
    let (nowMs, name) = (context.nowMs, Self.name(operation))
    let isNews = try context.store.write { transaction in
      let beforeMs = try Self.untilMs(operation, transaction)
      try transaction.setCheckpoint(name, "\(nowMs + Self.probeMs)|\(reason)", nowMs: nowMs)
      if let beforeMs, nowMs - beforeMs < Self.newsMs { return false }
      try transaction.audit(
        actor: "engine", action: "operation paused", subject: "mirakl \(operation)",
        detail: reason, nowMs: nowMs)
      return true
    }
    guard isNews else { return }
    context.log.error(
      "Mirakl does not let us use \(operation): what needs it pauses, the rest goes on: \(reason)")
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
    } catch let failure as CallFailure {
      // The key is known; only this list is not for it.
      return neighbour == .mirakl && failure.trace.status == 403
    } catch {
      return false
    }
  }
}
