import HTTPFormat

extension Response {
  /// With what keeps a browser from doing anything with an answer of the API: it is not kept, not
  /// taken for another type, not framed, and runs nothing. No `Access-Control-…` field is ever
  /// sent: no page of another origin may read it.
  var secured: Response {
    var response = self
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response
  }
}
