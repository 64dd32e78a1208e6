/// Something with an identifier and a moment of creation.
protocol StripeRow: Sendable {
  var id: String { get }
  var createdMs: Int64 { get }
}

/// Rows in the order of their creation, found by id.
struct Table<Row: StripeRow>: Sendable {
  private(set) var rows: [Row] = []
  private var positions: [String: Int] = [:]

  subscript(_ id: String) -> Row? {
    get { positions[id].map { rows[$0] } }
    set {
      guard let newValue else { return }
      if let position = positions[id] {
        rows[position] = newValue
      } else {
        positions[id] = rows.count
        rows.append(newValue)
      }
    }
  }

  func position(_ id: String) -> Int? { positions[id] }
}

extension StripeCall {
  /// A page of a list, newest first, between cursors.
  ///
  /// - Parameter positions: where in the table to look, ascending; nil for everywhere.
  func list<Row>(
    _ table: Table<Row>, _ kind: String, among positions: [Int]? = nil,
    where isIncluded: (Row) -> Bool = { _ in true }, _ render: (Row) -> JSONValue
  ) throws(StripeError) -> JSONValue {
    let limit = try limit()
    let after = try cursor("starting_after", table, kind)
    let before = try cursor("ending_before", table, kind)
    guard after == nil || before == nil else {
      throw .invalid(
        "Received both starting_after and ending_before parameters. Please pass in only one.")
    }
    // Newest first; with `ending_before` the page is the one that ends just before the cursor.
    let isBackwards = before != nil
    let count = positions?.count ?? table.rows.count
    var found: [Row] = []
    for index in 0..<count where found.count <= limit {
      let turned = isBackwards ? index : count - 1 - index
      let position = positions?[turned] ?? turned
      if let after, position >= after { continue }
      if let before, position <= before { continue }
      let row = table.rows[position]
      if isCreatedInWindow(row.createdMs), isIncluded(row) { found.append(row) }
    }
    let page = found.prefix(limit)
    let path = "/" + endpoint.segments.joined(separator: "/")
    return [
      "object": "list", "url": .string(path), "has_more": .bool(found.count > limit),
      "data": .array((isBackwards ? page.reversed() : Array(page)).map(render)),
    ]
  }

  private func limit() throws(StripeError) -> Int {
    guard text("limit") != nil else { return 10 }
    let limit = try positive("limit")
    guard limit <= 100 else {
      throw .invalid(
        "This value must be less than or equal to 100.", code: "parameter_invalid_integer",
        parameter: "limit")
    }
    return Int(limit)
  }

  private func cursor<Row>(
    _ name: String, _ table: Table<Row>, _ kind: String
  ) throws(StripeError) -> Int? {
    guard let id = text(name) else { return nil }
    guard let position = table.position(id) else {
      throw .missing(kind, id, parameter: name)
    }
    return position
  }
}
