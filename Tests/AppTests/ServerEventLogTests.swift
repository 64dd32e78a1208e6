import HTTPServer
import TestSupport
import Testing
import Threading

@testable import App

@Suite struct ServerEventLogTests {
  private static let refusal = ServerEvent.refused(
    status: 400, reason: "bare CR", remoteAddress: "203.0.113.7")

  @Test("a flood of bad requests is no flood of lines, and what was dropped is counted")
  func bounds() {
    let captured = CapturedLog()
    let nowMs = Monitor<Int64>(5_000)
    let log = ServerEventLog(captured.logger, nowMs: { nowMs.withLock { $0 } })
    for _ in 0..<1_000 { log.report(Self.refusal) }
    #expect(captured.lines.count == ServerEventLog.linesPerSecondMax)
    nowMs.withLock { $0 = 6_000 }
    log.report(Self.refusal)
    log.report(Self.refusal)
    #expect(captured.lines.count == ServerEventLog.linesPerSecondMax + 2)
    let told = captured.lines.filter { $0.contains("dropped_lines") }
    #expect(told.count == 1)
    #expect(told.first?.contains("990") == true)
  }

  @Test(
    "each event is told with the address it came from",
    arguments: [
      (refusal, "request refused with 400: bare CR", "203.0.113.7"),
      (.tlsFailed(reason: "no shared cipher", remoteAddress: "::1"), "no shared cipher", "::1"),
      (.tooManyConnections(remoteAddress: "::1"), "too many connections", "::1"),
      (.acceptPaused(reason: "accept: Too many open files"), "Too many open files", ""),
      (.faultyResponse("status(700)"), "status(700)", ""),
      (.threadsLeftBehind(2), "2 requests were still at work", ""),
    ])
  func tells(_ event: ServerEvent, _ message: String, _ address: String) {
    let captured = CapturedLog()
    ServerEventLog(captured.logger, nowMs: { 0 }).report(event)
    #expect(captured.lines.count == 1)
    #expect(captured.text.contains(message))
    #expect(captured.text.contains(address) || address.isEmpty)
  }
}
