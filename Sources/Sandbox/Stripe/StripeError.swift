import HTTPFormat

/// A refusal, with Stripe's words.
///
/// - Source: https://docs.stripe.com/error-codes, and answers of Stripe's sandbox in 2026.
struct StripeError: Error {
  var status: Int
  var type = "invalid_request_error"
  var code: String?
  var message: String
  var parameter: String?
  /// The payment intent that it is about, as Stripe shows it inside the error.
  var paymentIntent: JSONValue?
  /// Whether execution had begun, so that the refusal is kept under the idempotency key.
  var isStored = true

  var body: JSONValue {
    var error: JSONValue = ["type": .string(type), "message": .string(message)]
    if let code {
      error["code"] = .string(code)
      let page = code.split(separator: "_").joined(separator: "-")
      error["doc_url"] = .string("https://stripe.com/docs/error-codes/\(page)")
    }
    if let parameter { error["param"] = .string(parameter) }
    if let paymentIntent { error["payment_intent"] = paymentIntent }
    return ["error": error]
  }

  /// A refusal of the business kind.
  static func refused(
    _ message: String, code: String? = nil, parameter: String? = nil
  ) -> StripeError {
    StripeError(status: 400, code: code, message: message, parameter: parameter)
  }

  /// A refusal before execution began: the key stays free.
  static func invalid(
    _ message: String, code: String? = nil, parameter: String? = nil
  ) -> StripeError {
    StripeError(
      status: 400, code: code, message: message, parameter: parameter, isStored: false)
  }

  /// An object that a parameter names is missing (400), or the one in the path (404).
  static func missing(_ kind: String, _ id: String, parameter: String?) -> StripeError {
    StripeError(
      status: parameter == nil ? 404 : 400, code: "resource_missing",
      message: "No such \(kind): '\(id)'", parameter: parameter ?? "id")
  }

  static func unauthorized(_ message: String) -> StripeError {
    StripeError(status: 401, message: message, isStored: false)
  }

  static func noAccess(key: String, account: String) -> StripeError {
    StripeError(
      status: 403, code: "account_invalid",
      message: """
        The provided key '\(masked(key))' does not have access to account '\(account)' (or that \
        account does not exist). Application access may have been revoked.
        """, isStored: false)
  }

  /// A restricted key without a permission.
  static func permissionMissing(
    _ permission: String, key: String, account: String
  ) -> StripeError {
    StripeError(
      status: 403, code: "more_permissions_required",
      message: """
        The provided key '\(masked(key))' does not have the required permissions for this endpoint \
        on account '\(account)'. Enabling ('\(permission)') permissions on this key would allow \
        this request to continue.
        """, isStored: false)
  }

  static func unknownURL(method: String, path: String) -> StripeError {
    StripeError(
      status: 404,
      message: """
        Unrecognized request URL (\(method): \(path)). Please see https://stripe.com/docs or we \
        can help at https://support.stripe.com/.
        """, isStored: false)
  }

  static func unsupported(_ operation: String) -> StripeError {
    StripeError(
      status: 404, message: "The sandbox does not play \(operation).", isStored: false)
  }

  static func keyMismatch(_ key: String) -> StripeError {
    StripeError(
      status: 400, type: "idempotency_error",
      message: """
        Keys for idempotent requests can only be used with the same parameters they were first \
        used with. Try using a key other than '\(key)' if you meant to execute a different request.
        """, isStored: false)
  }

  static func keyInUse(_ key: String) -> StripeError {
    StripeError(
      status: 409, code: "idempotency_key_in_use",
      message: """
        There is currently another in-progress request using this Idempotent Key (that probably \
        means you submitted twice, and the other request is still going through): \(key). Please \
        try again later.
        """, isStored: false)
  }

  static let rateLimited = StripeError(
    status: 429, code: "rate_limit",
    message: "Request rate limit exceeded. You can learn more about rate limits here: "
      + "https://stripe.com/docs/rate-limits.", isStored: false)

  static let internalError = StripeError(
    status: 500, type: "api_error",
    message: "An unknown error occurred. The sandbox was told to fail here.")

  static func masked(_ key: String) -> String {
    "\(key.prefix(8))***\(key.count > 20 ? String(key.suffix(4)) : "")"
  }
}
