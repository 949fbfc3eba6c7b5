package dev.heimdall.engine.jdbc;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The JDBC driver of one engine. Found by {@link java.util.ServiceLoader}, like its dialect. */
public interface JdbcDriver {
  Engine engine();

  /**
   * Connections to one server.
   *
   * @param database empty for none, where an engine knows such sessions
   * @param any whether it may be a replica of a watched cluster, where the driver finds that out
   */
  javax.sql.DataSource to(
      DataSource source, Use use, String database, ServerAddress server, boolean any)
      throws SQLException;

  /**
   * Ways to the servers of a source, in the order in which they are tried: to its writer, and to a
   * replica only where nothing is written and there is no writer.
   *
   * @param apart whether each way must lead to one server, as each has credentials of its own
   */
  List<Way> ways(DataSource source, Use use, String database, boolean apart) throws SQLException;

  /** True if a server allows no writes, or follows another one as far as it says so. */
  boolean isReplica(Connection connection) throws SQLException;

  /** True if a server has refused user and password. */
  default boolean isRefusal(SQLException failure) {
    return failure.getSQLState() != null && failure.getSQLState().startsWith("28");
  }

  /** True if an exception is one of this driver's that says all, whatever its cause is. */
  default boolean isComplete(Throwable failure) {
    return false;
  }

  /**
   * Message of the server.
   *
   * @param failure a complete one
   * @return null when the server has said nothing
   */
  default String fromServer(Throwable failure) {
    return failure.getMessage();
  }

  /**
   * One way to connect.
   *
   * @param server whom credentials are for
   * @param toWriter whether it is to fail for a replica, which the driver does not find out
   */
  record Way(javax.sql.DataSource driver, ServerAddress server, boolean toWriter) {}

  /** A host as it stands in an address. */
  static String spelled(ServerAddress server) {
    String host = server.host();
    return host.indexOf(':') >= 0 ? '[' + host + ']' : host;
  }
}
