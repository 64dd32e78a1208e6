import Glibc

/// What the disk takes to make one block durable: the floor of every acknowledgement.
final class SyncProbe {
  private static let blocks = 256
  private let descriptor: Int32

  /// Lays out a file of 1 MB, so that no sync has to change its length: as the log of the database
  /// is written most of the time.
  init(folder: String) throws {
    descriptor = open(folder + "/sync-probe", O_RDWR | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw BenchFailure("\(folder) cannot be written") }
    let zeros = [UInt8](repeating: 0, count: 4_096 * Self.blocks)
    guard write(descriptor, zeros, zeros.count) == zeros.count, fsync(descriptor) == 0 else {
      throw BenchFailure("the disk refuses a file of 1 MB")
    }
  }

  deinit { close(descriptor) }

  /// Nanoseconds of each `pwrite` of 4 KiB with its `fdatasync`.
  func run(count: Int) throws -> [Int64] {
    let block = [UInt8](repeating: 1, count: 4_096)
    return try (0..<count).map { number in
      let beginNs = monotonicNs()
      guard pwrite(descriptor, block, block.count, number % Self.blocks * 4_096) == block.count,
        fdatasync(descriptor) == 0
      else { throw BenchFailure("the disk refuses a sync") }
      return monotonicNs() - beginNs
    }
  }
}
