import HTTPServer
import Logging
import Threading

/// Writes what the HTTP server reports to the log.
///
/// Clients cause most of it, so it is bounded: a flood of bad requests must not become a flood of
/// lines, which could fill a disk.
final class ServerEventLog: Sendable {
  /// Lines of one second; what comes beyond is counted and told with the next line.
  static let linesPerSecondMax = 10

  private struct State {
    var second: Int64 = .min
    var lines = 0
    var dropped = 0
  }

  private let log: Logger
  private let nowMs: @Sendable () -> Int64
  private let state = Monitor(State())

  init(_ log: Logger, nowMs: @escaping @Sendable () -> Int64 = { SystemClock().nowMs }) {
    self.log = log
    self.nowMs = nowMs
  }

  func report(_ event: ServerEvent) {
    guard let dropped = admit() else { return }
    var metadata = Self.metadata(event)
    if dropped > 0 { metadata["dropped_lines"] = .stringConvertible(dropped) }
    log.log(level: Self.level(event), "\(Self.message(event))", metadata: metadata)
  }

  /// - Returns: how many lines were dropped before this one, or nil if it is dropped itself.
  private func admit() -> Int? {
    let second = nowMs() / 1_000
    return state.withLock { state in
      if state.second != second { (state.second, state.lines) = (second, 0) }
      guard state.lines < Self.linesPerSecondMax else {
        state.dropped += 1
        return nil
      }
      state.lines += 1
      defer { state.dropped = 0 }
      return state.dropped
    }
  }

  private static func level(_ event: ServerEvent) -> Logger.Level {
    switch event {
    case .refused, .tlsFailed: .info
    case .tooManyConnections, .acceptPaused, .threadsLeftBehind: .warning
    case .faultyResponse: .error
    }
  }

  private static func message(_ event: ServerEvent) -> String {
    switch event {
    case .refused(let status, let reason, _): "request refused with \(status): \(reason)"
    case .tlsFailed(let reason, _): "TLS failed: \(reason)"
    case .tooManyConnections: "too many connections from one address: refused"
    case .acceptPaused(let reason): "no new connections for a moment: \(reason)"
    case .faultyResponse(let fault): "a response could not be sent as it was: \(fault)"
    case .threadsLeftBehind(let count): "\(count) requests were still at work when time was over"
    }
  }

  private static func metadata(_ event: ServerEvent) -> Logger.Metadata {
    switch event {
    case .refused(_, _, let address), .tlsFailed(_, let address), .tooManyConnections(let address):
      ["address": .string(address)]
    case .acceptPaused, .faultyResponse, .threadsLeftBehind: [:]
    }
  }
}
