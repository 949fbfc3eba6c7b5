package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Engine;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.RdsHost;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A server as it is: what a configuration is made of.
 *
 * @param databases that clients may want
 * @param logins who may log in
 * @param mostConnections that ordinary users may have to it
 * @param cluster the {@code cluster.kind} that it belongs to; empty for a server by itself
 * @param replicas of it that have answered
 */
record LiveServer(
    List<String> databases,
    List<Login> logins,
    int mostConnections,
    Optional<String> cluster,
    List<ServerAddress> replicas) {

  /**
   * Somebody who may log in.
   *
   * @param verifier of the password; empty where it could not be read
   * @param most connections at a time; 0 for no limit
   * @param left why it is left out, all the same; empty if it is not
   */
  record Login(String name, Optional<String> verifier, int most, Optional<String> left) {}

  /**
   * A server's address with a log-in there.
   *
   * @param replicas whether its replicas are to be asked, too
   */
  record Place(Engine engine, ServerAddress address, Access access, boolean replicas) {}

  /** How servers are connected to. */
  interface Access {
    Connection connect(ServerAddress server) throws SQLException;
  }

  /** Asks the server, and those that replicate from it. */
  static LiveServer ask(Place place, Notes notes) throws CommandFailure {
    try (Connection connection = place.access().connect(place.address())) {
      return place.engine().equals(Engine.POSTGRESQL)
          ? new LivePostgres(place, connection, notes).ask()
          : new LiveMysql(place, connection, notes).ask();
    } catch (SQLException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, place.address() + ": " + e.getMessage().strip(), e);
    }
  }

  /** The documents by which a node serves it. */
  void into(Documents documents, String name, int port, Notes notes) {
    var vdb = documents.vdb(name);
    vdb.put("source", name);
    vdb.putArray("ports").add(port);
    var names = vdb.putObject("databases");
    databases.forEach(database -> names.put(database, database));
    vdb.put("credentials", "passthrough");
    int half = mostConnections / 2;
    if (half < PoolSettings.defaults().size()) {
      vdb.putObject("pool").put("size", Math.max(1, half));
    }
    cluster.ifPresent(kind -> documents.source(name).putObject("cluster").put("kind", kind));
    users(documents, notes);
  }

  private void users(Documents documents, Notes notes) {
    var left = new TreeMap<String, String>();
    for (Login login : logins) {
      if (!Documents.namesUser(login.name())) {
        left.put(login.name(), "the name is that of a file, too");
      } else if (login.left().isPresent()) {
        left.put(login.name(), login.left().get());
      } else if (login.verifier().isEmpty()) {
        left.put(login.name(), "no verifier of its password could be read");
      } else if (!documents.hasUser(login.name())) {
        var user = documents.user(login.name());
        user.put("verifier", login.verifier().get());
        if (login.most() > 0) {
          user.put("maxServerConnections", login.most());
        }
      }
    }
    left.forEach((name, why) -> notes.say("user " + name + " is left out: " + why));
  }

  /** What is said of a replica that is known of and not asked. */
  static String unasked(String replica) {
    return replica + " replicates from it: --replicas takes it over, or add it to \"url\"";
  }

  /** Whether RDS runs the server, as far as its name says. */
  static boolean ofRds(ServerAddress address) {
    return RdsHost.ofAws(address.host());
  }

  /** The first column of all rows. */
  static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
