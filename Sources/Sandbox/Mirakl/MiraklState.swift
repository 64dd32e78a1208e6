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
  }

  var shops: [Int64: ShopRow] = [:]
  /// By creation date, then in the order of arrival: how OR11 sorts.
  private(set) var orders: [OrderRow] = []
  private var nextSequence = 0
  var served: [String: Int] = [:]
  var budgets: [String: RequestBudget] = [:]
  var isLooping = false
  var additionalFields: [(code: String, type: String)] = []

  mutating func add(_ row: OrderRow) {
    var row = row
    row.sequence = nextSequence
    nextSequence += 1
    var low = orders.startIndex
    var high = orders.endIndex
    while low < high {
      let middle = (low + high) / 2
      if orders[middle].createdMs <= row.createdMs { low = middle + 1 } else { high = middle }
    }
    orders.insert(row, at: low)
  }

  /// Puts `row` where the first order of that id stands.
  mutating func replace(id: String, with row: OrderRow) -> Bool {
    guard let index = orders.firstIndex(where: { $0.id == id }) else { return false }
    orders.remove(at: index)
    add(row)
    return true
  }

  func order(_ id: String) -> OrderRow? { orders.first { $0.id == id } }
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
