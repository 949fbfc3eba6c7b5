package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results of MariaDB that nodes keep for each other. */
@Tag("long")
class MysqlFleetCacheIT extends FleetCacheContract<MysqlNode, RawMysqlClient> {
  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  @Override
  MysqlNode start(Consumer<TestConfiguration> wishes) {
    return MysqlNode.start(release(), wishes);
  }

  @Override
  TestConfiguration watched(TestConfiguration c) {
    return c.cluster(release().shared()).catalog(release().shared());
  }

  @Override
  RawMysqlClient client(MysqlNode node) throws IOException {
    return RawMysqlClient.logIn(node.target());
  }

  @Override
  RawMysqlClient other(MysqlNode node) throws IOException {
    RawMysqlClient client =
        RawMysqlClient.logIn(node.target().as(MysqlRelease.OTHER, MysqlRelease.PASSWORD));
    run(client, "SET time_zone = '+09:00'");
    return client;
  }

  @Override
  void run(RawMysqlClient client, String sql) throws IOException {
    client.query(query(sql));
  }

  @Override
  String committed() {
    return "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
  }

  @Override
  void past(String sql) {
    release().shared().primary().executeIn(MysqlRelease.DATABASE, sql);
  }

  /** Executions have results of their own, whatever of the text is kept. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void executionsOfPreparedStatementsAreShared(boolean toTheFirst)
      throws IOException, SQLException {
    MysqlNode reader = toTheFirst ? second : first;
    MysqlNode server = toTheFirst ? first : second;
    try (RawMysqlClient client = client(reader);
        Connection here = reader.connect("useServerPrepStmts", "true");
        Connection there = server.connect("useServerPrepStmts", "true");
        PreparedStatement read = here.prepareStatement("SELECT name FROM fc_rows WHERE id = ?");
        PreparedStatement other = there.prepareStatement("SELECT name FROM fc_rows WHERE id = ?")) {
      empties();
      run(client, "UPDATE fc_rows SET name = 'executed' WHERE id = 1");
      assertThat(name(read)).isEqualTo("executed");
      isInTheStore();
      past("UPDATE fc_rows SET name = 'past the nodes'");
      assertThat(name(other)).isEqualTo("executed");
      assertThat(client.value(READ)).as("as a text").isEqualTo("past the nodes");
      run(client, "UPDATE fc_rows SET name = 'again' WHERE id = 1");
      assertThat(name(other)).isEqualTo("again");
    }
  }

  private static String name(PreparedStatement read) throws SQLException {
    read.setInt(1, 1);
    try (ResultSet rows = read.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void settingsHaveResultsOfTheirOwn() throws IOException {
    try (RawMysqlClient client = client(second)) {
      run(client, "SET sql_mode = 'ANSI_QUOTES'");
      assertThat(client.value(READ)).isEqualTo("past the nodes");
    }
    try (RawMysqlClient client = client(second)) {
      assertThat(client.value(READ)).isEqualTo("one");
    }
  }

  /** What is kept of it elsewhere is all that this node has to tell it by. */
  @Test
  void whatASessionIsAskedRightBehindAHitIsItsOwn() throws IOException {
    try (RawMysqlClient client = client(second);
        RawMysqlClient other = client(second)) {
      run(client, "CREATE TABLE fc_ids (id int AUTO_INCREMENT PRIMARY KEY, n int)");
      try {
        rows(); // with other definitions nothing holds
        for (String question :
            List.of("FOUND_ROWS()", "ROW_COUNT()", "LAST_INSERT_ID()", "@@warning_count")) {
          run(client, "INSERT INTO fc_ids (n) VALUES (1), (2), (3)");
          String id = client.value("SELECT LAST_INSERT_ID()");
          run(client, "SELECT n FROM fc_ids LIMIT 3");
          run(other, "INSERT INTO fc_ids (n) VALUES (1)");
          run(other, "SELECT n FROM fc_ids");
          second.admin("FLUSH CACHE");
          empties();
          assertThat(read(first)).isEqualTo("past the nodes");
          isInTheStore();
          long before = hits();
          assertThat(client.value(READ)).isEqualTo("past the nodes");
          String expected =
              switch (question) {
                case "FOUND_ROWS()" -> "1";
                case "ROW_COUNT()" -> "-1";
                case "LAST_INSERT_ID()" -> id;
                default -> "0";
              };
          assertThat(client.value("SELECT " + question)).as(question).isEqualTo(expected);
          assertThat(hits()).as("of another node").isGreaterThan(before);
        }
      } finally {
        run(client, "DROP TABLE fc_ids");
      }
    }
  }
}
