package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients of MariaDB wait for one another's results as those of PostgreSQL do. */
class MysqlSingleFlightIT {
  private static final String READ = "SELECT name FROM msf_rows JOIN msf_gate USING (id)";
  private static final int CLIENTS = 5;

  private final MysqlRelease release = MysqlRelease.MARIADB;

  private Connection root() throws SQLException {
    return MysqlTarget.of(release.shared().primary())
        .as(release.shared().superuser(), release.shared().password())
        .jdbc();
  }

  private static long figure(MysqlNode node, String column) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get(column));
  }

  @Test
  void oneReadsForAllAndWhoeverIsGoneIsInNobodysWay() throws IOException, SQLException {
    List<RawMysqlClient> clients = new ArrayList<>();
    try (Connection past = root();
        MysqlNode node =
            MysqlNode.start(
                release,
                c ->
                    c.cluster(release.shared())
                        .catalog(release.shared())
                        .vdb("pool.size", 2 * CLIENTS)
                        .vdb("cache.enabled", true)
                        .vdb("cache.singleFlight", "10m")
                        .vdb("rules", List.of("cached"))
                        .rules("cached", "{\"match\": \"(?i)^select\", \"action\": \"cache\"}"))) {
      execute(
          past,
          "DROP TABLE IF EXISTS msf_rows, msf_gate",
          "CREATE TABLE msf_rows (id int PRIMARY KEY, name text)",
          "CREATE TABLE msf_gate (id int PRIMARY KEY)",
          "INSERT INTO msf_rows VALUES (1, 'one')",
          "INSERT INTO msf_gate VALUES (1)");
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(RawMysqlClient.logIn(node.target().as("admin", "admin")));
      }
      RawMysqlClient first = clients.get(0);
      Await.until(
          "the catalogue is read",
          () -> {
            first.value(READ);
            return "yes".equals(first.queryInfo().get("cached"));
          });
      node.admin("FLUSH CACHE");
      execute(past, "LOCK TABLES msf_gate WRITE");
      long misses = figure(node, "misses");
      first.send(query(READ));
      Await.until("one is sent", () -> figure(node, "misses") == misses + 1);
      for (RawMysqlClient client : clients.subList(1, CLIENTS)) {
        client.send(query(READ));
      }
      Await.until("the others wait", () -> figure(node, "waiting") == CLIENTS - 1);
      clients.get(1).vanish();
      execute(past, "UNLOCK TABLES");
      assertThat(first.rows()).isEqualTo(List.of(List.of("one")));
      for (RawMysqlClient client : clients.subList(2, CLIENTS)) {
        assertThat(client.rows()).isEqualTo(List.of(List.of("one")));
        assertThat(client.queryInfo().get("cached"))
            .isEqualTo("yes: by the answer to an equal statement");
      }
      assertThat(figure(node, "misses")).isEqualTo(misses + 1);
      execute(past, "DROP TABLE msf_rows, msf_gate");
    } finally {
      for (RawMysqlClient client : clients) {
        client.close();
      }
    }
  }
}
