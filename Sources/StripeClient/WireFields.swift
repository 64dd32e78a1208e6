import Domain
import HTTPClient

/// - Throws: `WireProblem` where the field is missing or null.
func required<Value>(_ field: String, _ value: Value?) throws(WireProblem) -> Value {
  guard let value else { throw WireProblem(field: field, reason: "missing") }
  return value
}

/// - Throws: `WireProblem` where the field is missing or is no id of the kind.
func identifier<Identifier>(
  _ field: String, _ text: String?, _ make: (String) throws -> Identifier
) throws(WireProblem) -> Identifier {
  let text = try required(field, text)
  do { return try make(text) } catch { throw WireProblem(field: field, reason: "\(error)") }
}

/// - Throws: `WireProblem` where the currency is missing or unknown.
func currencyField(_ field: String, _ text: String?) throws(WireProblem) -> Currency {
  let text = try required(field, text)
  do { return try Currency(text) } catch { throw WireProblem(field: field, reason: "\(error)") }
}

/// - Throws: `WireProblem` where the amount or the `currency` beside it cannot be used.
func money(
  _ field: String, _ minorUnits: Int64?, _ currency: String?
) throws(WireProblem) -> Money {
  Money(
    minorUnits: try required(field, minorUnits),
    currency: try currencyField("currency", currency))
}

/// Stripe counts seconds; 0 for a moment that is missing or beyond all calendars.
func milliseconds(_ seconds: Int64?) -> Int64 {
  let (result, isTooLarge) = (seconds ?? 0).multipliedReportingOverflow(by: 1_000)
  return isTooLarge ? 0 : result
}

/// Puts the name of the object that a field belongs to before the field.
func within<Object, Value>(
  _ name: String, _ object: Object, _ body: (Object) throws -> Value
) throws(WireProblem) -> Value {
  do { return try body(object) } catch {
    let problem = error as? WireProblem ?? WireProblem(error)
    throw WireProblem(field: "\(name).\(problem.field)", reason: problem.reason)
  }
}
