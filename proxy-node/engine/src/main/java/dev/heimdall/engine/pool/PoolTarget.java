package dev.heimdall.engine.pool;

import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.time.temporal.ChronoUnit;

/**
 * Server to which the connections of pools are made. That of the configuration; or where the source
 * is a cluster, the one that is known to be the writer, if any is.
 *
 * @param led whether that can change without the configuration
 * @param source for connections to just this server; null while none is known
 * @param server the same server, or the one that was known last; null before the first
 * @param since when that became so, by the clock of the loops
 * @param fence until when anything may be sent to it
 */
record PoolTarget(
    boolean led, DataSource source, ServerAddress server, long since, WriterFence fence) {
  /** Error for a statement for which no writer was found. */
  static final ServerError NO_WRITER =
      ServerError.error(
              Sqlstate.CANNOT_CONNECT_NOW, "no server of the cluster reports that it is the writer")
          .withHint("It can be tried again; SHOW NODES tells what is known of the servers.");

  /**
   * Error for a statement when several servers report that they are the writer, and it cannot be
   * known which of them is.
   */
  static final ServerError SEVERAL_WRITERS =
      ServerError.error(
              Sqlstate.CANNOT_CONNECT_NOW,
              "several servers of the cluster report that they are the writer, and nothing tells"
                  + " which of them is")
          .withHint("Stop all but one of them, or make them read-only; SHOW NODES names them.");

  /**
   * Error for a statement when one server reports that it is the writer, and nothing outside its
   * region confirms it.
   */
  static final ServerError FENCED =
      ServerError.error(
              Sqlstate.CANNOT_CONNECT_NOW,
              "nothing outside its region confirms the writer of the global cluster, so that it"
                  + " takes no writes")
          .withHint(
              "It can be tried again; SHOW CLUSTER tells since when, and cluster.failover.fence"
                  + " how long that may last.");

  /** Error for a statement while another region is about to become the one that writes. */
  static ServerError during(GlobalFailover handover) {
    return ServerError.error(
            Sqlstate.CANNOT_CONNECT_NOW,
            "a %s of the global cluster is in progress since %s, and no server reports yet that it is the writer"
                .formatted(handover.kind(), handover.since().truncatedTo(ChronoUnit.SECONDS)))
        .withDetail("Topology documents report: " + handover.what() + ".")
        .withHint(
            "It can be tried again; cluster.failover.queueTimeout says how long statements wait,"
                + " and SHOW CLUSTER shows when the "
                + handover.kind()
                + " is over.");
  }

  static PoolTarget of(DataSource source, long now) {
    return source.cluster().watched()
        ? new PoolTarget(true, null, null, now, WriterFence.OFF)
        : new PoolTarget(false, source, null, now, WriterFence.OFF);
  }

  /** True if there is a server to connect to. */
  boolean known() {
    return source != null;
  }

  PoolTarget to(DataSource cluster, ServerAddress writer, long now) {
    return new PoolTarget(true, cluster.at(writer), writer, now, fence);
  }

  PoolTarget nobody(long now) {
    return new PoolTarget(true, null, server, now, fence);
  }

  /** Target with this fence instead. */
  PoolTarget under(WriterFence next) {
    return new PoolTarget(led, source, server, since, next);
  }

  /**
   * True if nothing is to be sent to a server any more: it is not the one that connections go to,
   * or nothing has confirmed it for too long. Only where writers have to be confirmed.
   *
   * @param now by {@link System#nanoTime}
   */
  boolean bars(ServerAddress to, long now) {
    return fence.state() != WriterFence.State.OFF && (!to.equals(server) || fence.over(now));
  }

  /** Target with the server unchanged, by other settings of its source. */
  PoolTarget by(DataSource next, long now) {
    if (!led || !next.cluster().watched()) {
      return of(next, now);
    }
    return known() ? new PoolTarget(true, next.at(server), server, since, fence) : this;
  }
}
