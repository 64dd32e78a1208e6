import FoundationEssentials
import Glibc

/// A folder for one run, gone with it.
final class WorkFolder {
  let path: String

  init(in parent: String) throws {
    path = "\(parent)/stripe-mirakl-bench-\(getpid())"
    guard mkdir(path, 0o755) == 0 else {
      throw BenchFailure("\(path) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The program of this name beside our own.
  static func sibling(_ name: String) throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = own.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(folder)/\(name)"
    guard access(path, X_OK) == 0 else {
      throw BenchFailure("\(path) is missing: swift build -c release")
    }
    return path
  }
}
