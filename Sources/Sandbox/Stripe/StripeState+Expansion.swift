extension StripeState {
  /// Which fields of which objects `expand[]` may name, with the object that they become.
  private static let expandable: [String: [String: String]] = [
    "charge": ["balance_transaction": "balance_transaction", "payment_intent": "payment_intent"],
    "payment_intent": ["latest_charge": "charge"],
    "transfer": [
      "balance_transaction": "balance_transaction", "source_transaction": "charge",
      "destination": "account",
    ],
  ]

  /// Levels that one path may go down.
  private static let levelsMax = 4

  /// Refuses a path that cannot be expanded, before anything is done.
  static func checkExpansion(_ call: StripeCall, of route: StripeRoute) throws(StripeError) {
    for path in call.texts("expand[]") {
      var steps = path.split(separator: ".").map(String.init)
      if route.isList, steps.first == "data" {
        steps.removeFirst()
      } else if route.isList {
        throw notExpandable(path)
      }
      guard !steps.isEmpty, steps.count <= levelsMax else { throw notExpandable(path) }
      var kind = route.object
      for step in steps {
        guard let next = expandable[kind]?[step] else { throw notExpandable(path) }
        kind = next
      }
    }
  }

  private static func notExpandable(_ path: String) -> StripeError {
    .invalid("This property cannot be expanded (\(path)).", parameter: "expand")
  }

  /// Replaces identifiers by objects along the paths of `expand[]`.
  func expanded(_ json: JSONValue, _ call: StripeCall, _ route: StripeRoute) -> JSONValue {
    call.texts("expand[]").reduce(json) { json, path in
      var steps = path.split(separator: ".").map(String.init)[...]
      guard route.isList else { return expanded(json, steps) }
      steps = steps.dropFirst()
      var list = json
      list["data"] = .array((json["data"]?.elements ?? []).map { expanded($0, steps) })
      return list
    }
  }

  private func expanded(_ json: JSONValue, _ steps: ArraySlice<String>) -> JSONValue {
    guard let step = steps.first, let value = json[step] else { return json }
    let object = value.text.flatMap { self.object($0) } ?? value
    var json = json
    json[step] = expanded(object, steps.dropFirst())
    return json
  }

  private func object(_ id: String) -> JSONValue? {
    charges[id]?.json(livemode: livemode) ?? intents[id]?.json(livemode: livemode)
      ?? transactions[id]?.json ?? accounts[id]?.json(isPlatform: id == platform)
  }
}
