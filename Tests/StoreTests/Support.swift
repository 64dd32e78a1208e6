import Domain
import Glibc
import Threading

@testable import Store

/// A folder of its own for one test, removed with everything in it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/store-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw StoreError.unavailable("no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in files() { unlink(path + "/" + name) }
    rmdir(path)
  }

  func file(_ name: String) -> String { path + "/" + name }

  func files() -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}

func read(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer.prefix(count)
  }
  return bytes
}

func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

/// Runs `body` on that many threads at once, and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { number in
    WorkerThread(name: "test-\(number)") { body(number) }
  }
  for thread in threads { thread.join() }
}

extension Store {
  static func inMemory() throws -> Store { try .open(path: ":memory:", mode: .inline) }

  /// What a statement finds, for looking behind the API.
  func rows(_ sql: String) throws -> [SQLRow] { try read { try $0.connection.run(sql, []) } }
}

extension NewEvent {
  static func make(
    _ externalID: String = "evt_1", source: Source = .stripe, payload: [UInt8] = [1, 2, 3]
  ) -> NewEvent {
    NewEvent(
      source: source, endpoint: "operator", externalID: externalID, type: "charge.succeeded",
      objectID: "ch_1", account: nil, livemode: false, createdMs: 1_000, payload: payload)
  }
}

extension Money {
  static func make(_ minorUnits: Int64, _ currency: String = "EUR") throws -> Money {
    Money(minorUnits: minorUnits, currency: try Currency(currency))
  }
}

extension ChargeSnapshot {
  static func make(
    _ id: String = "ch_1", amount: Int64 = 100_00, refunded: Int64 = 0, status: Status = .succeeded,
    isCaptured: Bool = true
  ) throws -> ChargeSnapshot {
    ChargeSnapshot(
      id: try ChargeID(id), amount: try .make(amount), amountCaptured: isCaptured ? amount : 0,
      amountRefunded: refunded, status: status, isCaptured: isCaptured, livemode: false,
      paymentIntent: try PaymentIntentID("pi_1"), transferGroup: "group",
      balanceCurrency: try Currency("EUR"), createdMs: 900)
  }
}

extension OrderSnapshot {
  static func make(
    _ id: String = "order-A", commercialID: String = "basket", state: State = .shipping
  ) throws -> OrderSnapshot {
    OrderSnapshot(
      id: try OrderID(id), commercialID: try CommercialOrderID(commercialID), state: state,
      shopID: ShopID(2000), currency: try Currency("EUR"), taxMode: .excluded,
      totalPrice: try MajorAmount("54.80"), totalCommission: try MajorAmount("4.000000000001"),
      lines: [
        Line(id: "order-A-1", state: .other("NEW_STATE"), taxes: try MajorAmount("1.10"))
      ], transactionNumber: "ch_1", customerDebitedMs: 5, createdMs: 1, lastUpdatedMs: 2)
  }
}

extension TransferDraft {
  static func make(
    _ miraklID: String = "order-A", part: TransferRecord.Part = .seller,
    status: TransferRecord.Status = .pending, reason: String? = "sent to Stripe",
    amount: Int64? = 50_00, currency: String = "EUR", gross: Int64? = nil, charge: String? = nil,
    kind: TransferRecord.Kind = .productOrder
  ) throws -> TransferDraft {
    TransferDraft(
      kind: kind, part: part, miraklID: miraklID, commercialID: "basket", shopID: ShopID(2000),
      sourceCharge: try charge.map { try ChargeID($0) },
      transferID: status == .created ? "tr_\(miraklID)_\(part)" : nil,
      amount: try amount.map { try .make($0, currency) }, grossMinorUnits: gross, status: status,
      reason: status == .created ? nil : reason, miraklCreatedMs: 7)
  }
}
