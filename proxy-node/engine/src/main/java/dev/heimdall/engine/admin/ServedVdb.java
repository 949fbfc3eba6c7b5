package dev.heimdall.engine.admin;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import java.util.List;

/**
 * A virtual database with what is behind it, as it is configured now.
 *
 * @param writer where statements that write go; the first server of the source where the
 *     configuration does not say which one that is
 * @param users who may enter it
 * @param paused whether {@code PAUSE} holds its statements back
 */
public record ServedVdb(
    VirtualDatabase vdb,
    DataSource source,
    ServerAddress writer,
    List<User> users,
    NodeSettings node,
    boolean paused) {
  public ServedVdb {
    users = List.copyOf(users);
  }

  /** The first port that clients come to, as it is configured; 0 without one. */
  int port() {
    return vdb.ports().isEmpty() ? 0 : vdb.ports().get(0);
  }
}
