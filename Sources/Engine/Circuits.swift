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
/// A 403 is about one operation: a key without the right to it, or an instance of Mirakl's without
/// the module. Then only that operation pauses, and everything else goes on.
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

  /// What a refusal of our credentials pauses: the neighbour, or one operation of it.
  func open(_ failure: CallFailure) throws {
    guard failure.trace.status == 403 else {
      return try open(failure.neighbour, reason: "\(failure)")
    }
    try pause(failure.neighbour, failure.trace.operation, reason: "\(failure)")
  }

  // MARK: - One operation

  /// After so long without a refusal, the next one is news again.
  private static let newsMs: Int64 = 3_600_000

  private static func name(_ neighbour: Neighbour, _ operation: String) -> String {
    "\(name(neighbour))/\(operation)"
  }

  /// How long work that needs the operation must wait, or nil if it may go on.
  ///
  /// There is no probe: once its time is over, the next call finds out.
  func waitMs(_ neighbour: Neighbour, for operation: String) throws -> Int64? {
    try waitMs(neighbour) ?? pause(neighbour, operation)?.waitMs
  }

  /// How long the operation itself pauses, and why; nil if it does not.
  func pause(
    _ neighbour: Neighbour, _ operation: String
  ) throws -> (waitMs: Int64, reason: String)? {
    let name = Self.name(neighbour, operation)
    guard let text = try context.store.read({ try $0.checkpoint(name) }) else { return nil }
    let leftMs = (Self.untilMs(text) ?? 0) - context.nowMs
    // Far in the future: the clock was set back.
    return (1...Self.probeMs).contains(leftMs) ? (leftMs, Self.words(text)) : nil
  }

  private static func untilMs(_ text: String) -> Int64? {
    text.split(separator: "|").first.flatMap { Int64($0) }
  }

  private func pause(_ neighbour: Neighbour, _ operation: String, reason: String) throws {
    let (nowMs, name) = (context.nowMs, Self.name(neighbour, operation))
    let isNews = try context.store.write { transaction in
      let beforeMs = try transaction.checkpoint(name).flatMap(Self.untilMs)
      try transaction.setCheckpoint(name, "\(nowMs + Self.probeMs)|\(reason)", nowMs: nowMs)
      if let beforeMs, nowMs - beforeMs < Self.newsMs { return false }
      try transaction.audit(
        actor: "engine", action: "operation paused",
        subject: "\(neighbour.rawValue) \(operation)",
        detail: reason, nowMs: nowMs)
      return true
    }
    guard isNews else { return }
    context.log.error(
      """
      \(neighbour.rawValue) does not let us use \(operation): what needs it pauses, the rest goes \
      on: \(reason)
      """)
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
      return failure.trace.status == 403  // the key is known; only this is not for it
    } catch {
      return false
    }
  }
}
