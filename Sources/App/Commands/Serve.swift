import Domain
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
    // Before anything else may take one of their numbers.
    let inherited = try InheritedListeners.take()
    let descriptors = raiseDescriptorLimit()
    let application = try Application(configuration)
    let (log, workers) = (application.log, WorkerPool())
    let router = Router(application.routes(onStored: { workers.signal() }))
    let certificate = configuration.server.tls.map { files in
      CertificateSource(
        files: files, host: configuration.onboarding.links.host, clock: application.clock, log: log)
    }
    let events = ServerEventLog(log)
    let server = try HTTPServer(
      address: configuration.listenAddress, inherited: inherited,
      loops: max(1, min(4, processorCount)),
      limits: limits(configuration, descriptors: Int(clamping: descriptors)), router: router,
      tls: try certificate?.load(), proxies: TrustedProxies(configuration.server.proxies),
      log: { events.report($0) })
    try server.start()
    workers.start(application.engine, count: configuration.workers)
    let watch = StoreWatch(application)
    let scheduler = Scheduler(
      application.engine, entries(application, workers), stop: application.stop)
    if configuration.enableScheduler { scheduler.start() }
    log.notice(
      "listening",
      metadata: [
        "address": .string(inherited.isEmpty ? configuration.listenAddress : "inherited"),
        "port": .stringConvertible(server.port), "tls": .stringConvertible(certificate != nil),
        "version": .string(Version.current),
      ])
    while Signals.wait() == .reload {
      guard let certificate else {
        log.notice("SIGHUP: there is no certificate to read again")
        continue
      }
      if let context = certificate.reload() { server.replaceCertificate(by: context) }
    }
    log.notice("stopping: no new requests, work in hand is finished")
    application.stop.raise()
    // Calls in flight may take longer than we are given. The process ends then all the same: their
    // intents are on disk, and the next start settles them.
    let watchdog = StopWatchdog(afterMs: 7_000)
    server.stop(drainMs: drainMs)
    scheduler.join()
    watch.join()
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

  /// As many connections as there are descriptors for, with some left for the database, for calls
  /// and for what is being accepted: a server that runs out of them cannot store what it accepted.
  static func limits(_ configuration: Configuration, descriptors: Int) -> HTTPLimits {
    var limits = HTTPLimits()
    let room = descriptors - 64 - 2 * configuration.workers
    limits.connectionsMax = max(16, min(limits.connectionsMax, room))
    limits.connectionsPerAddressMax = min(limits.connectionsPerAddressMax, limits.connectionsMax)
    return limits
  }

  private static var processorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
}
