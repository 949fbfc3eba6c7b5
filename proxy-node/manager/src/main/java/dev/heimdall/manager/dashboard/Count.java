package dev.heimdall.manager.dashboard;

/** Counter that nodes keep for a virtual database, by its name in their reports. */
enum Count {
  QUERIES("queries"),
  QUERY_MICROS("queryMicros"),
  /** Answers that clients had, errors of the node's own included. */
  RESPONSES("responses"),
  /** Time that clients waited for these answers, for a server connection and all else. */
  RESPONSE_MICROS("responseMicros"),
  TRANSACTIONS("transactions"),
  TRANSACTION_QUERIES("transactionQueries"),
  READS("reads"),
  WRITES("writes"),
  REPLICA_READS("replicaReads"),
  CACHE_HITS("cacheHits"),
  CACHE_MISSES("cacheMisses"),
  ERRORS("errors"),
  BYTES_IN("bytesIn"),
  BYTES_OUT("bytesOut"),
  LOGINS("logins");

  final String reported;

  Count(String reported) {
    this.reported = reported;
  }
}
