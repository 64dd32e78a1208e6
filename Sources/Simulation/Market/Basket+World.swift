import Sandbox

/// The story as the two systems see it.
extension Basket {
  var summary: String {
    let parts = orders.map { order in
      "\(order.id) shop \(order.shop) \(order.fate) \(order.price)+\(order.tax)"
        + (order.isTaxIncluded ? " incl." : "") + " less \(order.commission)"
        + (order.asksForDebit ? " debit" : "")
    }
    return "\(id) \(kind) \(coin.code) \(money) by \(naming)\(isOld ? " (old)" : ""): "
      + parts.joined(separator: "; ")
  }

  /// The customer orders and pays: the first page of the story.
  mutating func begin(_ world: World, _ operation: Operation) {
    charge = money == .never ? nil : world.stripe.createCharge(newCharge)
    if money == .paidTwice { world.stripe.createCharge(newCharge) }
    for order in orders { add(order, world) }
  }

  private var newCharge: NewCharge {
    var new = NewCharge(amount: gross, currency: coin.lower)
    switch money {
    case .captured, .capturedThenRefunded, .paidTwice, .disputed: new.outcome = .captured
    case .authorized, .expires: new.outcome = .authorized
    case .pendingThenPaid: new.outcome = .pending
    case .failed, .never: new.outcome = .failed
    }
    // With an intent the customer of a failed payment could try again.
    new.hasPaymentIntent = money != .failed
    if !new.hasPaymentIntent || naming == .chargeMetadata {
      new.metadata = ["mirakl_order_id": id]
    } else if naming == .intentMetadata {
      new.intentMetadata = ["mirakl_order_id": id]
    }
    return new
  }

  private var number: String? {
    switch naming {
    case .chargeNumber: charge?.charge
    case .intentNumber: charge?.paymentIntent
    case .chargeMetadata, .intentMetadata: nil
    }
  }

  private func createdMs(_ world: World) -> Int64 {
    isOld ? World.startMs - 5 * 86_400_000 : world.clock.nowMs
  }

  private func add(_ order: Order, _ world: World) {
    let createdMs = createdMs(world)
    switch kind {
    case .product:
      var line = SandboxOrder.Line(
        price: coin.text(order.price), commissionFee: coin.text(order.commission))
      if order.tax > 0 { line.taxes = [SandboxOrder.Tax(coin.text(order.tax))] }
      var row = SandboxOrder(
        id: order.id, commercialID: id, shopID: order.shop, state: "WAITING_ACCEPTANCE",
        currency: coin.code, taxMode: order.isTaxIncluded ? "TAX_INCLUDED" : "TAX_EXCLUDED",
        lines: [line], transactionNumber: number)
      row.createdMs = createdMs
      world.mirakl.addOrder(row)
    case .service:
      var row = SandboxServiceOrder(
        id: order.id, commercialID: id, shopID: order.shop, state: "WAITING_ACCEPTANCE",
        currency: coin.code, price: coin.text(order.price),
        commission: coin.text(order.commission), createdMs: createdMs)
      if order.tax > 0 { row.taxes = [coin.text(order.tax)] }
      row.taxMode = order.isTaxIncluded ? "TAX_INCLUDED" : "TAX_EXCLUDED"
      world.mirakl.addServiceOrder(row)
    }
    if order.isAcceptedAtOnce { accept(order, world) }
  }

  /// The seller accepts. Either the customer was debited by another system, or Mirakl waits for it.
  private func accept(_ order: Order, _ world: World) {
    let nowMs = world.clock.nowMs
    switch kind {
    case .product:
      world.mirakl.updateOrder(order.id) { row in
        guard row.state == "WAITING_ACCEPTANCE" else { return }
        row.state = order.asksForDebit ? "WAITING_DEBIT_PAYMENT" : "SHIPPING"
        row.customerDebitedMs = order.asksForDebit ? nil : nowMs
      }
    case .service:
      guard !world.mirakl.serviceDebits.contains(where: { $0.orderID == order.id }) else { return }
      world.mirakl.updateServiceOrder(order.id) {
        $0.state = order.asksForDebit ? "WAITING_DEBIT_PAYMENT" : "ORDER_PENDING"
      }
      world.mirakl.addServiceDebit(
        SandboxServiceDebit(
          id: "debit-\(order.id)", orderID: order.id, amount: coin.text(order.gross),
          currency: coin.code, state: order.asksForDebit ? "WAITING" : "OK",
          transactionNumber: number))
    }
  }

  /// The rest of the story: captured or failed, accepted or refused. Told again it changes nothing,
  /// but that what was debited meanwhile is shipped.
  mutating func end(_ world: World, _ operation: Operation) {
    if let charge, !isEnded { endMoney(charge.charge, world, operation) }
    isEnded = true
    for order in orders {
      if order.fate == .acceptedLate { accept(order, world) }
      let isOver = order.fate == .acceptedThenCanceled || order.fate == .canceled
      switch kind {
      case .product: endProduct(order, isOver: isOver, world)
      case .service: endService(order, isOver: isOver, world)
      }
    }
  }

  private func endMoney(_ charge: String, _ world: World, _ operation: Operation) {
    switch money {
    case .pendingThenPaid: world.stripe.captureCharge(charge)
    case .authorized: if !operation.captures { world.stripe.captureCharge(charge) }
    case .capturedThenRefunded: world.stripe.refundCharge(charge)
    case .expires: world.stripe.expireCharge(charge)
    case .disputed: world.stripe.disputeCharge(charge)
    case .captured, .failed, .never, .paidTwice: break
    }
  }

  private func endProduct(_ order: Order, isOver: Bool, _ world: World) {
    world.mirakl.updateOrder(order.id) { row in
      if order.fate == .refused { row.state = "REFUSED" }
      if isOver { row.state = "CANCELED" }
      if order.fate == .accepted, row.state == "SHIPPING" { row.state = "SHIPPED" }
    }
  }

  private func endService(_ order: Order, isOver: Bool, _ world: World) {
    let debit = world.mirakl.serviceDebits.first { $0.orderID == order.id }
    world.mirakl.updateServiceOrder(order.id) { row in
      if order.fate == .refused { row.state = "ORDER_REFUSED" }
      if isOver { row.state = "ORDER_CANCELLED" }
      if order.isAccepted, !isOver, debit?.state == "OK" { row.state = "ORDER_PENDING" }
    }
  }

  /// Mirakl refunds what was debited.
  func canBeRefunded(_ order: Order, _ world: World) -> Bool {
    switch kind {
    case .product: world.mirakl.order(order.id)?.customerDebitedMs != nil
    case .service:
      world.mirakl.serviceDebits.contains { $0.orderID == order.id && $0.state == "OK" }
    }
  }
}

extension Refund {
  func ask(_ order: Order, _ basket: Basket, _ world: World) {
    let coin = basket.coin
    // Stripe uses these up in the order of its refunds, whoever they are for.
    if fate == .pendingThenSucceeds { world.stripe.scriptRefunds(["pending"]) }
    switch basket.kind {
    case .product:
      world.mirakl.addRefund(
        id, order: order.id, amount: coin.text(price), commission: coin.text(commission),
        taxes: tax > 0 ? [SandboxOrder.Tax(coin.text(tax))] : [])
    case .service:
      world.mirakl.addServiceRefund(
        SandboxServiceRefund(
          id: id, orderID: order.id, amount: coin.text(total(order)), currency: coin.code,
          commission: coin.text(commission)))
    }
  }
}

extension Document {
  func add(_ world: World) {
    var invoice = SandboxInvoice(id: id, shopID: shop, amountTransferred: coin.text(amount))
    invoice.currency = coin.code
    invoice.otherCredits = coin.text(credits)
    invoice.subscription = coin.text(-subscription)
    invoice.otherInvoices = coin.text(-invoices)
    switch sort {
    case .ours: break
    case .draft: invoice.state = "DRAFT"
    case .manual: invoice.type = "MANUAL_CREDIT"
    case .alreadyPaid: invoice.paymentState = "PAID"
    case .old: invoice.createdMs = World.startMs - 5 * 86_400_000
    }
    world.mirakl.addInvoice(invoice)
  }
}
