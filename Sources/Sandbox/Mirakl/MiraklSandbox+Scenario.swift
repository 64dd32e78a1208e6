import Threading

/// What the marketplace does.
extension MiraklSandbox {
  /// Adds a shop, or replaces the one of that id.
  public func addShop(_ shop: SandboxShop) {
    let now = nowMs()
    state.withLock { state in
      state.shops[shop.id] = MiraklState.ShopRow(
        shop: shop, createdMs: state.shops[shop.id]?.createdMs ?? now,
        updatedMs: shop.updatedMs ?? now)
    }
  }

  /// Changes a shop and its `last_updated_date`. False if there is none of that id.
  @discardableResult
  public func updateShop(_ id: Int64, _ adjust: (inout SandboxShop) -> Void) -> Bool {
    let now = nowMs()
    return state.withLock { state in
      guard var row = state.shops[id] else { return false }
      row.shop.updatedMs = nil
      adjust(&row.shop)
      row.updatedMs = row.shop.updatedMs ?? now
      state.shops[id] = row
      return true
    }
  }

  /// A custom field of shops that the operator has defined.
  ///
  /// - Parameter type: `LINK`, `BOOLEAN`, `STRING`, ….
  public func addShopField(code: String, type: String, isRequired: Bool = false) {
    state.withLock { $0.additionalFields.append((code, type, isRequired)) }
  }

  /// Adds an order. A second one of the same id is a duplicate, as paging over a changing list
  /// gives.
  public func addOrder(_ order: SandboxOrder) {
    let now = nowMs()
    let row = MiraklState.OrderRow(order, createdMs: order.createdMs ?? now, nowMs: now)
    state.withLock { $0.add(row) }
  }

  /// Changes an order and its `last_updated_date` (to the clock, unless `adjust` sets
  /// `updatedMs`). False if there is none of that id, or if it is raw text.
  @discardableResult
  public func updateOrder(_ id: String, _ adjust: (inout SandboxOrder) -> Void) -> Bool {
    let now = nowMs()
    return state.withLock { state in
      guard let row = state.order(id), case .made(var order) = row.source else { return false }
      order.updatedMs = nil
      adjust(&order)
      return state.replace(
        id: id,
        with: MiraklState.OrderRow(order, createdMs: order.createdMs ?? row.createdMs, nowMs: now))
    }
  }

  /// Puts an element of OR11's list as it is, even if it is no order or no JSON.
  ///
  /// Filters see what they can read of it; dates that can't be read count as now.
  /// - Parameter replacing: the order in whose place it stands; nil to add it.
  public func setRawOrder(_ json: String, replacing: String? = nil) {
    let row = MiraklState.OrderRow(raw: json, nowMs: nowMs())
    state.withLock { state in
      if let replacing, state.replace(id: replacing, with: row) { return }
      state.add(row)
    }
  }

  /// Makes the next page of every list the same page again, until it is switched off.
  public func setNextLinkLoop(_ isLooping: Bool) {
    state.withLock { $0.isLooping = isLooping }
  }

  /// Limits an operation: past the budget of a minute it answers 429 with `Retry-After`.
  ///
  /// - Parameters:
  ///   - operation: e.g. `GET /api/orders`.
  ///   - perMinute: nil lifts the limit.
  public func setBudget(operation: String, perMinute: Int?) {
    state.withLock { state in
      state.budgets[operation] = perMinute.map { RequestBudget(perMinute: $0) }
    }
  }

  /// The orders that scenarios made, by creation date; raw ones are left out.
  public var orders: [SandboxOrder] {
    state.withLock { state in
      state.orders.compactMap { row in
        if case .made(let order) = row.source { order } else { nil }
      }
    }
  }

  /// The shops by id.
  public var shops: [SandboxShop] {
    state.withLock { state in state.shops.values.map(\.shop).sorted { $0.id < $1.id } }
  }

  /// Requests that were let in, by operation, e.g. `GET /api/orders`.
  public var requestCounts: [String: Int] { state.withLock { $0.served } }
}

extension MiraklState.OrderRow {
  fileprivate init(_ order: SandboxOrder, createdMs: Int64, nowMs: Int64) {
    self.init(
      source: .made(order), id: order.id, commercialID: order.commercialID, shopID: order.shopID,
      state: order.state, isDebited: order.customerDebitedMs != nil, createdMs: createdMs,
      updatedMs: order.updatedMs ?? nowMs, sequence: 0)
  }

  fileprivate init(raw text: String, nowMs: Int64) {
    let json = (try? JSONValue(parsing: text)) ?? .null
    self.init(
      source: .raw(text), id: json["order_id"]?.text, commercialID: json["commercial_id"]?.text,
      shopID: json["shop_id"]?.integer, state: json["order_state"]?.text,
      isDebited: json["customer_debited_date"]?.text != nil,
      createdMs: json["created_date"]?.text.flatMap(Timestamp.parse) ?? nowMs,
      updatedMs: json["last_updated_date"]?.text.flatMap(Timestamp.parse) ?? nowMs, sequence: 0)
  }
}

extension MiraklSandbox {
  /// Switches a feature of the instance off or on, e.g. `GET /api/mms/orders`: 403.
  public func setClosed(_ operation: String, _ isClosed: Bool = true) {
    state.withLock { state in
      if isClosed { state.closed.insert(operation) } else { state.closed.remove(operation) }
    }
  }
}
