package dev.heimdall.engine.cluster;

import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Queries to the servers of one engine for the set-up of nodes for them. */
public interface ServerInterview {
  /** Product and version. */
  String version(Connection connection) throws SQLException;

  /** Encryption of the connection; empty for none. */
  String tls(Connection connection) throws SQLException;

  /** A right that the user needs to see replicas; empty where all users see them. */
  default Optional<Right> right(Connection connection) throws SQLException {
    return Optional.empty();
  }

  /**
   * @param held whether the user has it
   */
  record Right(String name, boolean held) {}

  /**
   * Statement that grants a user the rights that probes need.
   *
   * @param version as the server has said it
   */
  String grant(String version, String user);

  /**
   * All that a configuration is made of, of a server and of those that replicate from it.
   *
   * @param notes hears what operators have to know of it
   */
  LiveServer all(Place place, Connection connection, Consumer<String> notes) throws SQLException;

  /**
   * A server's address with a log-in there.
   *
   * @param replicas whether its replicas are to be asked, too
   */
  record Place(ServerAddress address, Access access, boolean replicas) {
    /** Note on a replica that is known and not queried. */
    public static String unasked(String replica) {
      return replica + " replicates from it: --replicas takes it over, or add it to \"url\"";
    }
  }

  /** Means of connecting to servers. */
  interface Access {
    Connection connect(ServerAddress server) throws SQLException;
  }

  /** A column of all rows, counted from 1. */
  static List<String> texts(Connection connection, String sql, int column) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(column));
      }
    }
    return texts;
  }

  /** The first column of all rows. */
  static List<String> texts(Connection connection, String sql) throws SQLException {
    return texts(connection, sql, 1);
  }
}
