import Domain

/// The queue. A job is claimed with a lease and finished only by its holder: a worker that died,
/// or is too slow to be believed, loses it. A job may therefore run twice, at the same time even;
/// that is why money moves through intents.
extension Transaction {
  /// Asks for work. Joins the open job of the same kind and key, if there is one: then it runs at
  /// the earlier of both times, or once more after its present run.
  /// - Parameter runAtMs: Not before this moment.
  public func enqueue(_ kind: Job.Kind, key: String, runAtMs: Int64, nowMs: Int64) throws {
    try run(
      """
      INSERT INTO job (kind, key, state, run_at_ms, created_ms, modified_ms)
      VALUES ($1, $2, 'available', $3, $4, $4)
      ON CONFLICT (kind, key) WHERE state NOT IN ('done', 'dead') DO UPDATE SET
        signals = job.signals + 1,
        state = CASE job.state WHEN 'held' THEN 'available' ELSE job.state END,
        run_at_ms = CASE
          WHEN job.state = 'running' THEN job.run_at_ms
          WHEN job.state = 'held' OR excluded.run_at_ms < job.run_at_ms THEN excluded.run_at_ms
          ELSE job.run_at_ms END,
        again_at_ms = CASE
          WHEN job.state <> 'running' THEN NULL
          WHEN job.again_at_ms < excluded.run_at_ms THEN job.again_at_ms
          ELSE excluded.run_at_ms END,
        modified_ms = excluded.modified_ms
      """, .text(kind.rawValue), .text(key), .integer(runAtMs), .integer(nowMs))
  }

  /// Takes the job that has been due for longest, or nil when none is due.
  ///
  /// One UPDATE inside the one write transaction, so two workers cannot take the same row. An
  /// expired lease counts as due.
  public func claimJob(nowMs: Int64, leaseMs: Int64) throws -> Job? {
    try run(
      """
      UPDATE job SET state = 'running', attempts = attempts + 1, lease = lease + 1,
        lease_until_ms = $2, again_at_ms = NULL, modified_ms = $1
      WHERE id = (SELECT id FROM (
        SELECT * FROM (SELECT id, run_at_ms AS due_ms FROM job
          WHERE state IN ('available', 'waiting') AND run_at_ms <= $1
          ORDER BY run_at_ms, id LIMIT 1) AS ready
        UNION ALL
        SELECT * FROM (SELECT id, lease_until_ms AS due_ms FROM job
          WHERE state = 'running' AND lease_until_ms <= $1
          ORDER BY lease_until_ms, id LIMIT 1) AS expired) AS due
        ORDER BY due_ms, id LIMIT 1)
      RETURNING id, kind, key, attempts, signals, lease
      """, .integer(nowMs), .integer(nowMs + leaseMs)
    ).first.map(Job.init(row:))
  }

  /// Takes every running job from its holder, so that it is due again at once. Only for when no
  /// holder can be alive.
  /// - Returns: how many there were.
  @discardableResult
  public func releaseLeases(nowMs: Int64) throws -> Int {
    try run(
      """
      UPDATE job SET state = 'available', lease = lease + 1, lease_until_ms = NULL,
        again_at_ms = NULL, run_at_ms = $1, modified_ms = $1
      WHERE state = 'running' RETURNING id
      """, .integer(nowMs)
    ).count
  }

  /// Ends the holder's claim.
  ///
  /// A job that was asked for again while it ran is not done: it becomes available again, as new.
  /// After a passing failure it waits for its pause, signals or not: the neighbour may have asked
  /// for the pause.
  /// - Returns: false if the lease was lost; nothing was written, and what the caller found out
  ///   must not be written either.
  public func finishJob(_ job: Job, _ verdict: Verdict, nowMs: Int64) throws -> Bool {
    let rows: [SQLRow]
    switch verdict {
    case .done:
      rows = try run(
        """
        UPDATE job SET lease_until_ms = NULL, again_at_ms = NULL, modified_ms = $4, reason = NULL,
          state = CASE WHEN signals > $3 THEN 'available' ELSE 'done' END,
          attempts = CASE WHEN signals > $3 THEN 0 ELSE attempts END,
          run_at_ms = CASE WHEN signals > $3 THEN COALESCE(again_at_ms, $4) ELSE run_at_ms END
        WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING id
        """, .integer(job.id), .integer(job.lease), .integer(job.signals), .integer(nowMs))
    case .retry(let afterMs, let reason):
      rows = try run(
        """
        UPDATE job SET lease_until_ms = NULL, again_at_ms = NULL, modified_ms = $4, reason = $5,
          state = 'waiting', run_at_ms = $3
        WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING id
        """, .integer(job.id), .integer(job.lease), .integer(nowMs + max(0, afterMs)),
        .integer(nowMs), .text(reason))
    }
    return !rows.isEmpty
  }

  /// The earliest moment at which `claimJob` can return something; nil if nothing waits or runs.
  public func nextJobRunAtMs() throws -> Int64? {
    let rows = try run(
      """
      SELECT MIN(run_at_ms) AS at_ms FROM job WHERE state IN ('available', 'waiting')
      UNION ALL SELECT MIN(lease_until_ms) AS at_ms FROM job WHERE state = 'running'
      """)
    return try rows.compactMap { try $0.int64OrNil("at_ms") }.min()
  }

  /// Jobs that are neither done nor dead.
  public func openJobCount() throws -> Int {
    try run("SELECT COUNT(*) AS n FROM job WHERE state NOT IN ('done', 'dead')")[0].int("n")
  }

  /// How many jobs of each kind are in each state; finished ones until they are deleted.
  public func jobCounts() throws -> [(kind: String, state: String, count: Int)] {
    try run(
      """
      SELECT kind, state, COUNT(*) AS n FROM job GROUP BY kind, state ORDER BY kind, state
      """
    ).map { (try $0.text("kind"), try $0.text("state"), try $0.int("n")) }
  }

  /// Deletes finished jobs that were last touched before the moment.
  /// - Returns: how many, at most `limit`.
  public func deleteFinishedJobs(beforeMs: Int64, limit: Int) throws -> Int {
    try run(
      """
      DELETE FROM job WHERE id IN (SELECT id FROM job
        WHERE state IN ('done', 'dead') AND modified_ms < $1 ORDER BY modified_ms LIMIT $2)
      RETURNING id
      """, .integer(beforeMs), SQLValue(limit)
    ).count
  }
}

extension Job {
  init(row: SQLRow) throws {
    self.init(
      id: try row.int64("id"), kind: try row.word("kind"), key: try row.text("key"),
      attempts: try row.int("attempts"), signals: try row.int64("signals"),
      lease: try row.int64("lease"))
  }
}
