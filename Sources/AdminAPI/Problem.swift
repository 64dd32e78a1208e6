import HTTPFormat
import Operations

/// An error as RFC 9457 shows it: `application/problem+json`.
struct Problem: Hashable {
  let status: Int
  /// Short and stable, for programs; also the end of `type`.
  let code: String
  /// What went wrong this time, and what to do.
  let detail: String

  init(_ status: Int, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  init(_ objection: Objection) {
    let status =
      switch objection.kind {
      case .invalid: 400
      case .missing: 404
      case .conflict: 409
      }
    self.init(status, objection.code, objection.description)
  }

  var response: Response {
    let title = code.split(separator: "-").joined(separator: " ")
    let body = JSON.fields([
      "type": .text("urn:stripe-mirakl:problem:\(code)"),
      "title": .text(title.prefix(1).uppercased() + title.dropFirst()),
      "status": .integer(Int64(status)), "code": .text(code), "detail": .text(detail),
    ])
    return Response(
      status: status, headers: ["Content-Type": "application/problem+json"],
      body: Array(body.rendered.utf8))
  }

  static var unavailable: Problem {
    Problem(503, "database-unavailable", "The database cannot be used at present. Try again.")
  }
}
