import Glibc

/// A program that is measured, started from here and ended with us.
final class Child {
  let id: pid_t
  private var hasEnded = false

  /// - Parameters:
  ///   - environment: All of it; nothing is inherited.
  ///   - outputPath: Receives what it prints.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    outputPath: String
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    let words = ([executable] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, words, variables)
    guard code == 0 else {
      throw BenchFailure("\(executable) cannot be started: \(String(cString: strerror(code)))")
    }
    id = process
  }

  deinit { end(SIGKILL) }

  /// Asks it to end and waits until it has.
  /// - Returns: its exit status; 128 and more for a signal.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) -> Int32 {
    if !hasEnded { kill(id, signal) }
    return wait()
  }

  /// Waits for its own end.
  @discardableResult
  func wait() -> Int32 {
    guard !hasEnded else { return 0 }
    hasEnded = true
    var status: Int32 = 0
    waitpid(id, &status, 0)
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// What a program prints, e.g. its version.
  static func output(_ executable: String, _ arguments: [String], in folder: String) -> String {
    let path = folder + "/output"
    guard let child = try? Child(executable, arguments, outputPath: path) else { return "" }
    child.wait()
    return TextFile.read(path).split(separator: "\n").first.map(String.init) ?? ""
  }
}
