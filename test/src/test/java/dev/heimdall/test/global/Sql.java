package dev.heimdall.test.global;

import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.Target;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** In what clients of the engines differ. */
enum Sql {
  POSTGRES {
    @Override
    String user() {
      return "app";
    }

    @Override
    String password() {
      return "app";
    }

    @Override
    Connection connect(String host, int port, int timeoutSeconds) throws SQLException {
      return new Target(host, port, GlobalDatabase.DATABASE, user(), password(), false)
          .jdbc("socketTimeout", "" + timeoutSeconds, "connectTimeout", "10", "loginTimeout", "15");
    }

    @Override
    String insert() {
      return "INSERT INTO history (client, n) VALUES (?, ?) RETURNING server, timeline";
    }

    @Override
    By by(ResultSet row) throws SQLException {
      return new By(row.getString(1), row.getInt(2));
    }

    @Override
    boolean refused(SQLException error) {
      return REFUSED.contains(error.getSQLState());
    }

    @Override
    String mark() {
      return "idle client";
    }

    @Override
    String setMark() {
      return "SET application_name = '" + mark() + "'";
    }

    @Override
    String getMark() {
      return "SHOW application_name";
    }
  },

  /** A server says who took a write by its number, which it gets anew with each promotion. */
  MARIADB {
    @Override
    String user() {
      return MysqlRelease.USER;
    }

    @Override
    String password() {
      return MysqlRelease.PASSWORD;
    }

    @Override
    Connection connect(String host, int port, int timeoutSeconds) throws SQLException {
      return new MysqlTarget(host, port, GlobalDatabase.DATABASE, user(), password(), false)
          .mariaJdbc(
              "socketTimeout",
              "" + TimeUnit.SECONDS.toMillis(timeoutSeconds),
              "connectTimeout",
              "10000");
    }

    @Override
    String insert() {
      return "INSERT INTO history (client, n, server) VALUES (?, ?, @@global.server_id)"
          + " RETURNING server";
    }

    @Override
    By by(ResultSet row) throws SQLException {
      int number = row.getInt(1);
      return new By(
          Stream.of(Region.FIRST, Region.SECOND, Region.THIRD)
              .filter(region -> region.number() == number / NUMBERS)
              .map(Region::instance)
              .findFirst()
              .orElse("server " + number),
          number % NUMBERS);
    }

    /**
     * 1105 is what the node itself says; it has several reasons, of which these are no writer's.
     */
    @Override
    boolean refused(SQLException error) {
      return REFUSED_NUMBERS.contains(error.getErrorCode())
          || error.getErrorCode() == OF_THE_NODE
              && Stream.of("report", "confirms the writer").anyMatch(error.getMessage()::contains);
    }

    /** A user variable would tie the session to its server connection, and end it with that. */
    @Override
    String mark() {
      return "is_IS";
    }

    @Override
    String setMark() {
      return "SET lc_time_names = '" + mark() + "'";
    }

    @Override
    String getMark() {
      return "SELECT @@lc_time_names";
    }
  };

  /** A server's number is that of its region so many times, and how often it was promoted. */
  static final int NUMBERS = 1000;

  /** The server says that it was not carried out: no writer, read-only, to be run again. */
  private static final Set<String> REFUSED = Set.of("57P03", "25006", "40001");

  /** Read-only for either reason, and to be run again. */
  private static final Set<Integer> REFUSED_NUMBERS = Set.of(1290, 1836, 1213);

  private static final int OF_THE_NODE = 1105;

  /** Who took a write: a server, and the how manyth time it was the writer. */
  record By(String server, int timeline) {}

  abstract String user();

  abstract String password();

  /**
   * @param timeoutSeconds how long it waits for an answer
   */
  abstract Connection connect(String host, int port, int timeoutSeconds) throws SQLException;

  /** Writes a row, of a client and a number, and returns who took it. */
  abstract String insert();

  abstract By by(ResultSet row) throws SQLException;

  /** Whether the error says that nothing was carried out. */
  abstract boolean refused(SQLException error);

  /** By what a session is known again: a setting that nobody else has. */
  abstract String mark();

  abstract String setMark();

  abstract String getMark();
}
