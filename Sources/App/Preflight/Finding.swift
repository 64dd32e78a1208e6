/// One line of the preflight: what was looked at, what was found, and what to do about it.
struct Finding: Hashable, Sendable {
  enum Severity: String, Sendable {
    case ok
    /// Works today, but look at it.
    case warning
    /// Something that is switched on will not work.
    case error
  }

  var severity: Severity
  /// Stable, for scripts: `stripe.permission`.
  var code: String
  var text: String
  /// nil where nothing is to be done.
  var remedy: String?

  static func ok(_ code: String, _ text: String) -> Finding {
    Finding(severity: .ok, code: code, text: text, remedy: nil)
  }
  static func warning(_ code: String, _ text: String, _ remedy: String) -> Finding {
    Finding(severity: .warning, code: code, text: text, remedy: remedy)
  }
  static func error(_ code: String, _ text: String, _ remedy: String) -> Finding {
    Finding(severity: .error, code: code, text: text, remedy: remedy)
  }

  var line: String {
    let mark =
      switch severity {
      case .ok: "ok      "
      case .warning: "warning "
      case .error: "ERROR   "
      }
    return mark + code + ": " + text + (remedy.map { "\n        -> " + $0 } ?? "")
  }

  var json: String {
    JSONLine.object([
      ("severity", JSONLine.text(severity.rawValue)), ("code", JSONLine.text(code)),
      ("text", JSONLine.text(text)), ("remedy", remedy.map(JSONLine.text) ?? "null"),
    ])
  }
}

/// All that the preflight found.
public struct PreflightReport: Sendable {
  var findings: [Finding]

  /// Nothing that is switched on is known not to work.
  public var isGood: Bool { !findings.contains { $0.severity == .error } }

  public var text: String {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count { $0.severity == .warning }
    let summary =
      errors == 0
      ? "Ready: no error, \(warnings) warnings." : "\(errors) errors, \(warnings) warnings."
    return (findings.map(\.line) + [summary]).joined(separator: "\n")
  }

  public var json: String {
    JSONLine.object([
      ("ready", "\(isGood)"), ("findings", JSONLine.list(findings.map(\.json))),
    ])
  }
}
