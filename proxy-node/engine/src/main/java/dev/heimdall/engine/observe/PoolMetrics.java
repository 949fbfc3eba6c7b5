package dev.heimdall.engine.observe;

/**
 * The counters of one virtual database, database and user on one event loop. Every method is called
 * on that loop only, none allocates or blocks. Durations are microseconds.
 */
public final class PoolMetrics {
  private final PoolKey key;
  private final Counters counters = new Counters(PoolCounter.values().length);
  private final LatencyHistogram queryTime = new LatencyHistogram();
  private final LatencyHistogram waitTime = new LatencyHistogram();

  PoolMetrics(PoolKey key) {
    this.key = key;
  }

  /** A statement was answered completely, whether with rows or with an error. */
  public void queryFinished(long micros) {
    count(PoolCounter.QUERIES, 1);
    count(PoolCounter.QUERY_MICROS, Math.max(0, micros));
    queryTime.record(micros);
  }

  /** A transaction ended, or a statement outside of one. */
  public void transactionFinished(long micros) {
    count(PoolCounter.TRANSACTIONS, 1);
    count(PoolCounter.TRANSACTION_MICROS, Math.max(0, micros));
  }

  /** A client that had to queue got its server connection. */
  public void waited(long micros) {
    count(PoolCounter.WAITS, 1);
    count(PoolCounter.WAIT_MICROS, Math.max(0, micros));
    waitTime.record(micros);
  }

  /** A client that had to queue got an error instead. */
  public void waitTimedOut(long micros) {
    waited(micros);
    count(PoolCounter.WAIT_TIMEOUTS, 1);
  }

  /** A server connection was given to a client, at once or after waiting. */
  public void serverAssigned() {
    count(PoolCounter.SERVER_ASSIGNMENTS, 1);
  }

  public void bytesFromClient(long bytes) {
    count(PoolCounter.BYTES_IN, bytes);
  }

  public void bytesToClient(long bytes) {
    count(PoolCounter.BYTES_OUT, bytes);
  }

  public void loggedIn() {
    count(PoolCounter.LOGINS, 1);
  }

  /** A log-in of a user that the configuration knows was refused. */
  public void loginFailed() {
    count(PoolCounter.LOGIN_FAILURES, 1);
  }

  /** An error reply went to a client. */
  public void errorSent() {
    count(PoolCounter.ERRORS, 1);
  }

  /** A prepared statement was already known to the server connection. */
  public void preparedHit() {
    count(PoolCounter.PREPARED_HITS, 1);
  }

  /** A prepared statement had to be parsed on the server connection. */
  public void preparedParsed() {
    count(PoolCounter.PREPARED_PARSES, 1);
  }

  /** Session settings were sent to a server connection before the client's statement. */
  public void stateReplayed() {
    count(PoolCounter.STATE_REPLAYS, 1);
  }

  /** A session was pinned to its server connection. */
  public void pinned() {
    count(PoolCounter.PINS, 1);
  }

  /** A cancel request was passed on to a server. */
  public void cancelled() {
    count(PoolCounter.CANCELS, 1);
  }

  PoolKey key() {
    return key;
  }

  long read(PoolCounter counter) {
    return counters.get(counter.ordinal());
  }

  LatencySnapshot queryTimes() {
    return queryTime.snapshot();
  }

  LatencySnapshot waitTimes() {
    return waitTime.snapshot();
  }

  private void count(PoolCounter counter, long amount) {
    counters.add(counter.ordinal(), amount);
  }
}
