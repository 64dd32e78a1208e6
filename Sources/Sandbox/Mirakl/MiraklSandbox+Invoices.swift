import Threading

/// What billing does.
extension MiraklSandbox {
  /// Adds a billing document; the shop's cycle is closed.
  public func addInvoice(_ invoice: SandboxInvoice) {
    let createdMs = invoice.createdMs ?? nowMs()
    state.withLock {
      $0.invoiceBook.add(
        InvoiceBook.Row(invoice: invoice, raw: nil, id: invoice.id, createdMs: createdMs))
    }
  }

  /// Changes a billing document. False if there is none of that number.
  @discardableResult
  public func updateInvoice(_ id: Int64, _ adjust: (inout SandboxInvoice) -> Void) -> Bool {
    state.withLock { state in
      guard let index = state.invoiceBook.index(id) else { return false }
      state.invoiceBook.update(index, adjust)
      return true
    }
  }

  /// Puts an element of IV01's list as it is, even if it is no document. Filters see its
  /// `invoice_id`; it counts as created now.
  public func addRawInvoice(_ json: String) {
    let now = nowMs()
    let id = (try? JSONValue(parsing: json))?["invoice_id"]?.integer
    state.withLock {
      $0.invoiceBook.add(InvoiceBook.Row(invoice: nil, raw: json, id: id, createdMs: now))
    }
  }

  /// The billing documents that scenarios made, by creation date.
  public var invoices: [SandboxInvoice] {
    state.withLock { $0.invoiceBook.rows.compactMap(\.invoice) }
  }
}
