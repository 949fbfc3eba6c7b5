package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import java.util.concurrent.TimeUnit;

/**
 * The connection from which a session learns what servers report to sessions like it, before its
 * client is welcomed. It goes back at once.
 */
final class FirstConnection {
  /**
   * Interval after which a log-in that waits for a writer looks again for a replica in its place.
   */
  private static final int STAND_IN_MILLIS = 100;

  private final SessionContext session;
  private final ServerLease lease;
  private final ReplicaChoice replicas;
  private final Destinations destinations;
  private final SessionStart start;
  private final Waiter waiter;
  private final VdbContext vdb;
  private final String standby;
  private final LoopContext loop;

  FirstConnection(SessionContext session, ServerLease lease, ReplicaChoice replicas) {
    this.session = session;
    this.lease = lease;
    this.replicas = replicas;
    this.destinations = lease.destinations();
    this.start = session.start();
    this.waiter = session.waiter();
    this.vdb = session.vdb();
    this.standby = session.carried().rules().standby();
    this.loop = session.loop();
  }

  /** Asks for one. */
  void get() {
    getFrom(destinations.chooseForLogIn());
  }

  private void getFrom(LoopPool pool) {
    ServerConnection connection = pool.acquire(waiter);
    if (connection != null) {
      lease.acquired(connection);
    } else if (!replicas.away() && !vdb.pools().directed()) {
      lookForStandIn();
    }
  }

  /** A replica may have all before there is a writer. */
  private void lookForStandIn() {
    loop.later(
        () -> {
          if (!waitsForWriter()) {
            return;
          }
          if (goesElsewhere() && destinations.home().cancel(waiter)) {
            get();
          } else if (!vdb.pools().directed()) {
            lookForStandIn();
          }
        },
        STAND_IN_MILLIS,
        TimeUnit.MILLISECONDS,
        session::failed);
  }

  private boolean waitsForWriter() {
    return lease.state() == LeaseState.STARTING && lease.server() == null && !replicas.away();
  }

  /** There is no writer any more. */
  void writerLost() {
    if (waitsForWriter() && destinations.home().cancel(waiter)) {
      get();
    }
  }

  /** True if a replica may do instead of the writer. */
  boolean goesElsewhere() {
    return !replicas.away() && vdb.pools().standIn() != null;
  }

  /** A replica could not tell, where the writer may: it is waited for. */
  void refused(ServerError error) {
    if (replicas.away()) {
      destinations.leaveForWriter();
      getFrom(destinations.home());
    } else {
      session.fatal(error.asFatal());
    }
  }

  /** It is as the session's connections are to be. */
  void ready(ServerConnection server) {
    Greeting greeting = start.learn(server, replicas.away(), standby);
    lease.detach();
    destinations.leaveForWriter();
    start.welcome(greeting);
  }
}
