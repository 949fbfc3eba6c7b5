package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.wire.ServerError;
import java.util.concurrent.TimeUnit;

/** Waits of one session's reads that no server can answer yet. */
final class ReplicaWaits {
  private final SessionContext session;
  private final CatchUpWait wait;

  /** Error because of which the read is not carried out; null if it is carried out. */
  private ServerError outwaited;

  ReplicaWaits(SessionContext session) {
    this.session = session;
    this.wait = new CatchUpWait(this::lookLater, () -> session.requests().resume());
  }

  private void lookLater(long nanos) {
    session.loop().later(wait::lookAgain, nanos, TimeUnit.NANOSECONDS, session::failed);
  }

  /** The read is judged once more. */
  void judged() {
    outwaited = null;
    stop();
  }

  /** Waits for a writer, or for a replica that may answer, whatever comes first. */
  void forAnyServer(VdbPools pools, long now, OnWriter why) {
    long most = pools.plan().source().cluster().failover().queueTimeout().toNanos();
    if (!wait.begin(now, most, CatchUpWait.AT_TIMES)) {
      outwaited =
          pools
              .missing()
              .error()
              .withDetail("No replica can answer the read either: " + why.words() + ".");
    }
  }

  /** A silent writer would keep the read for longer than it takes to connect to a replica. */
  void forConnection(VdbPools pools, long now) {
    wait.begin(now, pools.plan().source().connectTimeout().toNanos(), CatchUpWait.AT_TIMES);
  }

  /** Waits for a replica to be far enough, if it may; the read comes again before long. */
  void forReplica(VdbPools pools, long now) {
    long most = pools.plan().source().cluster().lag().catchUpWait().toNanos();
    if (most == 0) {
      return;
    }
    if (wait.isNew()) {
      session.counters().replicaAwaited();
    }
    wait.begin(now, most, CatchUpWait.SOON);
  }

  ServerError outwaited() {
    return outwaited;
  }

  boolean waits() {
    return wait.waits();
  }

  /** Lets the read that waits, if one does, be refused. */
  boolean stop() {
    return wait.stop();
  }

  /** The next read is another one. */
  void end() {
    wait.end();
  }
}
