package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.UnitPosition;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.wire.TransactionState;
import java.util.ArrayDeque;

/**
 * The replies that a session's client waits for: how many groups of messages are not answered, for
 * how long, and the command tags that the node gives in the place of the server.
 */
public final class PendingReplies implements UnitPosition {
  private final SessionState carried;
  private final CarriedSettings settings;
  private final ClientTransaction transaction;
  private final ReplicaChoice replicas;
  private final ServerLease lease;
  private final PoolMetrics counters;
  private final LoopContext loop;
  private final FlushedReplies flushed = new FlushedReplies();
  private ArrayDeque<Promise> knownTags;
  private int outstanding;
  private long statementSince;

  /** From when the time limit of what runs, or waits to, counts. */
  private long limitedSince;

  /** True if a statement waits that has not been sent, and its time counts. */
  private boolean queued;

  /**
   * True if the client is amid a batch of which all that was sent is answered, and needs no server
   * connection before it sends more: a fact beside where its lease stands.
   */
  private boolean restAwaited;

  private boolean overdueReported;
  private long statements;
  private long lastActivity;

  /** From when the client waits for the next answer. */
  private long awaitedSince;

  /** The command tag of a statement in a group that is answered without having been carried out. */
  private record Promise(long group, String tag) {}

  public PendingReplies(SessionContext session) {
    this.carried = session.carried();
    this.settings = carried.settings();
    this.transaction = session.transaction();
    this.replicas = session.replicas();
    this.lease = session.lease();
    this.counters = session.counters();
    this.loop = session.loop();
    this.lastActivity = loop.now();
    this.awaitedSince = lastActivity;
  }

  @Override
  public int outstanding() {
    return outstanding;
  }

  @Override
  public boolean autocommits() {
    return settings.autocommits();
  }

  @Override
  public long sent() {
    return carried.sent();
  }

  @Override
  public long done() {
    return carried.done();
  }

  @Override
  public boolean unitOpen() {
    ServerConnection server = lease.server();
    return server != null && server.groupOpen();
  }

  @Override
  public TransactionState status() {
    return transaction.status();
  }

  @Override
  public boolean away() {
    return replicas.away();
  }

  @Override
  public boolean closed() {
    return lease.closed();
  }

  /** True if the client waits for a reply. */
  public boolean awaited() {
    ServerConnection server = lease.server();
    return outstanding > 0 || (server != null && server.flushed() > 0);
  }

  // ---- times

  /** The client sent something or was answered; returns when. */
  public long active() {
    lastActivity = loop.now();
    return lastActivity;
  }

  /** The client sends something, and nothing that it sent before is left to be handled. */
  public void asked() {
    if (outstanding == 0) {
      awaitedSince = lastActivity;
    }
  }

  /**
   * A statement is answered.
   *
   * @return how many microseconds its client has waited, since it was sent or, behind another one,
   *     since that was answered
   */
  public long responded() {
    long now = loop.now();
    long since = awaitedSince;
    awaitedSince = now;
    return (now - since) / 1000;
  }

  /** A statement is answered with an error of the node's own, in the place of a server. */
  public void refused() {
    counters.refused(responded());
  }

  /** Time of the last activity. */
  public long lastActivity() {
    return lastActivity;
  }

  /**
   * True if what runs, or waits to, takes longer than this; reported once for each run of
   * statements.
   *
   * @param waits whether a statement waits for something of the node's before it is sent
   */
  public boolean overdue(long now, long nanos, boolean waits) {
    boolean runs = outstanding > 0 || lease.resending().pending();
    if (!runs && !waits) {
      queued = false;
      return flushed.overdue(lease.server(), lastActivity, now, nanos);
    }
    if (!runs) {
      queue(now);
    }
    boolean overdue = !overdueReported && now - limitedSince > nanos;
    overdueReported |= overdue;
    return overdue;
  }

  /** The time of a statement counts from when it began to wait, or from when that was seen. */
  private void queue(long now) {
    if (queued && lastActivity - limitedSince <= 0) {
      return;
    }
    queued = true;
    limitedSince = now - lease.waiting().nanos();
    overdueReported = false;
  }

  // ---- what is sent

  /**
   * A group of messages was sent that will be answered.
   *
   * @return whether nothing was to be answered before
   */
  public boolean groupSent() {
    restAwaited = false;
    boolean first = outstanding++ == 0;
    if (first) {
      begun();
    }
    return first;
  }

  private void begun() {
    statementSince = loop.now();
    if (!queued) {
      limitedSince = statementSince;
      overdueReported = false;
    }
    queued = false;
  }

  /** The client is, or is no more, amid a batch for which it needs no server connection yet. */
  public void awaitsRestOfBatch(boolean now) {
    restAwaited = now;
  }

  /** True if the client is amid a batch though no server connection is. */
  public boolean restAwaited() {
    return restAwaited;
  }

  /** The group sent last will be sent again: nothing was answered, and nothing will be. */
  public void takeBack() {
    outstanding--;
    carried.groupUnsent();
  }

  /** A group was sent to where no server connection is. */
  public void sentElsewhere() {
    outstanding++;
    begun();
  }

  /** A Sync was sent in the place of a client that has disconnected. */
  public void endingSent() {
    outstanding++;
  }

  // ---- what is answered

  /** Statements answered. */
  public long statements() {
    return statements;
  }

  /** A statement was answered without a server. */
  public void answeredHere() {
    statements++;
  }

  /**
   * A group is answered.
   *
   * @return how many nanoseconds that has taken since the one before it
   */
  public long answered() {
    outstanding--;
    statements++;
    long now = active();
    long nanos = now - statementSince;
    statementSince = now;
    limitedSince = now;
    return nanos;
  }

  /** So many groups will be answered as one with what came before. */
  public void merged(int count) {
    outstanding -= count;
  }

  /** Nothing is answered any more. */
  public void forget() {
    outstanding = 0;
    knownTags = null;
  }

  // ---- command tags that are known

  /** Promises the client this command tag at the present place of its replies. */
  public void promiseTag(String tag) {
    if (knownTags == null) {
      knownTags = new ArrayDeque<>(4);
    }
    knownTags.add(new Promise(carried.sent(), tag));
  }

  /** The next command tag that was promised. */
  public String takeTag() {
    return knownTags.poll().tag();
  }

  /** After an error the server skips the rest of a group, and so are its command tags. */
  public void dropSkippedTags(long done) {
    while (knownTags != null && !knownTags.isEmpty() && knownTags.peek().group() <= done) {
      knownTags.poll();
    }
  }
}
