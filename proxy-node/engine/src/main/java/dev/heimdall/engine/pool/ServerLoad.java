package dev.heimdall.engine.pool;

import dev.heimdall.engine.prepared.HeldStatements;
import dev.heimdall.engine.wire.ServerError;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Use of one server by all pools of the node, and the server's capacity for all its clients.
 * Thread-safe.
 */
final class ServerLoad {
  private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Interval where half of the server's capacity is in use: the connections of other clients matter
   * soon.
   */
  private static final long BUSY_READ_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long CROWDED_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long NEVER = Long.MIN_VALUE;

  /** After so many connections that were lost over one query it is not the server's bad luck. */
  private static final int MOST_LOST = 3;

  /** Classes of errors that say nothing of what a server can answer. */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "57", "58");

  /** The part of what the server takes that stays free as long as idle connections can go. */
  private static final int SPARE_PART = 20;

  private static final int LEAST_SPARE = 2;

  private final HeldStatements held = new HeldStatements();
  private final boolean reads;
  private final AtomicInteger own = new AtomicInteger();
  private final AtomicLong lastRead = new AtomicLong(NEVER);
  private final AtomicLong lastCrowded = new AtomicLong(NEVER);

  /** True if the server cannot answer the query for all of its limits. */
  private volatile boolean statementsOnly;

  /** Connections that were lost over that query since the server has answered it. */
  private final AtomicInteger lostOverQuery = new AtomicInteger();

  private volatile int limit;

  /** Connections that were not the pools' when the server reported its limit last. */
  private volatile int others;

  /**
   * @param reads whether the server is queried for its limits
   */
  ServerLoad(boolean reads) {
    this.reads = reads;
  }

  /** Prepared statements that all connections hold there. */
  HeldStatements held() {
    return held;
  }

  /** A connection is about to be made. */
  void entered() {
    own.incrementAndGet();
  }

  /**
   * A connection has ended, or was not made.
   *
   * @return how many are left
   */
  int left() {
    return own.decrementAndGet();
  }

  /** Connections of the node's pools, those that are being made included. */
  int own() {
    return own.get();
  }

  /**
   * True if the server is to be queried for its limits, which its administrator may have changed.
   * Says so to one connection at a time.
   *
   * @param now by the clock of the loops
   */
  boolean readsLimits(long now) {
    return reads
        && due(lastRead, now, limit > 0 && 2 * used() >= limit ? BUSY_READ_NANOS : READ_NANOS);
  }

  /**
   * True if it is time to have others of the node make room at the server. Says so to one at a
   * time.
   *
   * @param now by the clock of the loops
   */
  boolean crowds(long now) {
    return due(lastCrowded, now, CROWDED_NANOS);
  }

  private static boolean due(AtomicLong last, long now, long interval) {
    long at = last.get();
    return (at == NEVER || now - at >= interval) && last.compareAndSet(at, now);
  }

  /** True if only the limit of prepared statements can be read. */
  boolean statementsOnly() {
    return statementsOnly;
  }

  /**
   * A connection was lost over the query for all of its limits. A server that is stopped, or whose
   * writer moves, does that once or twice; one that does it each time cannot bear the query.
   */
  void lostOverQuery() {
    if (lostOverQuery.incrementAndGet() >= MOST_LOST) {
      statementsOnly = true;
    }
  }

  /**
   * The server has answered that query with an error: it is of another kind, or the user has not
   * the usual rights, unless it is about to stop or has no room.
   */
  void rejectedQuery(ServerError error) {
    String state = error.sqlState();
    if (PASSING.stream().noneMatch(state::startsWith)) {
      statementsOnly = true;
    }
  }

  /**
   * The server has reported what it takes.
   *
   * @param connections that ordinary users may have
   * @param open connections that it has now, of all its clients
   */
  void reported(int connections, int open) {
    lostOverQuery.set(0);
    others = Math.max(0, open - own.get());
    limit = connections;
  }

  /** Connections that the server lets ordinary users have; 0 where that is not known. */
  int limit() {
    return limit;
  }

  /** True if one more connection would take what is to stay free. */
  boolean nearlyFull() {
    int most = limit;
    return most > 0 && used() >= most - Math.max(LEAST_SPARE, most / SPARE_PART);
  }

  private int used() {
    return others + own.get();
  }
}
