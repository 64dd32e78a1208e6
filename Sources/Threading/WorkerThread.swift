import CLinux
import Glibc

/// A joinable POSIX thread with a name that shows in `top -H`.
public final class WorkerThread: @unchecked Sendable {
  private var handle: pthread_t = 0

  /// - Parameter stackBytes: 512 KiB is enough for everything here; the default of 8 MiB would be
  ///   counted against the address space of every worker.
  public init(name: String, stackBytes: Int = 512 * 1_024, _ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(name: name, run: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackBytes)
    let code = pthread_create(
      &handle, &attributes,
      { argument in
        let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
        clinux_name_thread(String(body.name.prefix(15)))
        body.run()
        return nil
      }, box.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "the system gave no thread: \(String(cString: strerror(code)))")
  }

  /// Blocks until the thread has ended. To be called once.
  public func join() { pthread_join(handle, nil) }

  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void
    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }
}

/// A flag that stops loops, and wakes those that wait.
public final class StopFlag: Sendable {
  private let raised = Monitor(false)
  public init() {}
  public var isRaised: Bool { raised.withLock { $0 } }
  public func raise() { raised.update { $0 = true } }
  /// Returns early, with true, when the flag is raised.
  public func wait(upToMs milliseconds: Int64) -> Bool {
    raised.wait(upToMs: milliseconds) { $0 ? true : nil } ?? false
  }
}
