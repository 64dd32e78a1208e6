import HTTPServer
import Sockets

/// What an operator sets about the HTTP server's surroundings.
public struct ServerConfiguration: Sendable {
  /// `TLS_CERTIFICATE` and `TLS_KEY`: paths of PEM files.
  public struct TLSFiles: Sendable, Hashable {
    public let certificate: String
    public let key: String
  }

  /// nil: plain HTTP.
  public var tls: TLSFiles?
  /// `TRUSTED_PROXIES`
  public var proxies: [AddressRange]

  static func parse(_ reader: inout EnvironmentReader) -> ServerConfiguration {
    ServerConfiguration(tls: tlsFiles(&reader), proxies: proxies(&reader))
  }

  private static func tlsFiles(_ reader: inout EnvironmentReader) -> TLSFiles? {
    switch (reader.value("TLS_CERTIFICATE"), reader.value("TLS_KEY")) {
    case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
    case (nil, nil): return nil
    case (_?, nil):
      reader.problem("TLS_CERTIFICATE is set, but TLS_KEY is not: both or none")
      return nil
    case (nil, _?):
      reader.problem("TLS_KEY is set, but TLS_CERTIFICATE is not: both or none")
      return nil
    }
  }

  private static func proxies(_ reader: inout EnvironmentReader) -> [AddressRange] {
    var ranges: [AddressRange] = []
    for part in (reader.value("TRUSTED_PROXIES") ?? "").split(whereSeparator: isSeparator) {
      do throws(SocketError) {
        let range = try AddressRange(String(part))
        if range.isEverything {
          reader.warning(
            "TRUSTED_PROXIES holds \(part): every client is believed about its address")
        }
        ranges.append(range)
      } catch {
        reader.problem("TRUSTED_PROXIES: \(EnvironmentReader.shown(part)) \(error.reason)")
      }
    }
    return ranges
  }

  private static func isSeparator(_ character: Character) -> Bool {
    character == "," || character.isWhitespace
  }
}
