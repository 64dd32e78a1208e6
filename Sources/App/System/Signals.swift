import Glibc

/// Waits for SIGTERM or SIGINT on one thread instead of interrupting any.
public enum Signals {
  /// To be called before the first thread is started: threads inherit the mask.
  public static func block() {
    var set = Self.ending()
    pthread_sigmask(SIG_BLOCK, &set, nil)
    ignoreBrokenPipes()
  }

  /// A peer that went away is an error of the write, not the end of the program.
  public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Blocks until the program is asked to end.
  public static func waitForEnd() {
    var set = Self.ending()
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
  }

  private static func ending() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    return set
  }
}
