import Glibc

/// Waits for signals on one thread instead of interrupting any.
public enum Signals {
  public enum Wish: Sendable, Hashable {
    /// SIGTERM or SIGINT.
    case end
    /// SIGHUP: read again what may be changed while the program runs.
    case reload
  }

  /// To be called before the first thread is started: threads inherit the mask.
  public static func block() {
    var set = Self.handled()
    pthread_sigmask(SIG_BLOCK, &set, nil)
    ignoreBrokenPipes()
  }

  /// A peer that went away is an error of the write, not the end of the program.
  public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Blocks until the program is asked for something.
  public static func wait() -> Wish {
    var set = Self.handled()
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
    return number == SIGHUP ? .reload : .end
  }

  private static func handled() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGHUP)
    return set
  }
}
