import Engine
import Glibc
import HTTPFormat
import HTTPServer
import Logging
import Sockets
import Store
import Threading

/// `stripe-mirakl serve`: the HTTP server, the workers and the scheduler, until SIGTERM.
public enum Serve {
  /// Answers in flight get this long; the whole stop stays under the eight seconds of the contract.
  static let drainMs: Int64 = 4_000

  /// - Throws: what keeps it from starting.
  public static func run(_ configuration: Configuration) throws {
    Signals.block()
    raiseDescriptorLimit()
    let application = try Application(configuration)
    let (log, workers) = (application.log, WorkerPool())
    let router = Router(application.routes(onStored: { workers.signal() }))
    let server = try HTTPServer(
      address: configuration.listenAddress, loops: max(1, min(4, processorCount)),
      limits: HTTPLimits(), router: router,
      log: { log.warning("\($0)") })
    try server.start()
    workers.start(application.engine, count: configuration.workers)
    let scheduler = Scheduler(
      application.engine, entries(application, workers), stop: application.stop)
    if configuration.enableScheduler { scheduler.start() }
    log.notice(
      "listening",
      metadata: [
        "address": .string(configuration.listenAddress), "port": .stringConvertible(server.port),
        "version": .string(Version.current),
      ])
    Signals.waitForEnd()
    log.notice("stopping: no new requests, work in hand is finished")
    application.stop.raise()
    // Calls in flight may take longer than we are given. The process ends then all the same: their
    // intents are on disk, and the next start settles them.
    let watchdog = StopWatchdog(afterMs: 7_000)
    server.stop(drainMs: drainMs)
    scheduler.join()
    workers.stopAndJoin()
    application.store.close()
    watchdog.disarm()
    log.notice("stopped")
  }

  private static func entries(
    _ application: Application, _ workers: WorkerPool
  ) -> [Scheduler.Entry] {
    let configuration = application.configuration
    let schedules: [(RunJob.Name, Schedule)] = [
      (.onboarding, configuration.onboardingSchedule),
      (.validation, configuration.validationSchedule),
      (.split, configuration.splitSchedule),
      (.refund, configuration.refundSchedule),
      (.settlement, configuration.settlementSchedule),
      (.events, configuration.eventsSchedule),
      (.kyc, configuration.kycSchedule),
    ]
    return schedules.map { name, schedule in
      Scheduler.Entry(name: name.rawValue, schedule: schedule) {
        _ = try RunJob.pass(name, application)
        workers.signal()
      }
    }
  }

  private static var processorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
}
