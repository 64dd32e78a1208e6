import Glibc
import Testing
import Threading

@Suite("WorkerThread") struct WorkerThreadTests {
  @Test("join returns after the body has run")
  func joins() {
    let ran = Monitor(false)
    WorkerThread(name: "body") { ran.withLock { $0 = true } }.join()
    #expect(ran.withLock { $0 })
  }

  @Test("a thread has its name, cut to what the kernel keeps")
  func isNamed() {
    let name = Monitor("")
    WorkerThread(name: "a-name-of-more-than-15") {
      var buffer = [UInt8](repeating: 0, count: 64)
      let file = open("/proc/thread-self/comm", O_RDONLY)
      let count = read(file, &buffer, buffer.count)
      close(file)
      let bytes = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
      name.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
    }.join()
    #expect(name.withLock { $0 } == "a-name-of-more-")
  }

  @Test("what the body captured is released when it has ended")
  func releases() {
    final class Token: Sendable {}
    weak var token: Token?
    func run() {
      let strong = Token()
      token = strong
      WorkerThread(name: "holder") { _ = strong }.join()
    }
    run()
    #expect(token == nil)
  }
}

@Suite("StopFlag") struct StopFlagTests {
  @Test("raising wakes a waiter long before its time")
  func wakes() {
    let flag = StopFlag()
    let early = Monitor<Bool?>(nil)
    let thread = WorkerThread(name: "waiter") {
      let result = flag.wait(upToMs: 60_000)
      early.withLock { $0 = result }
    }
    #expect(!flag.isRaised)
    flag.raise()
    thread.join()
    #expect(early.withLock { $0 } == true)
    #expect(flag.isRaised)
  }

  @Test("a flag that nobody raises gives false")
  func timesOut() { #expect(!StopFlag().wait(upToMs: 1)) }
}
