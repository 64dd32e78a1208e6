import OpenSSL

/// Signs as Stripe does: HMAC-SHA256 of the seconds, a dot and the body.
public enum StripeSignature {
  /// `t=…,v1=…`, with one `v1` for each secret.
  public static func header(_ body: [UInt8], secrets: [String], seconds: Int64) -> String {
    let codes = secrets.map { secret in
      "v1=" + HMACSHA256(secret: secret).hex(of: Array("\(seconds).".utf8), body)
    }
    return (["t=\(seconds)"] + codes).joined(separator: ",")
  }
}
