import HTTPFormat
import Sandbox
import Threading

/// A Stripe sandbox with a clock that only moves by hand.
struct StripeWorld {
  static let key = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
  static let start: Int64 = 1_764_000_000_000

  let clock = Monitor(Self.start)
  let stripe: StripeSandbox

  init(
    seed: UInt64 = 7, livemode: Bool = false, endpoints: [WebhookEndpoint] = [],
    faults: FaultPlan = .none()
  ) {
    stripe = StripeSandbox(
      secretKey: Self.key, seed: seed, livemode: livemode, endpoints: endpoints, faults: faults,
      nowMs: { [clock] in clock.withLock { $0 } })
  }

  func pass(ms: Int64) { clock.withLock { $0 += ms } }

  /// The answer to a request; a hang-up shows as status 0.
  func call(
    _ method: String, _ path: String, _ form: String = "", key: String? = nil,
    account: String? = nil, headers extra: [String: String] = [:]
  ) -> Answer {
    var headers: Headers = [
      "Authorization": "Bearer \(Self.key)", "Stripe-Version": "2026-08-26.dahlia",
    ]
    if let key { headers["Idempotency-Key"] = key }
    if let account { headers["Stripe-Account"] = account }
    for (name, value) in extra { headers[name] = value.isEmpty ? nil : value }
    var request = Request(method: method, path: path, headers: headers)
    if method == "GET" {
      request.query = form.isEmpty ? nil : form
    } else {
      request.body = Array(form.utf8)
    }
    guard case .response(let response) = stripe.handle(request) else { return Answer.hangUp }
    return Answer(response)
  }

  func transfer(_ fields: [String: String], key: String? = nil, account: String? = nil) -> Answer {
    let form = fields.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(FormEncoding.encode($0.value))" }.joined(separator: "&")
    return call("POST", "/v1/transfers", form, key: key, account: account)
  }
}

struct Answer {
  var status: Int
  var headers: Headers
  var body: [UInt8]
  var json: JSONValue

  static let hangUp = Answer(Response(status: 0))

  init(_ response: Response) {
    status = response.status
    headers = response.headers
    body = response.body
    json = (try? JSONValue(parsing: response.body)) ?? .null
  }

  subscript(_ path: String) -> JSONValue? {
    path.split(separator: ".").reduce(Optional(json)) { value, step in
      Int(step).map { value?[$0] ?? nil } ?? value?[String(step)]
    }
  }

  var code: String? { self["error.code"]?.text }
  var message: String? { self["error.message"]?.text }
  var id: String? { json["id"]?.text }
}
