package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A table that is written often is not worth the memory of its results. */
class WrittenOftenIT {
  private static final String READ = "SELECT name FROM wo_rows";
  private static final String TOLD = "SELECT name AS in_any_case FROM wo_rows";
  private static final String OTHER = "SELECT name FROM wo_others";

  private static final String READS = "{\"match\": \"(?i)^select\", \"action\": \"cache\"}";

  private static TestNode caching(int dmlThreshold, String... rules) {
    return TestNode.start(
        c ->
            c.cluster(SharedPostgres.cluster())
                .vdb("cache.enabled", true)
                .vdb("cache.dmlThreshold", dmlThreshold)
                .vdb("rules", List.of("cached"))
                .rules("cached", rules));
  }

  private static String cached(RawClient client, String sql) throws IOException {
    client.query(sql);
    return client.queryInfo().getOrDefault("cached", "");
  }

  @Test
  void aTableThatIsWrittenOftenIsNotCachedUnlessARuleWantsIt() throws IOException {
    try (TestNode node =
            caching(
                5,
                "{\"match\": \"in_any_case\", \"action\": \"cache\","
                    + " \"parameters\": {\"unconditional\": true, \"stop\": true}}",
                READS);
        RawClient client = RawClient.logIn(node.target().as("admin", "admin"))) {
      client.query(
          "DROP TABLE IF EXISTS wo_rows, wo_others; CREATE TABLE wo_rows (name text);"
              + " CREATE TABLE wo_others (name text); INSERT INTO wo_rows VALUES ('one')");
      try {
        Await.until("it is cached", () -> cached(client, READ).equals("yes"));
        for (int i = 0; i < 120; i++) {
          client.query("UPDATE wo_rows SET name = 'two'");
          client.query(READ);
        }
        Await.until(
            "it is written often",
            () -> cached(client, READ).startsWith("no: too many of the statements"));
        cached(client, TOLD);
        assertThat(cached(client, TOLD)).isEqualTo("yes");
        cached(client, OTHER);
        assertThat(cached(client, OTHER)).isEqualTo("yes");
      } finally {
        client.query("DROP TABLE wo_rows, wo_others");
      }
    }
  }

  @Test
  void resultsThatNobodyAsksForBeforeTheirTableIsWrittenAreNotKept() throws IOException {
    try (TestNode node = caching(90, READS);
        RawClient client = RawClient.logIn(node.target().as("admin", "admin"))) {
      client.query(
          "DROP TABLE IF EXISTS wo_keys; CREATE TABLE wo_keys (id int PRIMARY KEY, n int);"
              + " INSERT INTO wo_keys SELECT i, 0 FROM generate_series(0, 9) i");
      String byKey = "SELECT n FROM wo_keys WHERE id = ";
      String all = "SELECT sum(n) FROM wo_keys";
      try {
        Await.until("it is cached", () -> cached(client, all).equals("yes"));
        String answer = "";
        for (int i = 0; i < 2_000 && !answer.startsWith("no: results of such"); i++) {
          answer = cached(client, byKey + i % 3);
          client.query("UPDATE wo_keys SET n = n + 1");
          cached(client, all);
          cached(client, all);
        }
        assertThat(answer).startsWith("no: results of such statements went");
        assertThat(cached(client, all)).isEqualTo("yes");
        Await.until("it is tried again", () -> cached(client, byKey + 9).equals("yes"));
      } finally {
        client.query("DROP TABLE wo_keys");
      }
    }
  }
}
