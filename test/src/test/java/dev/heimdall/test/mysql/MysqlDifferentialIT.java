package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several clients at random, over connections of their own and over the few that a node shares out
 * between them: each is answered the same, word by word, so that nothing of one's session is seen
 * by another, and nothing of its own is lost.
 */
class MysqlDifferentialIT {
  private static final int CLIENTS = 3;
  private static final int STEPS = 120;

  private static final String[] PROPERTIES = {
    "allowMultiQueries", "true", "useServerPrepStmts", "true", "cachePrepStmts", "false"
  };

  /** MySQL warns of the call that a number has taken the place of. */
  private static final Pattern DEPRECATED = Pattern.compile("warning 1287 FOUND_ROWS\\(\\)[^;]*");

  private static List<String> play(MysqlTarget target, MysqlRelease release, long seed)
      throws SQLException {
    String isolation = release == MysqlRelease.MYSQL ? "transaction_isolation" : "tx_isolation";
    List<String> said = new ArrayList<>();
    List<Connection> connections = new ArrayList<>();
    try {
      List<RandomClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Connection connection = target.jdbc(PROPERTIES);
        connections.add(connection);
        try (Statement statement = connection.createStatement()) {
          RandomClient.prepare(statement, i);
        }
        clients.add(new RandomClient(connection, i, isolation, seed * CLIENTS + i));
      }
      Random turns = new Random(seed);
      for (int step = 0; step < STEPS; step++) {
        int who = turns.nextInt(CLIENTS);
        said.add(who + ": " + DEPRECATED.matcher(clients.get(who).step()).replaceAll(""));
      }
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
    return said;
  }

  private static void compare(MysqlRelease release, long first, int seeds) throws SQLException {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", CLIENTS))) {
      for (long seed = first; seed < first + seeds; seed++) {
        List<String> direct = play(server, release, seed);
        List<String> through = play(node.target(), release, seed);
        assertThat(through).as("seed %d", seed).isEqualTo(direct);
      }
    }
  }

  @Test
  void theNodeAnswersAsTheServerDoes() throws SQLException {
    compare(MysqlRelease.MARIADB, 1, 2);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(MysqlRelease.class)
  void theNodeAnswersAsTheServerDoesForLong(MysqlRelease release) throws SQLException {
    compare(release, 1000, 40);
  }
}
