extension Migrations {
  /// Who may use the operator's API, and what was answered to a request that may come again.
  static let operators = [
    // Only the hash is kept: 256 random bits need no salt and no slow hash. Revoked ones stay, so
    // that the audit's names keep their meaning.
    """
    CREATE TABLE api_token (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL CONSTRAINT api_token_name_length CHECK (length(name) BETWEEN 1 AND 100),
      scope TEXT NOT NULL CONSTRAINT api_token_scope CHECK (scope IN ('read', 'operate', 'admin')),
      hash TEXT NOT NULL CONSTRAINT api_token_hash UNIQUE
        CONSTRAINT api_token_hash_length CHECK (length(hash) = 64),
      created_ms INTEGER NOT NULL,
      last_used_ms INTEGER,
      revoked_ms INTEGER
    ) STRICT
    """,
    "CREATE UNIQUE INDEX api_token_name ON api_token (name) WHERE revoked_ms IS NULL",
    """
    CREATE TRIGGER api_token_only_ends BEFORE UPDATE ON api_token
    WHEN NEW.name <> OLD.name OR NEW.scope <> OLD.scope OR NEW.hash <> OLD.hash
      OR (OLD.revoked_ms IS NOT NULL AND NEW.revoked_ms IS NOT OLD.revoked_ms)
    BEGIN SELECT RAISE(ABORT, 'api_token_only_ends'); END
    """,
    // Answers by `Idempotency-Key`, written in the transaction of what they answer for.
    """
    CREATE TABLE api_answer (
      actor TEXT NOT NULL,
      key TEXT NOT NULL CONSTRAINT api_answer_key_length CHECK (length(key) BETWEEN 1 AND 255),
      fingerprint TEXT NOT NULL,
      status INTEGER NOT NULL CONSTRAINT api_answer_status CHECK (status BETWEEN 200 AND 499),
      body TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      CONSTRAINT api_answer_once PRIMARY KEY (actor, key)
    ) STRICT
    """,
    "CREATE INDEX api_answer_age ON api_answer (at_ms)",
  ]
}
