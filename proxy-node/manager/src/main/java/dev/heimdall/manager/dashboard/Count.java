package dev.heimdall.manager.dashboard;

/** What nodes count of a virtual database, by the names that their reports have. */
enum Count {
  QUERIES("queries"),
  QUERY_MICROS("queryMicros"),
  WAIT_MICROS("waitMicros"),
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
