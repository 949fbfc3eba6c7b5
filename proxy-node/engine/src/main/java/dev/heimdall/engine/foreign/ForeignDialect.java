package dev.heimdall.engine.foreign;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.model.Engine;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** What engines differ in where JDBC does not hide it. */
enum ForeignDialect {
  MYSQL(
      Dialect.MYSQL,
      Integer.MIN_VALUE, // how the driver is told to leave the rows with the server
      true,
      Map.ofEntries(
          Map.entry(1022, "23505"),
          Map.entry(1044, "42501"),
          Map.entry(1045, "28000"),
          Map.entry(1046, "3D000"),
          Map.entry(1048, "23502"),
          Map.entry(1049, "3D000"),
          Map.entry(1050, "42P07"),
          Map.entry(1051, "42P01"),
          Map.entry(1054, "42703"),
          Map.entry(1060, "42701"),
          Map.entry(1062, "23505"),
          Map.entry(1064, "42601"),
          Map.entry(1142, "42501"),
          Map.entry(1143, "42501"),
          Map.entry(1146, "42P01"),
          Map.entry(1205, "55P03"),
          Map.entry(1213, "40P01"),
          Map.entry(1216, "23503"),
          Map.entry(1217, "23503"),
          Map.entry(1264, "22003"),
          Map.entry(1292, "22007"),
          Map.entry(1305, "42883"),
          Map.entry(1317, "57014"),
          Map.entry(1364, "23502"),
          Map.entry(1365, "22012"),
          Map.entry(1406, "22001"),
          Map.entry(1451, "23503"),
          Map.entry(1452, "23503"),
          Map.entry(1525, "22007"),
          Map.entry(1690, "22003"),
          Map.entry(1969, "57014"),
          Map.entry(3024, "57014"),
          Map.entry(3819, "23514"),
          Map.entry(4025, "23514"))),

  /** Few rows at first; how many more at a time the driver finds out by how long they are. */
  POSTGRES(Dialect.POSTGRES, 10, false, Map.of());

  private final Dialect reading;
  private final int fetchSize;
  private final boolean changesDatabase;
  private final Map<Integer, String> states;

  ForeignDialect(
      Dialect reading, int fetchSize, boolean changesDatabase, Map<Integer, String> states) {
    this.reading = reading;
    this.fetchSize = fetchSize;
    this.changesDatabase = changesDatabase;
    this.states = states;
  }

  static ForeignDialect of(Engine engine) {
    return switch (engine) {
      case MYSQL -> MYSQL;
      case POSTGRESQL -> POSTGRES;
    };
  }

  /** How texts are read. */
  Dialect reading() {
    return reading;
  }

  /** Whether a connection can be brought from one database to another. */
  boolean changesDatabase() {
    return changesDatabase;
  }

  /** Makes a connection ready for a statement. PostgreSQL leaves rows in transactions only. */
  void begin(Connection connection, ForeignStatement what) throws SQLException {
    if (changesDatabase) {
      if (!what.database().equals(connection.getCatalog())) {
        connection.setCatalog(what.database());
      }
    } else if (what.mayStream()) {
      connection.setAutoCommit(false);
    }
  }

  /**
   * Frees a connection of what routines and triggers may have left on it, where that can be done;
   * says whether others may have it.
   */
  boolean clean(Connection connection) {
    if (this == POSTGRES) {
      try (Statement statement = connection.createStatement()) {
        if (!connection.getAutoCommit()) {
          connection.rollback();
          connection.setAutoCommit(true);
        }
        statement.execute("DISCARD ALL");
      } catch (SQLException e) {
        return false;
      }
    }
    return true;
  }

  /** The fetch size with which results are not gathered in memory. */
  int fetchSize() {
    return fetchSize;
  }

  /** PostgreSQL's SQLSTATE for error numbers. */
  Map<Integer, String> states() {
    return states;
  }
}
