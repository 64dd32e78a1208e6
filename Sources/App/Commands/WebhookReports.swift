import Domain

/// A webhook endpoint as `webhooks list` shows it.
struct WebhookEndpointRow {
  let endpoint: WebhookEndpointSnapshot
  let problems: [String]

  init(_ endpoint: WebhookEndpointSnapshot, problems: [String]) {
    self.endpoint = endpoint
    self.problems = problems
  }

  static func table(_ rows: [Self]) -> String {
    rows.map { row in
      let (endpoint, indent) = (row.endpoint, "    ")
      let head =
        "\(endpoint.id)  \(endpoint.isConnect ? "sellers " : "operator")  "
        + "\(endpoint.isEnabled ? "enabled " : "disabled")  \(endpoint.url)"
      let state =
        "\(indent)\(endpoint.enabledEvents.count) event types, API version "
        + (endpoint.apiVersion ?? "of the account")
      let problems = row.problems.map { "\(indent)problem: \($0)" }
      return ([head, state] + problems).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  static func json(_ rows: [Self]) -> String { JSONLine.list(rows.map(\.json)) }

  var json: String {
    JSONLine.object([
      ("id", JSONLine.text(endpoint.id.rawValue)), ("url", JSONLine.text(endpoint.url)),
      ("connect", "\(endpoint.isConnect)"), ("enabled", "\(endpoint.isEnabled)"),
      ("apiVersion", endpoint.apiVersion.map(JSONLine.text) ?? "null"),
      ("enabledEvents", JSONLine.list(endpoint.enabledEvents.map(JSONLine.text))),
      ("problems", JSONLine.list(problems.map(JSONLine.text))),
    ])
  }
}

/// What `webhooks register` says. The one place that shows a signing secret.
struct WebhookRegistrationReport {
  let registrations: [Webhooks.Registration]
  /// Variable to the file that holds its secret.
  let stored: [String: String]

  init(_ registrations: [Webhooks.Registration], stored: [String: String]) {
    self.registrations = registrations
    self.stored = stored
  }

  private func secret(_ registration: Webhooks.Registration) -> String? {
    guard stored[registration.audience.variable] == nil else { return nil }
    return registration.endpoint.secret?.reveal { $0 }
  }

  var text: String {
    var lines: [String] = []
    var settings: [String] = []
    for registration in registrations {
      let (audience, endpoint) = (registration.audience, registration.endpoint)
      lines.append(
        "\(audience.rawValue): \(endpoint.id) \(registration.action.rawValue), "
          + "\(audience.types.count) event types, \(endpoint.url)")
      lines += registration.problems.map {
        "  problem: \($0); delete it (stripe-mirakl webhooks delete \(endpoint.id)) and register "
          + "again"
      }
      if let file = stored[audience.variable] {
        settings.append("\(audience.variable)_FILE=\(file)")
      } else if let secret = secret(registration) {
        settings.append("\(audience.variable)=\(secret)")
      } else {
        lines.append(
          "  Stripe shows its signing secret only when it is made: keep the one you have in "
            + "\(audience.variable), or delete the endpoint and register again")
      }
    }
    guard !settings.isEmpty else { return lines.joined(separator: "\n") }
    let head =
      stored.isEmpty
      ? "Signing secrets, shown this once. Set:" : "Signing secrets are stored. Set:"
    return (lines + ["", head] + settings.map { "  " + $0 }).joined(separator: "\n")
  }

  var json: String {
    JSONLine.list(
      registrations.map { registration in
        let file = stored[registration.audience.variable]
        return JSONLine.object([
          ("endpoint", JSONLine.text(registration.audience.rawValue)),
          ("action", JSONLine.text(registration.action.rawValue)),
          ("id", JSONLine.text(registration.endpoint.id.rawValue)),
          ("url", JSONLine.text(registration.endpoint.url)),
          ("variable", JSONLine.text(registration.audience.variable)),
          ("secret", secret(registration).map(JSONLine.text) ?? "null"),
          ("secretFile", file.map(JSONLine.text) ?? "null"),
          ("problems", JSONLine.list(registration.problems.map(JSONLine.text))),
        ])
      })
  }
}

/// JSON (RFC 8259) for the output of commands, members in the order given.
enum JSONLine {
  static func text(_ text: String) -> String { LineLogHandler.quoted(text) }
  static func list(_ elements: [String]) -> String { "[\(elements.joined(separator: ","))]" }
  static func object(_ members: [(name: String, value: String)]) -> String {
    "{\(members.map { "\(text($0.name)):\($0.value)" }.joined(separator: ","))}"
  }
}
