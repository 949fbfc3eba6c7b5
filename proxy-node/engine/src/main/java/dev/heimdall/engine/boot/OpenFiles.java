package dev.heimdall.engine.boot;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.VirtualDatabase;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * Number of clients allowed by the files that the process may have open, of which each connection
 * is one. Where none is left, no client can be accepted, not even to be rejected: so fewer clients
 * are let in than there are files, and the others get an error.
 *
 * @param limit files that the process may have open; 0: that is not known
 * @param open files that it has open without any clients, such as libraries
 * @param servers connections that pools may have to servers
 */
record OpenFiles(long limit, long open, long servers) {
  /** For logs, listeners, the node's own connections, and clients that are still logging in. */
  static final long RESERVE = 100;

  /** The part of all files that clients get in any case. */
  private static final int LEAST_PART = 4;

  /** Of a process that has no clients yet. */
  static OpenFiles now(Configuration configuration) {
    return (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
            ? new OpenFiles(
                Math.max(0, system.getMaxFileDescriptorCount()),
                Math.max(0, system.getOpenFileDescriptorCount()),
                0)
            : new OpenFiles(0, 0, 0))
        .with(configuration);
  }

  /** Returns the figures of this process with another configuration. */
  OpenFiles with(Configuration configuration) {
    return new OpenFiles(
        limit,
        open,
        configuration.vdbs().values().stream()
            .mapToLong(vdb -> servers(vdb, configuration.sources().get(vdb.source())))
            .sum());
  }

  /** A pool for each server; the number of users and databases is unknown. */
  private static long servers(VirtualDatabase vdb, DataSource source) {
    PoolSettings pool = vdb.pool();
    return pool.maxConnections()
        .filter(most -> most > 0)
        .map(Integer::longValue)
        .orElse((long) pool.size() * source.hosts().size());
  }

  /**
   * The clients that are let in.
   *
   * @param wanted the setting; 0: without a limit
   */
  int clients(int wanted) {
    if (limit == 0) {
      return wanted;
    }
    long possible = Math.max(limit / LEAST_PART, limit - open - servers - RESERVE);
    return wanted > 0 && wanted <= possible ? wanted : (int) Math.min(Integer.MAX_VALUE, possible);
  }

  /**
   * Returns the warning for operators where fewer clients are accepted than they have requested.
   */
  Optional<String> warning(int wanted) {
    int clients = clients(wanted);
    return wanted == 0 || clients >= wanted
        ? Optional.empty()
        : Optional.of(
            "the process may have %d files open: %d clients are let in, others get an error. %d are needed (%d for maxClients, %d for server connections, %d in use, %d in reserve): raise ulimit -n, LimitNOFILE of systemd, or lower maxClients"
                .formatted(limit, clients, needed(wanted), wanted, servers, open, RESERVE));
  }

  private long needed(int wanted) {
    return wanted + servers + open + RESERVE;
  }
}
