import HTTPFormat

/// A page of an offset list with its `Link` header.
struct MiraklPage {
  /// The name of the array, e.g. `orders`.
  let name: String
  let rows: [JSONValue]
  let totalCount: Int
  /// Puts the array one object deeper, as PA12 does: `{"orders": {"order": […]}}`.
  var innerName: String?

  /// - Parameter loops: whether the next page is this one again, for ever.
  func response(to request: Request, query: MiraklQuery, base: String, loops: Bool) -> Response {
    let list = JSONValue.array(rows)
    let value = innerName.map { .object([JSONValue.Member($0, list)]) } ?? list
    let body: JSONValue = [
      .init(stringLiteral: name): value, "total_count": .integer(Int64(totalCount)),
    ]
    var response = Response.json(200, body.compact)
    var links: [String] = []
    func link(_ offset: Int, _ relation: String) {
      links.append("<\(base)\(target(request, offset, query.max))>; rel=\"\(relation)\"")
    }
    if query.offset > 0 { link(max(0, query.offset - query.max), "previous") }
    if loops {
      link(query.offset, "next")
    } else if query.offset + query.max < totalCount {
      link(query.offset + query.max, "next")
    }
    if !links.isEmpty { response.headers["Link"] = links.joined(separator: ", ") }
    return response
  }

  /// Path and query of another page: the parameters as they were sent, but for the paging.
  private func target(_ request: Request, _ offset: Int, _ max: Int) -> String {
    let kept = (request.query ?? "").split(separator: "&").filter {
      !$0.hasPrefix("offset=") && !$0.hasPrefix("max=")
    }
    let paging = ["offset=\(offset)", "max=\(max)"]
    return "\(request.path)?\((kept.map(String.init) + paging).joined(separator: "&"))"
  }
}
