import Threading

/// What goes wrong with shops, and what was written to them.
extension MiraklSandbox {
  /// Makes S07 refuse a shop in its 200; nil takes that back.
  public func refuseUpdates(ofShop id: Int64, _ message: String?) {
    state.withLock { $0.shopRefusals[id] = message }
  }

  /// How often S07 changed each shop.
  public var shopUpdateCounts: [Int64: Int] { state.withLock { $0.shopUpdates } }
}
