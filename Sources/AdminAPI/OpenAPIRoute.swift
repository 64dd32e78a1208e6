import COpenAPI
public import HTTPFormat

/// `GET /openapi.yaml`: the description of this API, as the program was built with it. It says
/// nothing about this installation, so it needs no token.
public enum OpenAPIRoute {
  static let bytes = Array(
    UnsafeBufferPointer(start: copenapi_bytes(), count: copenapi_count()))

  public static var routes: [Route] {
    [
      Route("GET", "/openapi.yaml") { _, _ in
        var response = Response(
          status: 200, headers: ["Content-Type": "application/yaml"], body: bytes
        ).secured
        response.headers["Cache-Control"] = "no-cache"
        return response
      }
    ]
  }
}
