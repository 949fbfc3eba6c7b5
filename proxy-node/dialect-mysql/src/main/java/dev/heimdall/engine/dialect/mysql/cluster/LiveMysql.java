package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.model.ServerAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Facts that a MySQL or MariaDB server reports about itself. */
final class LiveMysql {
  private static final Set<String> OWN =
      Set.of("mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "rdsadmin", "");

  /** Holder of rights that MariaDB has beside accounts once something was granted to everyone. */
  private static final String EVERYONE = "PUBLIC";

  /** Without roles. An account for every host goes before others of the same name. */
  private static final String MARIADB_ACCOUNTS =
      "SELECT u.user, u.host, u.plugin, HEX(u.authentication_string), u.super_priv, %s FROM"
          + " mysql.user u%s WHERE u.is_role = 'N' AND NOT (u.host = '' AND u.user = '"
          + EVERYONE
          + "') ORDER BY 1, 2 <> '%%', 2";

  /** Of MariaDB: its view of accounts does not show which of them are locked. */
  private static final String WITH_LOCKS =
      MARIADB_ACCOUNTS.formatted(
          "IF(COALESCE(JSON_VALUE(p.priv, '$.account_locked'), 'false') IN ('1', 'true'), 'Y',"
              + " 'N')",
          " JOIN mysql.global_priv p ON p.user = u.user AND p.host = u.host");

  private static final String WITHOUT_LOCKS = MARIADB_ACCOUNTS.formatted("'N'", "");

  /** Roles are locked accounts there. */
  private static final String MYSQL_ACCOUNTS =
      "SELECT user, host, plugin, HEX(authentication_string), super_priv, account_locked"
          + " FROM mysql.user ORDER BY user, host <> '%', host";

  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1");
  private static final Set<String> METHODS =
      Set.of("mysql_native_password", "caching_sha2_password", "");

  private final ServerInterview.Place place;
  private final Connection connection;
  private final Flavour flavour;
  private final Consumer<String> notes;

  LiveMysql(ServerInterview.Place place, Connection connection, Consumer<String> notes)
      throws SQLException {
    this.place = place;
    this.connection = connection;
    this.flavour = Flavour.of(connection);
    this.notes = notes;
  }

  LiveServer ask() throws SQLException {
    boolean aurora =
        !ServerInterview.texts(connection, "SHOW GLOBAL VARIABLES LIKE 'aurora_version'").isEmpty();
    List<ServerAddress> replicas = aurora ? List.of() : replicas();
    return new LiveServer(
        ServerInterview.texts(
            connection,
            "SELECT schema_name FROM information_schema.schemata WHERE lower(schema_name) NOT IN"
                + " ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1"),
        logins(),
        Integer.parseInt(ServerInterview.texts(connection, "SELECT @@max_connections").get(0)),
        LiveServer.cluster(
            aurora, place.address(), replicas.isEmpty() ? Optional.empty() : Optional.of("mysql")),
        replicas);
  }

  private List<LiveServer.Login> logins() {
    Map<String, LiveServer.Login> logins = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = accounts(statement)) {
      while (row.next()) {
        String user = row.getString(1);
        if (OWN.contains(user)) {
          continue;
        }
        LiveServer.Login login = login(row);
        LiveServer.Login first = logins.putIfAbsent(user, login);
        if (first != null) {
          notes.accept(
              "user "
                  + user
                  + " has an account for "
                  + row.getString(2)
                  + ", too: nodes check the password of the first one");
        }
      }
    } catch (SQLException e) {
      notes.accept(
          "users could not be read ("
              + e.getMessage().strip()
              + "): write users/NAME.json with a \"password\" for each user who is to log in");
    }
    return List.copyOf(logins.values());
  }

  /** A user may be allowed to read the view alone, and not what it is made of. */
  private ResultSet accounts(Statement statement) throws SQLException {
    if (!flavour.mariadb()) {
      return statement.executeQuery(MYSQL_ACCOUNTS);
    }
    try {
      return statement.executeQuery(WITH_LOCKS);
    } catch (SQLException e) {
      ResultSet accounts = statement.executeQuery(WITHOUT_LOCKS);
      notes.accept(
          "locked accounts could not be told from others ("
              + e.getMessage().strip()
              + "): allow SELECT on mysql.global_priv, or delete users/NAME.json of each");
      return accounts;
    }
  }

  /** Reads an account: user, host, plugin, hash in hexadecimal, superuser, locked. */
  private LiveServer.Login login(ResultSet row) throws SQLException {
    String user = row.getString(1);
    String host = row.getString(2);
    String plugin = row.getString(3);
    String hex = row.getString(4);
    String method = plugin == null ? "" : plugin.toLowerCase(Locale.ROOT);
    String text =
        hex == null ? "" : new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
    boolean hashed = text.startsWith("*") && text.length() == 41;
    boolean salted = text.startsWith("$A$");
    String left = null;
    if ("Y".equals(row.getString(6))) {
      left = "its account is locked, as those of roles are";
    } else if ("Y".equals(row.getString(5))) {
      left = "it is a superuser: write its document if it is to log in through nodes";
    } else if (LOCAL.contains(host)) {
      left = "its account is for clients on the server's machine (" + host + ")";
    } else if (!METHODS.contains(method)) {
      left = "nodes do not know verifiers of " + plugin;
    } else if (!host.equals("%")) {
      notes.accept(
          "user "
              + user
              + " may come from "
              + host
              + " only: for the server that is the node; `auth` of the virtual database says where"
              + " clients may come from");
    }
    return new LiveServer.Login(
        user,
        hashed ? Optional.of(text) : salted ? Optional.of("0x" + hex) : Optional.empty(),
        0,
        Optional.ofNullable(left));
  }

  /** Those that replicate from it, say where they are, and can be reached as the same user. */
  private List<ServerAddress> replicas() {
    List<ServerAddress> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(flavour.replicas())) {
      while (row.next()) {
        String id = row.getString("Server_id");
        String host = row.getString("Host");
        if (host == null || host.isEmpty()) {
          notes.accept(
              "the replica with server_id "
                  + id
                  + " does not say where it is (report_host): add it to \"url\"");
        } else if (place.replicas()) {
          replica(id, new ServerAddress(host, row.getInt("Port")), found);
        } else {
          notes.accept(ServerInterview.Place.unasked(host + ":" + row.getInt("Port")));
        }
      }
    } catch (SQLException e) {
      notes.accept("replicas could not be asked for (" + e.getMessage().strip() + ")");
    }
    return found;
  }

  private void replica(String id, ServerAddress address, List<ServerAddress> found) {
    try (Connection there = place.access().connect(address)) {
      if (ServerInterview.texts(there, "SELECT @@server_id").contains(id)) {
        found.add(address);
      } else {
        notes.accept(address + " is not the replica with server_id " + id + ": it is left out");
      }
    } catch (SQLException e) {
      notes.accept(
          "the replica "
              + address
              + " does not answer ("
              + e.getMessage().strip()
              + "): it is left out");
    }
  }
}
