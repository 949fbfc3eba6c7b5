package dev.heimdall.engine.pool;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;

/**
 * Which server the connections of pools are made to. That of the configuration; or where the source
 * is a cluster, the one that is known to be the writer, if any is.
 *
 * @param led whether that can change without the configuration
 * @param source for connections to just this server; null while none is known
 * @param server the same server, or the one that was known last; null before the first
 * @param since when that became so, by the clock of the loops
 */
record PoolTarget(boolean led, DataSource source, ServerAddress server, long since) {
  /** What a statement is told that no writer was found for. */
  static final ServerError NO_WRITER =
      ServerError.error("57P03", "no server of the cluster reports that it is the writer")
          .withHint("It can be tried again; SHOW NODES tells what is known of the servers.");

  /** The same where several say that they are, and nobody can know which of them is. */
  static final ServerError SEVERAL_WRITERS =
      ServerError.error(
              "57P03",
              "several servers of the cluster report that they are the writer, and nothing tells"
                  + " which of them is")
          .withHint("Stop all but one of them, or make them read-only; SHOW NODES names them.");

  static PoolTarget of(DataSource source, long now) {
    return source.cluster().watched()
        ? new PoolTarget(true, null, null, now)
        : new PoolTarget(false, source, null, now);
  }

  /** Whether there is a server to connect to. */
  boolean known() {
    return source != null;
  }

  PoolTarget to(DataSource cluster, ServerAddress writer, long now) {
    return new PoolTarget(true, cluster.at(writer), writer, now);
  }

  PoolTarget nobody(long now) {
    return new PoolTarget(true, null, server, now);
  }

  /** The same server by other settings of its source. */
  PoolTarget by(DataSource next, long now) {
    if (!led || !next.cluster().watched()) {
      return of(next, now);
    }
    return known() ? new PoolTarget(true, next.at(server), server, since) : this;
  }
}
