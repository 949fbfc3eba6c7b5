package dev.heimdall.engine.dialect.sqlserver.cluster;

import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.ServerInterview;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Queries to SQL Server. */
public final class SqlServerInterview implements ServerInterview {
  private static final String VERSION =
      "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) + N', ' +"
          + " CAST(SERVERPROPERTY('Edition') AS nvarchar(128))";

  private static final String ENCRYPTED =
      "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID";

  private static final String GROUPS =
      "SELECT CAST(SERVERPROPERTY('IsHadrEnabled') AS nvarchar(10))";

  /** The right to see the servers' own views is missing. */
  private static final Set<Integer> DENIED = Set.of(229, 297, 300);

  /** Those of the server itself, and of RDS. */
  private static final Set<String> OWN =
      Set.of("master", "tempdb", "model", "msdb", "distribution", "rdsadmin");

  @Override
  public String version(Connection connection) throws SQLException {
    return "SQL Server " + ServerInterview.texts(connection, VERSION).get(0);
  }

  @Override
  public String tls(Connection connection) throws SQLException {
    boolean encrypted;
    try {
      encrypted = ServerInterview.texts(connection, ENCRYPTED).contains("TRUE");
    } catch (SQLException e) {
      if (!DENIED.contains(e.getErrorCode())) {
        throw e;
      }
      // The driver gives up where it is to encrypt and the server does not.
      encrypted = connection.getMetaData().getURL().contains(";encrypt=true");
    }
    return encrypted ? "Encrypted" : "";
  }

  /** The one that is missing, of the two that probes need. */
  @Override
  public Optional<Right> right(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(GroupQueries.rights())) {
      row.next();
      boolean states = row.getInt(1) == 1;
      return Optional.of(
          new Right(
              states ? "VIEW ANY DEFINITION" : "VIEW SERVER STATE", states && row.getInt(2) == 1));
    }
  }

  @Override
  public String grant(String version, String user) {
    return "USE master; GRANT VIEW SERVER STATE, VIEW ANY DEFINITION TO [%s];"
        .formatted(user.replace("]", "]]"));
  }

  @Override
  public LiveServer all(Place place, Connection connection, Consumer<String> notes)
      throws SQLException {
    List<String> databases = new ArrayList<>();
    for (String name :
        ServerInterview.texts(
            connection,
            "SELECT name FROM sys.databases WHERE HAS_DBACCESS(name) = 1 ORDER BY name")) {
      if (!OWN.contains(name)) {
        databases.add(name);
      }
    }
    others(connection, notes);
    return new LiveServer(
        databases,
        List.of(),
        Integer.parseInt(ServerInterview.texts(connection, "SELECT @@MAX_CONNECTIONS").get(0)),
        LiveServer.cluster(
            false,
            place.address(),
            ServerInterview.texts(connection, GROUPS).contains("1")
                ? Optional.of("availability-group")
                : Optional.empty()),
        List.of());
  }

  /** Nodes cannot check passwords by what the server keeps of them. */
  private static void others(Connection connection, Consumer<String> notes) {
    try {
      List<String> names =
          ServerInterview.texts(
              connection,
              "SELECT name FROM sys.sql_logins WHERE is_disabled = 0 AND name NOT LIKE '##%'"
                  + " AND name NOT IN ('rdsa', ORIGINAL_LOGIN()) ORDER BY name");
      for (String name : names) {
        notes.accept(
            "user "
                + name
                + " is left out: nodes do not know what SQL Server keeps of passwords; write"
                + " users/NAME.json with a \"password\" for each user who is to log in");
      }
    } catch (SQLException e) {
      notes.accept(
          "users could not be read ("
              + e.getMessage().strip()
              + "): write users/NAME.json with a \"password\" for each user who is to log in");
    }
  }
}
