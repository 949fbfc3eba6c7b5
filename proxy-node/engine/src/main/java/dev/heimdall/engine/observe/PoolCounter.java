package dev.heimdall.engine.observe;

/** Counters for each virtual database, database and user. */
enum PoolCounter {
  TRANSACTIONS("heimdall.transactions", null, "Transactions finished, one-statement ones included"),
  TRANSACTION_MICROS(
      "heimdall.transaction.time", "seconds", "Time spent in transactions, idle time included"),
  QUERIES("heimdall.queries", null, "Statements answered"),
  QUERY_MICROS(
      "heimdall.query.time",
      "seconds",
      "Time from a statement's being sent to a server to its last reply byte"),
  RESPONSES("heimdall.responses", null, "Statements answered, refused ones included"),
  RESPONSE_MICROS(
      "heimdall.response.time",
      "seconds",
      "Time from a statement's arrival to its last reply byte, all waits included"),
  WAITS("heimdall.pool.waits", null, "Statements that had to wait for a server connection"),
  WAIT_MICROS("heimdall.pool.wait.time", "seconds", "Time spent waiting for a server connection"),
  WAIT_TIMEOUTS("heimdall.pool.wait.timeouts", null, "Waits that ended in an error"),
  SERVER_ASSIGNMENTS(
      "heimdall.server.assignments", null, "Times a server connection was given to a client"),
  BYTES_IN("heimdall.client.received", "bytes", "Bytes received from clients"),
  BYTES_OUT("heimdall.client.sent", "bytes", "Bytes sent to clients"),
  LOGINS("heimdall.logins", null, "Clients that logged in"),
  LOGIN_FAILURES("heimdall.login.failures", null, "Rejected log-ins of a known user"),
  ERRORS("heimdall.errors", null, "Error replies sent to clients, the servers' and the node's own"),
  PREPARED_HITS(
      "heimdall.prepared.hits", null, "Prepared statements found on the server connection"),
  PREPARED_PARSES(
      "heimdall.prepared.parses", null, "Prepared statements parsed on a server connection"),
  STATE_REPLAYS("heimdall.state.replays", null, "Times session settings were replayed on a server"),
  PINS("heimdall.pins", null, "Times a session was pinned to its server connection"),
  CANCELS("heimdall.cancels", null, "Cancel requests passed on to a server"),
  CANCELS_IGNORED(
      "heimdall.cancels.ignored",
      null,
      "Server connections closed because a statement did not end when a time limit cancelled it"),
  CLIENTS_UNREAD(
      "heimdall.clients.unread",
      null,
      "Clients closed because they accepted nothing of a reply for too long"),
  PIPELINED("heimdall.pipelined", null, "Statements sent over a connection that others share"),
  PIPELINE_QUEUED(
      "heimdall.pipelined.queued", null, "Of the pipelined statements, those behind another"),
  PIPELINE_REPEATED(
      "heimdall.pipelined.repeated",
      null,
      "Pipelined reads run again elsewhere, because of a slow statement or a lost connection"),
  CACHE_HITS("heimdall.query.cache.hits", null, "Statements answered from the query cache"),
  CACHE_MISSES(
      "heimdall.query.cache.misses",
      null,
      "Statements that were looked for in the query cache and not found"),
  REPLICA_READS("heimdall.replica.reads", null, "Reads sent to replicas of a cluster"),
  REPLICA_FAILURES(
      "heimdall.replica.failures", null, "Of the reads sent to replicas, those not answered there"),
  REPLICA_WAITS("heimdall.replica.waits", null, "Reads that waited for a replica to be far enough"),
  STALE_READS(
      "heimdall.stale.reads",
      null,
      "Of the reads sent to replicas, those that may miss the end of what a lost writer wrote"),
  TRANSACTION_QUERIES(
      "heimdall.transaction.queries", null, "Of the statements answered, those in transactions"),
  READS("heimdall.reads", null, "Statements sent to servers that only read"),
  WRITES("heimdall.writes", null, "Statements sent to servers that write or lock, or may"),
  TRANSACTIONS_REPLAYED(
      "heimdall.transactions.replayed",
      null,
      "Transactions that were run again when their server was lost, unnoticed by their clients");

  final String meter;
  final String unit;
  final String description;

  PoolCounter(String meter, String unit, String description) {
    this.meter = meter;
    this.unit = unit;
    this.description = description;
  }

  /** Factor that converts the stored number into the meter's unit. */
  double scale() {
    return "seconds".equals(unit) ? 1e-6 : 1;
  }
}
