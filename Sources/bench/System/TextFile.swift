import FoundationEssentials
import Glibc

enum TextFile {
  /// Empty if it cannot be read.
  static func read(_ path: String) -> String {
    // Not by its length: files of /proc have none.
    guard let data = FileManager.default.contents(atPath: path) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
      throw BenchFailure("\(path) cannot be written")
    }
  }

  /// 0 if there is no such file.
  static func size(_ path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
