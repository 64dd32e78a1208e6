import HTTPFormat

/// One POST that Mirakl would send: what became of orders, as a list under `payload`.
public struct MiraklCallback: Sendable, Hashable {
  /// What the operator has set in Mirakl.
  public struct Endpoint: Sendable, Hashable {
    public var url: String
    /// The whole value of the `Authorization` header.
    public var authorization: String

    public init(url: String, authorization: String) {
      self.url = url
      self.authorization = authorization
    }
  }

  struct Change: Sendable, Hashable {
    var order: String
    var from: String
    var to: String
  }

  public var path = "/api/public/webhook/mirakl"
  public var headers: Headers
  public var body: [UInt8]

  /// - Parameters:
  ///   - changes: An order's id with its states before and after.
  ///   - authorization: What the operator has set in Mirakl.
  public init(
    changes: [(order: String, from: String, to: String)], authorization: String
  ) {
    self.init(
      changes.map { Change(order: $0.order, from: $0.from, to: $0.to) },
      authorization: authorization)
  }

  init(_ changes: [Change], authorization: String) {
    let items = changes.map { change -> JSONValue in
      [
        "id": .string(change.order),
        "details": [
          "changes": [
            ["field": "STATE", "from": .string(change.from), "to": .string(change.to)]
          ]
        ],
      ]
    }
    let json: JSONValue = ["payload": .array(items)]
    headers = ["Content-Type": "application/json", "Authorization": authorization]
    body = Array(json.compact.utf8)
  }
}
