public import Logging
import Threading

/// Every line that is logged, with its metadata, as text: to prove what never gets there (O3).
public final class CapturedLog: Sendable {
  private let state = Monitor<[String]>([])

  public init() {}

  public var lines: [String] { state.withLock { $0 } }
  public var text: String { lines.joined(separator: "\n") }

  public var logger: Logger {
    Logger(label: "test") { _ in CapturingLogHandler(log: self) }
  }

  fileprivate func append(_ line: String) { state.withLock { $0.append(line) } }
}

private struct CapturingLogHandler: LogHandler {
  let log: CapturedLog
  var logLevel = Logger.Level.trace
  var metadata: Logger.Metadata = [:]

  init(log: CapturedLog) { self.log = log }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    log.append("\(event.level) \(event.message) \(fields)")
  }
}
