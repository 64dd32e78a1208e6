import Domain

/// The bodies of PA01 and SPA01. Amounts are numbers with exactly Mirakl's own decimals (A4), which
/// no encoder of this language writes without detours: the texts are put together here.
enum DebitBody {
  static func json(_ answer: DebitAnswer) -> String {
    let members = answer.debit.kind == .product ? product(answer) : service(answer)
    let object = "{" + members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    return answer.debit.kind == .product ? "{\"orders\":[\(object)]}" : "[\(object)]"
  }

  private static func product(_ answer: DebitAnswer) -> [(name: String, json: String)] {
    let debit = answer.debit
    var members = [
      ("amount", "\(debit.amount)"), ("customer_id", text(debit.customerID)),
      ("order_id", text(debit.orderID.rawValue)),
      ("payment_status", text(answer.verdict.rawValue)),
    ]
    if let currency = debit.currency { members.append(("currency_iso_code", text(currency.code))) }
    if let entity = debit.entity {
      members.append(("debit_entity", "{\"id\":\(text(entity.id)),\"type\":\(text(entity.type))}"))
    }
    return members + transaction(answer)
  }

  private static func service(_ answer: DebitAnswer) -> [(name: String, json: String)] {
    let debit = answer.debit
    var members = [
      ("amount", "\(debit.amount)"), ("id", text(debit.debitID ?? "")),
      ("order_id", text(debit.orderID.rawValue)), ("state", text(answer.verdict.rawValue)),
    ]
    if let currency = debit.currency { members.append(("currency_code", text(currency.code))) }
    return members + transaction(answer)
  }

  private static func transaction(_ answer: DebitAnswer) -> [(name: String, json: String)] {
    var members: [(String, String)] = []
    if let ms = answer.transactionMs {
      members.append(("transaction_date", text(Timestamp.formatSeconds(ms: ms))))
    }
    if let number = answer.transactionNumber {
      members.append(("transaction_number", text(number)))
    }
    return members
  }

  /// A JSON string.
  private static func text(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
