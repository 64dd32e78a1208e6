import FoundationEssentials
import Glibc

/// The measurements of `bench ingest`. What is compared is measured in turns, in one run.
struct IngestBench {
  private let options: IngestCommand
  private let folder: String
  private let server: String
  var report: Report

  /// A repetition takes at most this many events: their signatures are computed before.
  private static let perSecondMax = 90_000

  init(_ options: IngestCommand, folder: String) throws {
    self.options = options
    self.folder = folder
    server = try WorkFolder.sibling("stripe-mirakl")
    report = Report(
      command: "bench ingest", machine: Machine(server: server, folder: folder))
    print(report.machine.text)
  }

  private var forMs: Int64 { Int64(options.milliseconds) }

  private func open(_ name: String) throws -> ServerProcess {
    try ServerProcess(
      executable: server, folder: folder, databasePath: "\(folder)/\(name).db")
  }

  private func remove(_ name: String) {
    for suffix in ["", "-wal", "-shm", "-lock"] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name).db\(suffix)")
    }
  }

  // MARK: - Load

  /// What the repetitions of one number of connections gave.
  private struct Series {
    var nginx: [Double] = []
    var rates: [Double] = []
    var p50: [Double] = []
    var p99: [Double] = []
    var cpuUs: [Double] = []
    var syncUs: [Double] = []
  }

  mutating func measureLoad() throws {
    let nginx = try NginxProcess(folder: folder)
    defer { nginx.stop() }
    let server = try open("load")
    let probe = try SyncProbe(folder: folder)
    let feed = EventFeed(secret: ServerProcess.secret)
    for connections in options.connections {
      var series = Series()
      for _ in 0..<options.repetitions {
        series.syncUs.append(Double(try probe.run(count: 200).percentile(0.5)) / 1_000)
        feed.prepare(sizeOfRound)
        // nginx takes the same bytes; it keeps none, so they are not used up.
        let ceiling = try LoadGenerator(port: nginx.port, connections: connections, feed: feed)
        series.nginx.append(
          try ceiling.run(first: feed.count - sizeOfRound, forMs: forMs).round.perSecond)
        try measure(server, connections, feed, &series)
      }
      add(series, connections)
    }
    report.add(
      "log of the database", Double(server.logBytes) / 1e6, "MB", "after all of these",
      .atMost(16))
    try server.stop()
    try verify("load", feed, server.databasePath)
    try audit(feed)
    remove("load")
  }

  private var sizeOfRound: Int { Self.perSecondMax * options.milliseconds / 1_000 }

  /// One repetition. The events that were not sent are given back.
  private func measure(
    _ server: ServerProcess, _ connections: Int, _ feed: EventFeed, _ series: inout Series
  ) throws {
    let load = try LoadGenerator(port: server.port, connections: connections, feed: feed)
    let before = server.usage
    let (round, end) = try load.run(first: feed.count - sizeOfRound, forMs: forMs)
    let after = server.usage
    guard round.failures == 0 else { throw BenchFailure("\(round.failures) answers were not 200") }
    feed.giveBack(from: end)
    series.rates.append(round.perSecond)
    series.p50.append(round.latencyUs(0.5))
    series.p99.append(round.latencyUs(0.99))
    series.cpuUs.append(
      Double(after.cpuMs - before.cpuMs) * 1_000 / Double(max(1, round.latenciesNs.count)))
  }

  private mutating func add(_ series: Series, _ connections: Int) {
    let name = "\(connections) connection\(connections == 1 ? "" : "s")"
    let (rate, nginx, sync) = (series.rates.median, series.nginx.median, series.syncUs.median)
    report.add("\(name): events", rate, "/s", "nginx \(Report.format(nginx)) /s")
    report.add(
      "\(name): of nginx", rate / nginx, "", "", connections >= 64 ? .atLeast(0.33) : nil)
    report.add("\(name): p50", series.p50.median / 1_000, "ms")
    report.add(
      "\(name): p99", series.p99.median / 1_000, "ms", "checkpoints included",
      connections == 64 ? .atMost(5) : nil)
    report.add(
      "\(name): processor per event", series.cpuUs.median, "µs", "",
      connections == 64 ? .atMost(24) : nil)
    guard connections == 1 else { return }
    report.add(
      "1 connection: p50 in syncs", series.p50.median / sync, "",
      "one fdatasync takes \(Report.format(sync / 1_000)) ms", .atMost(2))
  }

  private mutating func verify(_ name: String, _ feed: EventFeed, _ path: String) throws {
    let stored = try StoredEvents(path: path)
    defer { stored.close() }
    try stored.verify(acknowledged: 0..<feed.count)
    report.add(
      "\(name): lost or stored twice", 0, "events",
      "of \(Report.format(Double(feed.count))) acknowledged", .atMost(0))
  }

  /// Looks each event up at the moment of its answer, from another process: is it committed?
  private mutating func audit(_ feed: EventFeed) throws {
    let server = try open("audit")
    let stored = try StoredEvents(path: server.databasePath)
    defer { stored.close() }
    let first = feed.count
    feed.prepare(2_000)
    let load = try LoadGenerator(port: server.port, connections: 16, feed: feed)
    var (seen, early) = (0, 0)
    load.onAnswer = { number in
      seen += 1
      if try !stored.holds(EventFeed.id(number)) { early += 1 }
    }
    _ = try load.run(first: first, forMs: 30_000)
    try server.stop()
    report.add(
      "answered before the commit", Double(early), "events",
      "of \(seen), each looked up at its answer", .atMost(0))
    remove("audit")
  }

  // MARK: - Health

  mutating func measureHealth() throws {
    let nginx = try NginxProcess(folder: folder)
    defer { nginx.stop() }
    let server = try open("health")
    let feed = ConstantFeed("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    var (ours, theirs): ([Double], [Double]) = ([], [])
    for _ in 0..<options.repetitions {
      for (port, isOurs) in [(nginx.port, false), (server.port, true)] {
        let load = try LoadGenerator(port: port, connections: 64, feed: feed)
        let round = try load.run(forMs: forMs).round
        guard round.failures == 0 else { throw BenchFailure("an answer was not 200") }
        if isOurs { ours.append(round.perSecond) } else { theirs.append(round.perSecond) }
      }
    }
    try server.stop()
    remove("health")
    report.add(
      "GET /health, 64 connections", ours.median, "/s",
      "nginx \(Report.format(theirs.median)) /s")
    report.add("GET /health: of nginx", ours.median / theirs.median, "", "", .atLeast(0.85))
  }

  // MARK: - Start and memory

  mutating func measureStart() throws {
    var (first, empty): ([Double], [Double]) = ([], [])
    for _ in 0..<max(3, options.repetitions) {
      remove("start")
      for isFirst in [true, false] {
        let server = try open("start")
        if isFirst {
          first.append(Double(server.startNs) / 1e6)
        } else {
          empty.append(Double(server.startNs) / 1e6)
        }
        try server.stop()
      }
    }
    report.add("start, no database yet", first.median, "ms", "to the first answer")
    report.add(
      "start, empty store", empty.median, "ms", "to the first answer", .atMost(20))
    try StoredEvents(path: "\(folder)/start.db").filled(
      options.history, bytes: options.historyBytes)
    var full: [Double] = []
    for _ in 0..<max(3, options.repetitions) {
      let server = try open("start")
      full.append(Double(server.startNs) / 1e6)
      try server.stop()
    }
    report.add(
      "start, \(Report.format(Double(options.history))) events", full.median, "ms",
      "to the first answer", .atMost(100))
    remove("start")
  }

  mutating func measureMemory() throws {
    let server = try open("memory")
    usleep(300_000)
    report.add(
      "memory, idle", Double(server.usage.residentBytes) / 1e6, "MB", "resident", .atMost(20))
    let feed = EventFeed(secret: ServerProcess.secret)
    let load = try LoadGenerator(port: server.port, connections: 64, feed: feed)
    while feed.count < options.memoryEvents {
      let first = feed.count
      feed.prepare(min(50_000, options.memoryEvents - feed.count))
      _ = try load.run(first: first, forMs: 60_000)
    }
    report.add(
      "memory, \(Report.format(Double(feed.count))) events",
      Double(server.usage.residentBytes) / 1e6,
      "MB", "resident, 64 connections", .atMost(45))
    try server.stop()
    try verify("memory", feed, server.databasePath)
    remove("memory")
  }

  // MARK: - A long history

  /// Turns of both stores, each with a server of its own.
  mutating func measureBigStore() throws {
    try StoredEvents(path: "\(folder)/big.db").filled(
      options.bigHistory, bytes: options.historyBytes)
    let servers = [try open("none"), try open("big")]
    let feed = EventFeed(secret: ServerProcess.secret)
    var rates: [[Double]] = [[], []]
    for _ in 0..<options.repetitions {
      for (index, server) in servers.enumerated() {
        var series = Series()
        feed.prepare(sizeOfRound)
        try measure(server, 64, feed, &series)
        rates[index] += series.rates
      }
    }
    let history = Report.format(Double(options.bigHistory))
    report.add(
      "64 connections, \(history) events: of none", rates[1].median / rates[0].median, "",
      "\(Report.format(rates[1].median)) and \(Report.format(rates[0].median)) /s", .atLeast(0.9))
    for server in servers { try server.stop() }
    remove("none")
    remove("big")
  }
}

extension StoredEvents {
  /// Fills it and closes it.
  fileprivate func filled(_ count: Int, bytes: Int) throws {
    defer { close() }
    try fill(count: count, payloadBytes: bytes)
  }
}
