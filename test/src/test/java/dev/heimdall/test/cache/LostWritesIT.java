package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.Frontend.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writes whose outcome no node knows: what may be committed later is not hidden by any cache. */
class LostWritesIT {
  private static TestConfiguration fleet(TestConfiguration c, int id, RedisProcess store) {
    return c.node("id", id)
        .node("store.servers", List.of(store.address()))
        .cluster(SharedPostgres.cluster())
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select name\", \"action\": \"cache\"}");
  }

  private static long hits(TestNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  /** The server, whose client is gone, commits what it was about to when it can. */
  @Test
  void aWriteThatOneNodeHasLostIsInDoubtAtTheOthers() throws IOException, SQLException {
    PostgresServer server = SharedPostgres.primary();
    String read = "SELECT name FROM fc_doubted WHERE id = 1";
    try (RedisProcess store = RedisProcess.running();
        TcpFaults way = new TcpFaults(server.host(), server.port());
        TestNode second = TestNode.start(c -> fleet(c, 2, store));
        TestNode losing =
            TestNode.start(
                c ->
                    fleet(c, 1, store)
                        .source(
                            "url",
                            server
                                .jdbcUrl(SharedPostgres.DATABASE)
                                .replace(":" + server.port() + "/", ":" + way.port() + "/")));
        RawClient writer = RawClient.logIn(losing.target());
        RawClient reader = RawClient.logIn(second.target());
        Connection holder = SharedPostgres.target().jdbc()) {
      reader.query("CREATE TABLE fc_doubted AS SELECT 1 AS id, '' AS name");
      Await.until(
          "the fleet is whole",
          () -> {
            writer.value("UPDATE fc_doubted SET name = 'before' WHERE id = 1 RETURNING id");
            reader.value(read);
            long hits = hits(second);
            return reader.value(read).equals("before") && hits(second) > hits;
          });
      holder.setAutoCommit(false);
      holder.createStatement().execute("SELECT * FROM fc_doubted FOR UPDATE");
      writer.send(query("UPDATE fc_doubted SET name = 'late' WHERE id = 1"));
      Await.until(
          "the write waits",
          () ->
              SharedPostgres.value(
                      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                          + " AND query LIKE 'UPDATE fc_doubted%late%'")
                  .equals("1"));
      way.cutAll(true);
      writer.untilReady(); // with the error
      for (int i = 0; i < 3; i++) {
        assertThat(reader.value(read)).isEqualTo("before");
      }
      holder.rollback();
      Await.until(
          "it is committed",
          () -> SharedPostgres.value("SELECT name FROM fc_doubted WHERE id = 1").equals("late"));
      assertThat(reader.value(read)).isEqualTo("late");
    } finally {
      try (Connection past = SharedPostgres.target().jdbc()) {
        past.createStatement().execute("DROP TABLE fc_doubted");
      }
    }
  }
}
