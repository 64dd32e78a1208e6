import FoundationEssentials
import Glibc

/// A folder of one test, removed with it.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/stripe-mirakl-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder in \(base)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  public func write(_ name: String, _ text: String) -> String {
    guard FileManager.default.createFile(atPath: file(name), contents: Data(text.utf8)) else {
      preconditionFailure("\(file(name)) cannot be written")
    }
    return file(name)
  }
}
