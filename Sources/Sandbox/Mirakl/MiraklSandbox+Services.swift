import HTTPFormat
import Threading

/// What the marketplace does with services.
extension MiraklSandbox {
  /// Adds a service order, or replaces the one of that id.
  public func addServiceOrder(_ order: SandboxServiceOrder) {
    let now = nowMs()
    state.withLock { state in
      let place = state.services.orderPlaces[order.id]
      let created = place.map { state.services.orders[$0].createdMs }
      state.services.put(
        MiraklServices.OrderRow(
          order: order, id: order.id, commercialID: order.commercialID,
          createdMs: order.createdMs ?? created ?? now, updatedMs: now))
    }
  }

  /// Changes a service order. False if there is none of that id, or if it is raw text.
  @discardableResult
  public func updateServiceOrder(
    _ id: String, _ adjust: (inout SandboxServiceOrder) -> Void
  ) -> Bool {
    let now = nowMs()
    return state.withLock { state in
      guard let place = state.services.orderPlaces[id],
        var order = state.services.orders[place].order
      else { return false }
      adjust(&order)
      state.services.orders[place].order = order
      state.services.orders[place].updatedMs = now
      return true
    }
  }

  /// Puts an element of SOR11's list as it is, under an id for the filters.
  public func setRawServiceOrder(_ json: String, id: String) {
    let now = nowMs()
    state.withLock { state in
      state.services.put(
        MiraklServices.OrderRow(
          raw: json, id: id, commercialID: "", createdMs: now, updatedMs: now))
    }
  }

  /// Takes a service order out of every list.
  public func removeServiceOrder(_ id: String) {
    state.withLock { state in
      state.services.orders.removeAll { $0.id == id }
      state.services.orderPlaces = Dictionary(
        uniqueKeysWithValues: state.services.orders.enumerated().map { ($1.id, $0) })
    }
  }

  /// Puts an element of SPA11's list as it is, under the id of its order for the filter.
  public func setRawServiceDebit(_ json: String, id: String, orderID: String) {
    var debit = SandboxServiceDebit(id: id, orderID: orderID, amount: "0")
    debit.raw = json
    addServiceDebit(debit)
  }
}

extension MiraklServices {
  fileprivate mutating func put(_ row: OrderRow) {
    if let place = orderPlaces[row.id] {
      orders[place] = row
    } else {
      orderPlaces[row.id] = orders.count
      orders.append(row)
    }
  }
}
