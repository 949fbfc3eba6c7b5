package dev.heimdall.engine.observe;

/**
 * The counters of one virtual database, database and user on one event loop. Every method is called
 * on that loop only, none allocates or blocks. Durations are microseconds.
 */
public final class PoolMetrics {
  private final TrafficLabels key;
  private final Counters counters = new Counters(PoolCounter.values().length);
  private final Counters unshared = new Counters(Unshared.values().length);
  private final Counters uncached = new Counters(Uncached.values().length);
  private final Counters onWriter = new Counters(OnWriter.values().length);
  private final Counters unreplayed = new Counters(Unreplayed.values().length);
  private final LatencyHistogram queryTime = new LatencyHistogram();
  private final LatencyHistogram waitTime = new LatencyHistogram();
  private final LatencyHistogram responseTime = new LatencyHistogram();

  PoolMetrics(TrafficLabels key) {
    this.key = key;
  }

  /**
   * A statement was answered completely, whether with rows or with an error.
   *
   * @param micros how long the server took; 0 where none was asked
   * @param response how long its client waited, for a server connection and all else included
   */
  public void queryFinished(long micros, long response) {
    count(PoolCounter.QUERIES, 1);
    count(PoolCounter.QUERY_MICROS, Math.max(0, micros));
    queryTime.record(micros);
    responded(Math.max(micros, response));
  }

  /**
   * A statement was answered with an error of the node's own, and no server has seen it.
   *
   * @param response how long its client waited
   */
  public void refused(long response) {
    errorSent();
    responded(response);
  }

  private void responded(long micros) {
    count(PoolCounter.RESPONSES, 1);
    count(PoolCounter.RESPONSE_MICROS, Math.max(0, micros));
    responseTime.record(micros);
  }

  /** A statement was answered that was part of a transaction. */
  public void queryInTransaction() {
    count(PoolCounter.TRANSACTION_QUERIES, 1);
  }

  /** A statement was sent that only reads. */
  public void readSent() {
    count(PoolCounter.READS, 1);
  }

  /** A statement was sent that writes or locks, or may. */
  public void writeSent() {
    count(PoolCounter.WRITES, 1);
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

  /** A server did not end a statement that was cancelled for a time limit. */
  public void cancelIgnored() {
    count(PoolCounter.CANCELS_IGNORED, 1);
  }

  /** A client was ended that accepted nothing of a reply. */
  public void unread() {
    count(PoolCounter.CLIENTS_UNREAD, 1);
  }

  /**
   * A statement was put into the pipeline of a shared connection.
   *
   * @param behind whether others were in it
   */
  public void pipelined(boolean behind) {
    count(PoolCounter.PIPELINED, 1);
    if (behind) {
      count(PoolCounter.PIPELINE_QUEUED, 1);
    }
  }

  /** A statement in the pipeline of a shared connection is run again elsewhere. */
  public void pipelineRepeated() {
    count(PoolCounter.PIPELINE_REPEATED, 1);
  }

  /** A statement got a connection of its own, though statements may share one. */
  public void unshared(Unshared reason) {
    unshared.add(reason.ordinal(), 1);
  }

  /** A statement was looked for in the cache. */
  public void cached(boolean hit) {
    count(hit ? PoolCounter.CACHE_HITS : PoolCounter.CACHE_MISSES, 1);
  }

  /** A statement that a rule wants cached is not. */
  public void uncached(Uncached reason) {
    uncached.add(reason.ordinal(), 1);
  }

  /** A read was sent to a replica. */
  public void readOnReplica() {
    count(PoolCounter.REPLICA_READS, 1);
  }

  /** A replica did not answer a read that it was sent. */
  public void replicaFailed() {
    count(PoolCounter.REPLICA_FAILURES, 1);
  }

  /** It may miss more than the consistency allows, because there is no writer. */
  public void readStale() {
    count(PoolCounter.STALE_READS, 1);
  }

  /** A read waits for a replica to be far enough. */
  public void replicaAwaited() {
    count(PoolCounter.REPLICA_WAITS, 1);
  }

  /** A read was sent to the writer, though reads may go to replicas. */
  public void readOnWriter(OnWriter reason) {
    onWriter.add(reason.ordinal(), 1);
  }

  /** A transaction whose server was lost was run again, and its client has not noticed. */
  public void transactionReplayed() {
    count(PoolCounter.TRANSACTIONS_REPLAYED, 1);
  }

  /** A transaction was lost with its server, though transactions are to be run again. */
  public void transactionUnreplayed(Unreplayed reason) {
    unreplayed.add(reason.ordinal(), 1);
  }

  TrafficLabels key() {
    return key;
  }

  long read(PoolCounter counter) {
    return counters.get(counter.ordinal());
  }

  long read(Unshared reason) {
    return unshared.get(reason.ordinal());
  }

  long read(Uncached reason) {
    return uncached.get(reason.ordinal());
  }

  long read(OnWriter reason) {
    return onWriter.get(reason.ordinal());
  }

  long read(Unreplayed reason) {
    return unreplayed.get(reason.ordinal());
  }

  LatencySnapshot queryTimes() {
    return queryTime.snapshot();
  }

  LatencySnapshot waitTimes() {
    return waitTime.snapshot();
  }

  LatencySnapshot responseTimes() {
    return responseTime.snapshot();
  }

  private void count(PoolCounter counter, long amount) {
    counters.add(counter.ordinal(), amount);
  }
}
