package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Facts that a PostgreSQL server reports about itself. */
final class LivePostgres {
  private final ServerInterview.Place place;
  private final Connection connection;
  private final Consumer<String> notes;

  LivePostgres(ServerInterview.Place place, Connection connection, Consumer<String> notes) {
    this.place = place;
    this.connection = connection;
    this.notes = notes;
  }

  LiveServer ask() throws SQLException {
    boolean aurora =
        !ServerInterview.texts(connection, "SELECT 1 FROM pg_proc WHERE proname = 'aurora_version'")
            .isEmpty();
    List<ServerAddress> replicas = aurora ? List.of() : replicas();
    boolean replica = ServerInterview.texts(connection, "SELECT pg_is_in_recovery()").contains("t");
    if (replica) {
      notes.accept(
          place.address()
              + " is a replica: name its primary, which nodes have to know to write anything");
    }
    return new LiveServer(
        ServerInterview.texts(
            connection,
            "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"),
        logins(),
        Integer.parseInt(
            ServerInterview.texts(
                    connection,
                    "SELECT current_setting('max_connections')::int"
                        + " - current_setting('superuser_reserved_connections')::int")
                .get(0)),
        LiveServer.cluster(
            aurora,
            place.address(),
            replicas.isEmpty() && !replica ? Optional.empty() : Optional.of("postgres")),
        replicas);
  }

  private List<LiveServer.Login> logins() throws SQLException {
    boolean readable =
        ServerInterview.texts(
                connection, "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')")
            .contains("t");
    if (!readable) {
      notes.accept(
          "passwords could not be read, as only superusers may (on RDS nobody may): write"
              + " users/NAME.json with a \"password\" for each user who is to log in");
    }
    String sql =
        readable
            ? "SELECT rolname, rolpassword, rolconnlimit, rolsuper FROM pg_authid WHERE rolcanlogin ORDER BY 1"
            : "SELECT rolname, NULL, rolconnlimit, rolsuper FROM pg_roles WHERE rolcanlogin ORDER BY 1";
    List<LiveServer.Login> logins = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        logins.add(
            new LiveServer.Login(
                row.getString(1),
                Optional.ofNullable(row.getString(2)),
                row.getInt(3),
                row.getBoolean(4)
                    ? Optional.of(
                        "it is a superuser: write its document if it is to log in through nodes")
                    : Optional.empty()));
      }
    }
    return logins;
  }

  /** Those that stream from it and can be reached at its own port, as the same user. */
  private List<ServerAddress> replicas() throws SQLException {
    List<ServerAddress> found = new ArrayList<>();
    for (String host :
        ServerInterview.texts(
            connection, "SELECT DISTINCT host(client_addr) FROM pg_stat_replication ORDER BY 1")) {
      if (host == null) {
        notes.accept(
            "it has a replica whose address is not shown to "
                + "this user (pg_read_all_stats), or that comes by a Unix socket: add it to \"url\"");
      } else if (place.replicas()) {
        replica(new ServerAddress(host, place.address().port()), found);
      } else {
        notes.accept(ServerInterview.Place.unasked(host));
      }
    }
    return found;
  }

  private void replica(ServerAddress address, List<ServerAddress> found) throws SQLException {
    String why = "it is no replica of it";
    try (Connection there = place.access().connect(address)) {
      if (identifier(there).equals(identifier(connection))
          && ServerInterview.texts(there, "SELECT pg_is_in_recovery()").contains("t")) {
        found.add(address);
        return;
      }
    } catch (SQLException e) {
      why = e.getMessage().strip();
    }
    notes.accept(
        "a replica comes from "
            + address.host()
            + ", and is not found at "
            + address
            + " ("
            + why
            + "): add it to \"url\" with its port");
  }

  private static String identifier(Connection connection) throws SQLException {
    return ServerInterview.texts(connection, "SELECT system_identifier FROM pg_control_system()")
        .get(0);
  }
}
