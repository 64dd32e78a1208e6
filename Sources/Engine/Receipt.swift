import Domain

/// What a send, or a look-up, brought: the object that a movement made.
struct Receipt: Hashable, Sendable {
  var id: String
  /// How the object differs from what was asked for, in words; nil if it does not. Money has moved
  /// then, and not as decided: never again, and a person must look.
  var contradiction: String?

  init(_ id: String, contradiction: String? = nil) {
    self.id = id
    self.contradiction = contradiction
  }

  /// A transfer compared with its request: a 200 proves that there is one, and not which.
  init(_ transfer: TransferSnapshot, asked: TransferRequest) {
    let made = "\(transfer.amount) to \(transfer.destination)"
    let wanted = "\(asked.amount) to \(asked.destination)"
    id = transfer.id.rawValue
    if made != wanted {
      contradiction = "Stripe made \(id) over \(made); asked for was \(wanted)"
    } else if let source = transfer.sourceTransaction, source != asked.sourceCharge?.rawValue {
      let charge = asked.sourceCharge?.rawValue ?? "the platform's balance"
      contradiction = "Stripe made \(id) from \(source); asked for was one from \(charge)"
    }
  }

  init(_ reversal: ReversalSnapshot, asked: ReversalRequest) {
    id = reversal.id
    guard reversal.amount != asked.amount else { return }
    contradiction =
      "Stripe made \(id) over \(reversal.amount); asked for was \(asked.amount)"
  }
}
