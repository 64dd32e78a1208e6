import Decisions
import Domain
import Engine
import MiraklClient

/// Key, features, clock and custom fields at Mirakl.
struct MiraklCheck {
  let preflight: Preflight

  init(_ preflight: Preflight) { self.preflight = preflight }

  private var configuration: Configuration { preflight.configuration }

  /// The reads that what is switched on needs.
  private var doors: [(path: String, name: String, need: String)] {
    var doors = [("/api/shops?max=1", "S20", "onboarding (shops)")]
    if configuration.paysProductOrders {
      doors.append(("/api/orders?max=1", "OR11", "ENABLE_PRODUCT_PAYMENT_SPLIT"))
    }
    if configuration.validation.mode != .off {
      doors.append(("/api/payment/debit?max=1", "PA11", "PAYMENT_VALIDATION"))
    }
    if configuration.refundsProductOrders {
      doors.append(("/api/payment/refund?max=1", "PA12", "ENABLE_PRODUCT_PAYMENT_REFUND"))
    }
    if configuration.paysServiceOrders {
      doors.append(("/api/mms/orders?limit=1", "SOR11", "ENABLE_SERVICE_PAYMENT_SPLIT"))
      doors.append(("/api/mms/debits?limit=1", "SPA11", "ENABLE_SERVICE_PAYMENT_SPLIT"))
    }
    if configuration.refundsServiceOrders {
      doors.append(("/api/mms/refunds?limit=1", "SPA12", "ENABLE_SERVICE_PAYMENT_REFUND"))
    }
    doors.append(("/api/invoices?max=1", "IV01", "settlement (billing documents)"))
    return doors
  }

  func findings() -> [Finding] {
    var findings: [Finding] = []
    for (index, door) in doors.enumerated() {
      let probe = preflight.mirakl.probe(door.path)
      if index == 0 {
        findings += Preflight.clock(
          "clock.mirakl", "Mirakl", serverMs: probe.serverTimeMs, nowMs: preflight.clock.nowMs)
        if let fatal = Self.fatal(probe) { return findings + [fatal] }
      }
      findings += Self.door(probe, door.name, door.need)
    }
    if !findings.contains(where: { $0.code == "mirakl.feature" }) {
      findings.append(.ok("mirakl.key", "the key is good, and may read what is switched on"))
    }
    return findings + fields()
  }

  static func fatal(_ probe: Probe) -> Finding? {
    switch probe.failure?.kind {
    case .unauthorized where probe.failure?.trace.status == 401:
      .error(
        "mirakl.key", "\(probe.failure!)",
        "set MIRAKL_API_KEY to an operator key of this instance (as it is; \"Bearer …\" for a "
          + "token)")
    case .notSent(let reason), .unknown(let reason):
      .error(
        "mirakl.unreachable", reason,
        "check MIRAKL_HOST_NAME, and let this machine reach it (DNS, proxy, firewall)")
    case nil, .unauthorized, .throttled, .refused, .unreadable: nil
    }
  }

  static func door(_ probe: Probe, _ name: String, _ need: String) -> [Finding] {
    guard let failure = probe.failure else { return [] }
    let isShut =
      switch failure.kind {
      case .unauthorized: true
      case .refused(let refusal): refusal.isMissing
      case .notSent, .unknown, .throttled, .unreadable: false
      }
    if isShut {
      return [
        .error(
          "mirakl.feature", "\(name) (\(failure.trace.operation)) is not open: \(failure)",
          "\(need) needs it: have Mirakl open the feature and the role of the key, or switch it off"
        )
      ]
    }
    return [
      .warning(
        "mirakl.answer", "\(name): \(failure)", "run the check again; see the reason if it stays")
    ]
  }

  // MARK: - Custom fields

  private func fields() -> [Finding] {
    let known: [ShopFieldDefinition]
    do throws(CallFailure) { known = try preflight.mirakl.shopFields().value } catch {
      return [
        .warning(
          "field.unknown", "the custom fields cannot be read (AF01): \(error)",
          "see that the two fields of the README exist, or run the check again")
      ]
    }
    let policy = configuration.onboarding.policy
    return Self.field(
      policy.linkField, "MIRAKL_CUSTOM_FIELD_CODE", types: ["LINK", "STRING", "TEXTAREA"],
      isNeeded: policy.isEnabled, among: known)
      + Self.field(
        policy.ignoreField, "MIRAKL_IGNORED_SHOP_FIELD_CODE", types: ["BOOLEAN"], isNeeded: false,
        among: known)
  }

  /// - Parameter types: Those that do; the first is the one to make.
  static func field(
    _ code: String, _ variable: String, types: [String], isNeeded: Bool,
    among known: [ShopFieldDefinition]
  ) -> [Finding] {
    guard let field = known.first(where: { $0.code == code }) else {
      let text = "shops have no custom field \"\(code)\" (\(variable))"
      let remedy =
        "in Mirakl: Settings, Advanced parameters, Custom fields, Shops: make \"\(code)\", "
        + "type \(types[0]), not required"
      return isNeeded
        ? [.error("field.missing", text, remedy)] : [.warning("field.missing", text, remedy)]
    }
    var findings: [Finding] = []
    if !types.contains(field.type) {
      findings.append(
        .error(
          "field.type", "custom field \"\(code)\" is of type \(field.type)",
          "make it anew as \(types[0]), or name another one in \(variable)"))
    }
    if field.isRequired {
      findings.append(
        .error(
          "field.required", "custom field \"\(code)\" is required",
          "make it optional: Mirakl refuses every update of a shop whose field is empty"))
    }
    return findings.isEmpty ? [.ok("field.\(code)", "exists, type \(field.type)")] : findings
  }
}
