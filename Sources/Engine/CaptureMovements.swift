import Decisions
import Domain

/// `POST /v1/payment_intents/{id}/capture`, or that of a bare charge.
struct CaptureMovement: Movement {
  let stripe: any StripePort
  let request: CaptureRequest

  var kind: Intent.Kind { .capture }
  var operation: String {
    request.paymentIntent == nil
      ? "POST /v1/charges/{id}/capture" : "POST /v1/payment_intents/{id}/capture"
  }
  /// A charge is captured once.
  var businessKey: String { request.charge.rawValue }
  var requestText: String { get throws { try JSONText.encode(request) } }

  init(stripe: any StripePort, request: CaptureRequest) {
    self.stripe = stripe
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(stripe: any StripePort, intent: Intent) throws {
    self.init(stripe: stripe, request: try JSONText.decode(CaptureRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.capture(request, idempotencyKey: idempotencyKey)
    return Answer(Receipt(answer.value), trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideCaptureFailure(failure) }

  /// The charge itself says whether it was captured.
  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try stripe.charge(request.charge)
    let isDone = answer.value.isCaptured && answer.value.status == .succeeded
    return Answer(isDone ? Receipt(request.charge.rawValue) : nil, trace: answer.trace)
  }
}

/// `POST /v1/payment_intents/{id}/cancel`, or the refund of an uncaptured bare charge.
struct ReleaseMovement: Movement {
  let stripe: any StripePort
  let request: ReleaseRequest

  var kind: Intent.Kind { .cancel }
  var operation: String {
    request.paymentIntent == nil ? "POST /v1/refunds" : "POST /v1/payment_intents/{id}/cancel"
  }
  var businessKey: String { request.charge.rawValue }
  var requestText: String { get throws { try JSONText.encode(request) } }

  init(stripe: any StripePort, request: ReleaseRequest) {
    self.stripe = stripe
    self.request = request
  }

  /// As it was stored: a repeat must not differ by a byte.
  init(stripe: any StripePort, intent: Intent) throws {
    self.init(stripe: stripe, request: try JSONText.decode(ReleaseRequest.self, intent.request))
  }

  func send(idempotencyKey: String) throws(CallFailure) -> Answer<Receipt> {
    let answer = try stripe.release(request, idempotencyKey: idempotencyKey)
    return Answer(Receipt(answer.value), trace: answer.trace)
  }

  func decide(_ failure: CallFailure) -> MovementFailureDecision { decideCaptureFailure(failure) }

  func lookUp() throws(CallFailure) -> Answer<Receipt?> {
    let answer = try stripe.charge(request.charge)
    let isDone = answer.value.isRefunded && !answer.value.isCaptured
    return Answer(isDone ? Receipt(request.charge.rawValue) : nil, trace: answer.trace)
  }
}
