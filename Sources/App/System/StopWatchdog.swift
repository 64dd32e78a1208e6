import Glibc
import Threading

/// Ends the process with status 0 if stopping takes too long.
///
/// Safe at any moment: what must survive is on disk before it is acted upon (Q2).
final class StopWatchdog: Sendable {
  private let disarmed = StopFlag()
  private let thread: WorkerThread

  init(afterMs: Int64) {
    let disarmed = disarmed
    thread = WorkerThread(name: "stop-watchdog") {
      if !disarmed.wait(upToMs: afterMs) { _exit(0) }
    }
  }

  func disarm() {
    disarmed.raise()
    thread.join()
  }
}
