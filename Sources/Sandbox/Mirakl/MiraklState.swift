/// Everything that the Mirakl sandbox remembers.
struct MiraklState: Sendable {
  /// A shop with its dates.
  struct ShopRow: Sendable {
    var shop: SandboxShop
    var createdMs: Int64
    var updatedMs: Int64
  }

  /// An order: made by a scenario, or JSON given as it is.
  struct OrderRow: Sendable {
    enum Source: Sendable {
      case made(SandboxOrder)
      case raw(String)
    }
    var source: Source
    /// What the filters look at; of raw text only what could be read.
    var id: String?
    var commercialID: String?
    var shopID: Int64?
    var state: String?
    var isDebited: Bool
    var createdMs: Int64
    var updatedMs: Int64
    /// Breaks ties of `createdMs`.
    var sequence: Int

    var place: Place { Place(createdMs: createdMs, sequence: sequence) }

    /// Where OR11 lists an order.
    struct Place: Sendable, Hashable, Comparable {
      var createdMs: Int64
      var sequence: Int

      static func < (left: Place, right: Place) -> Bool {
        (left.createdMs, left.sequence) < (right.createdMs, right.sequence)
      }
    }
  }

  var shops: [Int64: ShopRow] = [:]
  var services = MiraklServices()
  /// By creation date, then in the order of arrival: how OR11 sorts.
  private(set) var orders: [OrderRow] = []
  /// The place of the first order of an id.
  private var places: [String: OrderRow.Place] = [:]
  private var nextSequence = 0
  /// PA11 elements given as they are, by order id.
  var rawDebits: [String: String] = [:]
  var serviceDebits: [SandboxServiceDebit] = []
  /// Whether the instance sells services at all.
  var hasServices = true
  /// In the order in which they were asked for.
  var orderRefunds: [SandboxOrderRefund] = []
  var serviceRefunds: [SandboxServiceRefund] = []
  /// Rows of a page of a seek list at most.
  var seekPageSize = 100
  /// Features that are switched off, by operation: 403.
  var closed: Set<String> = []
  var served: [String: Int] = [:]
  var invoiceBook = InvoiceBook()
  var budgets: [String: RequestBudget] = [:]
  var isLooping = false
  /// Where callbacks go; nil for nowhere.
  var callbackEndpoint: MiraklCallback.Endpoint?
  /// What has changed since callbacks were last taken.
  var changes: [MiraklCallback.Change] = []
  var callbackCount = 0
  /// Callbacks that were not taken by their endpoint.
  var callbacksAgain: [Delivery] = []
  var additionalFields: [(code: String, type: String, isRequired: Bool)] = []
  /// Why S07 refuses a shop, by its id.
  var shopRefusals: [Int64: String] = [:]
  /// How often S07 changed each shop.
  var shopUpdates: [Int64: Int] = [:]

  mutating func add(_ row: OrderRow) {
    var row = row
    row.sequence = nextSequence
    nextSequence += 1
    insert(row)
    note(row.id, from: "STAGING", to: row.state)
  }

  private mutating func note(_ id: String?, from: String?, to: String?) {
    guard callbackEndpoint != nil, let id, let from, let to, from != to else { return }
    changes.append(MiraklCallback.Change(order: id, from: from, to: to))
  }

  /// Puts `row` in the place of the first order of that id. False if there is none.
  mutating func replace(id: String, with row: OrderRow) -> Bool {
    guard let index = position(id) else { return false }
    var row = row
    row.sequence = orders[index].sequence
    note(id, from: orders[index].state, to: row.state)
    if row.place == orders[index].place, row.id == id {
      orders[index] = row
      return true
    }
    places[id] = nil
    orders.remove(at: index)
    // A duplicate of the order, if there is one, is the first of its id from now on.
    if let next = orders.first(where: { $0.id == id }) { places[id] = next.place }
    insert(row)
    return true
  }

  /// The first order of that id.
  func order(_ id: String) -> OrderRow? { position(id).map { orders[$0] } }

  private mutating func insert(_ row: OrderRow) {
    orders.insert(row, at: firstIndex(notBefore: row.place))
    guard let id = row.id, places[id].map({ row.place < $0 }) ?? true else { return }
    places[id] = row.place
  }

  private func position(_ id: String) -> Int? {
    places[id].map { firstIndex(notBefore: $0) }
  }

  private func firstIndex(notBefore place: OrderRow.Place) -> Int {
    var low = orders.startIndex
    var high = orders.endIndex
    while low < high {
      let middle = (low + high) / 2
      if orders[middle].place < place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// How many requests of one operation Mirakl takes in a minute.
struct RequestBudget: Sendable {
  static let windowMs: Int64 = 60_000

  var perMinute: Int
  private var windowStartMs: Int64 = .min
  private var used = 0

  init(perMinute: Int) { self.perMinute = perMinute }

  /// Counts a request. Returns the whole seconds to wait if it is too many, else nil.
  mutating func take(nowMs: Int64) -> Int64? {
    if windowStartMs == .min || nowMs - windowStartMs >= Self.windowMs {
      windowStartMs = nowMs
      used = 0
    }
    guard used >= perMinute else {
      used += 1
      return nil
    }
    return (windowStartMs + Self.windowMs - nowMs + 999) / 1_000
  }
}
