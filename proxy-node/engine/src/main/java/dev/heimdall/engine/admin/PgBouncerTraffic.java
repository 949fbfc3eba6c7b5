package dev.heimdall.engine.admin;

import dev.heimdall.engine.observe.PoolTotals;
import java.time.Duration;
import java.util.function.LongBinaryOperator;

/**
 * The counters of one database as PgBouncer's {@code SHOW STATS} has them, since a time or between
 * two: numbers, bytes, microseconds.
 */
record PgBouncerTraffic(
    long assignments,
    long transactions,
    long queries,
    long received,
    long sent,
    long transactionMicros,
    long queryMicros,
    long waitMicros,
    long serverParses,
    long binds,
    long logins) {
  static final PgBouncerTraffic NONE = new PgBouncerTraffic(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static PgBouncerTraffic of(PoolTotals totals) {
    return new PgBouncerTraffic(
        totals.serverAssignments(),
        totals.transactions(),
        totals.queries(),
        totals.bytesIn(),
        totals.bytesOut(),
        totals.transactionMicros(),
        totals.queryMicros(),
        totals.waitMicros(),
        totals.preparedParses(),
        totals.preparedParses() + totals.preparedHits(),
        totals.logins());
  }

  PgBouncerTraffic plus(PgBouncerTraffic other) {
    return each(other, Long::sum);
  }

  PgBouncerTraffic minus(PgBouncerTraffic before) {
    return each(before, (a, b) -> a - b);
  }

  private PgBouncerTraffic each(PgBouncerTraffic other, LongBinaryOperator how) {
    return new PgBouncerTraffic(
        how.applyAsLong(assignments, other.assignments),
        how.applyAsLong(transactions, other.transactions),
        how.applyAsLong(queries, other.queries),
        how.applyAsLong(received, other.received),
        how.applyAsLong(sent, other.sent),
        how.applyAsLong(transactionMicros, other.transactionMicros),
        how.applyAsLong(queryMicros, other.queryMicros),
        how.applyAsLong(waitMicros, other.waitMicros),
        how.applyAsLong(serverParses, other.serverParses),
        how.applyAsLong(binds, other.binds),
        how.applyAsLong(logins, other.logins));
  }

  /** Counts become those of a second; times those of one transaction, query and assignment. */
  PgBouncerTraffic averages(Duration during) {
    double seconds = Math.max(1, during.toMillis()) / 1000.0;
    return new PgBouncerTraffic(
        (long) (assignments / seconds),
        (long) (transactions / seconds),
        (long) (queries / seconds),
        (long) (received / seconds),
        (long) (sent / seconds),
        transactionMicros / Math.max(1, transactions),
        queryMicros / Math.max(1, queries),
        waitMicros / Math.max(1, assignments),
        (long) (serverParses / seconds),
        (long) (binds / seconds),
        (long) (logins / seconds));
  }
}
