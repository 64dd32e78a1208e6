import Glibc
import Threading

/// A program under test, started beside the tests, its output in a file.
public final class ChildProcess: Sendable {
  public let id: pid_t
  private let outputPath: String
  private let status = Monitor<Int32?>(nil)

  /// - Parameters:
  ///   - environment: All of it; nothing is inherited.
  ///   - outputPath: Receives standard output and standard error.
  ///   - descriptor: Becomes its descriptor 3; no other above 2 is inherited, whatever libraries
  ///     and other tests hold open at this moment.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String],
    outputPath: String, passing descriptor: Int32? = nil
  ) {
    self.outputPath = outputPath
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, 3) }
    Self.closeFrom(&actions, descriptor == nil ? 3 : 4)
    let words = Self.cStrings([executable] + arguments)
    let variables = Self.cStrings(environment.map { "\($0.key)=\($0.value)" })
    defer { for pointer in words + variables { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, words, variables)
    guard code == 0 else {
      preconditionFailure("\(executable) cannot be started: \(String(cString: strerror(code)))")
    }
    id = process
  }

  /// glibc's `posix_spawn_file_actions_addclosefrom_np`, a GNU extension that Swift's module lacks.
  private static func closeFrom(_ actions: inout posix_spawn_file_actions_t, _ first: Int32) {
    typealias AddCloseFrom =
      @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
      preconditionFailure("glibc 2.34 or newer is needed")
    }
    let code = unsafeBitCast(symbol, to: AddCloseFrom.self)(&actions, first)
    precondition(code == 0, String(cString: strerror(code)))
  }

  private static func cStrings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { text in strdup(text) } + [nil]
  }

  deinit {
    guard status.withLock({ $0 }) == nil else { return }
    kill(id, SIGKILL)
    var raw: Int32 = 0
    waitpid(id, &raw, 0)
  }

  public func signal(_ number: Int32) { kill(id, number) }

  /// Waits for its end.
  /// - Returns: the exit status, 128 and the number of a signal that ended it, or nil if it
  ///   still runs after that time.
  public func exitStatus(within milliseconds: Int64) -> Int32? {
    Waiting.until(milliseconds) { [id, status] in
      status.withLock { known -> Int32? in
        if let known { return known }
        var raw: Int32 = 0
        guard waitpid(id, &raw, WNOHANG) == id else { return nil }
        let signal = raw & 0x7F
        known = signal == 0 ? raw >> 8 & 0xFF : 128 + signal
        return known
      }
    }
  }

  /// Waits for its end, and watches its memory until then.
  /// - Returns: as `exitStatus`; and the most that it ever held in memory at once, in kB, as Linux
  ///   counts it (`VmHWM`). What `wait4` reports would hold the memory of the parent too, which the
  ///   child shares until it becomes the program.
  public func exitStatusAndPeakKB(within milliseconds: Int64) -> (status: Int32?, peakKB: Int) {
    var peakKB = 0
    let status = Waiting.until(milliseconds) { () -> Int32? in
      // A mark that only rises: the last look before the end finds it.
      peakKB = max(peakKB, peakMemoryKB ?? 0)
      return exitStatus(within: 0)
    }
    return (status, peakKB)
  }

  /// nil once it has ended.
  private var peakMemoryKB: Int? {
    guard let file = fopen("/proc/\(id)/status", "r") else { return nil }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&buffer, 1, buffer.count, file)
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
  }

  /// What it has written so far.
  public var output: String {
    guard let file = fopen(outputPath, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Waiting for another process, which cannot wake us: the one place where a test looks again and
/// again.
public enum Waiting {
  /// - Returns: the first value that `look` gives, or nil when the time is over.
  public static func until<R>(_ milliseconds: Int64, _ look: () -> R?) -> R? {
    let deadline = nowMs + milliseconds
    while true {
      if let value = look() { return value }
      guard nowMs < deadline else { return nil }
      var pause = timespec(tv_sec: 0, tv_nsec: 5_000_000)
      nanosleep(&pause, nil)
    }
  }

  private static var nowMs: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }
}
