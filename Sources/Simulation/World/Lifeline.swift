import Store
import Threading

/// Where a process may be killed. Everything a process does to the world passes one of these.
public enum Boundary: String, Hashable, Sendable, CaseIterable {
  /// Before a transaction that writes: nothing of it is kept.
  case beforeCommit
  /// After it: it is durable, and nobody heard of it.
  case afterCommit
  /// Before a request leaves.
  case beforeSend
  /// After its effect, before its answer arrives.
  case afterEffect
}

/// What a killed process gets from its store.
public struct ProcessKilled: Error, Hashable {}

/// Whether a simulated process lives, and when it shall be killed.
public final class Lifeline: Sendable {
  private struct State {
    var isAlive = true
    var left: Int?
    var trace: [Boundary] = []
  }
  private let state = Monitor(State())

  public init() {}

  public var isAlive: Bool { state.withLock { $0.isAlive } }

  /// The boundaries passed so far.
  public var passed: [Boundary] { state.withLock { $0.trace } }

  /// Kills the process at the n-th boundary from now; 1 is the next one.
  public func kill(atBoundary number: Int) { state.withLock { $0.left = number } }

  public func kill() { state.withLock { $0.isAlive = false } }

  /// - Returns: whether the process lives on.
  func pass(_ boundary: Boundary) -> Bool {
    state.withLock { state in
      guard state.isAlive else { return false }
      state.trace.append(boundary)
      guard let left = state.left else { return true }
      state.left = left - 1
      if left <= 1 { state.isAlive = false }
      return state.isAlive
    }
  }
}

/// A process's own view of a database that outlives it.
public final class MortalDatabase: Database {
  private struct Around {
    var first: @Sendable (any SQLConnection) throws -> Void = { _ in }
    var then: @Sendable () -> Void = {}
  }

  private let database: any Database
  private let life: Lifeline
  private let around = Monitor(Around())

  func around(
    first: @escaping @Sendable (any SQLConnection) throws -> Void,
    then: @escaping @Sendable () -> Void
  ) {
    around.withLock { $0 = Around(first: first, then: then) }
  }

  public init(_ database: any Database, _ life: Lifeline) {
    self.database = database
    self.life = life
  }

  public func write<R: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws -> R
  ) throws -> R {
    guard life.pass(.beforeCommit) else { throw ProcessKilled() }
    let around = around.withLock { $0 }
    let result = try database.write { connection in
      try around.first(connection)
      return try body(connection)
    }
    guard life.pass(.afterCommit) else { throw ProcessKilled() }
    around.then()
    return result
  }

  public func read<R: Sendable>(_ body: (any SQLConnection) throws -> R) throws -> R {
    guard life.isAlive else { throw ProcessKilled() }
    return try database.read(body)
  }

  public func submit(
    _ body: @escaping @Sendable (any SQLConnection) throws -> Void,
    completion: @escaping @Sendable ((any Error)?) -> Void
  ) {
    do {
      try write { try body($0) }
      completion(nil)
    } catch {
      completion(error)
    }
  }

  /// The database is not this process's to close.
  public func close() {}
}
