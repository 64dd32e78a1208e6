import Domain
import FoundationEssentials
import Glibc
public import Logging

/// Writes one line per message to standard error: JSON for machines, text for people.
public struct LineLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let format: Configuration.LogFormat
  private let label: String

  public init(label: String, level: Logger.Level, format: Configuration.LogFormat) {
    self.label = label
    self.logLevel = level
    self.format = format
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    let time = Timestamp.format(ms: SystemClock().nowMs)
    let line =
      switch format {
      case .json: json(time, event, fields)
      case .text: text(time, event, fields)
      }
    // One write per line, so that lines of several threads do not mix.
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private func json(_ time: String, _ event: LogEvent, _ fields: Logger.Metadata) -> String {
    var pairs = [
      ("time", time), ("level", event.level.rawValue), ("message", event.message.description),
    ]
    pairs += fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    let body = pairs.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",")
    return "{\(body)}"
  }

  private func text(_ time: String, _ event: LogEvent, _ fields: Logger.Metadata) -> String {
    let pairs = fields.sorted { $0.key < $1.key }.map {
      " \($0.key)=\(Self.oneLine("\($0.value)"))"
    }
    return "\(time) \(event.level.rawValue.uppercased()) "
      + Self.oneLine(event.message.description) + pairs.joined()
  }

  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }

  /// A JSON string (RFC 8259 7).
  static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}
