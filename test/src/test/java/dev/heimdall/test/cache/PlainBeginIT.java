package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The first read behind a BEGIN that names no isolation level, where the server has said which. */
class PlainBeginIT {
  private static final String DATABASE = "plain_begin";
  private static final String READ = "SELECT n FROM pb";

  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(DATABASE);
    past("CREATE TABLE pb AS SELECT 0 AS n; GRANT ALL ON pb TO PUBLIC");
    node =
        TestNode.start(
            c ->
                c.source("url", SharedPostgres.primary().jdbcUrl(DATABASE))
                    .cluster(SharedPostgres.cluster())
                    .source("cluster.probe.positionInterval", "20ms")
                    .vdb("cache.enabled", true)
                    .vdb("cache.dmlThreshold", 100)
                    .vdb("rules", List.of("cached"))
                    .rules(
                        "cached",
                        "{\"match\": \"FROM pb\", \"action\": \"cache\", \"inTransaction\": true}"));
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary().execute("DROP DATABASE " + DATABASE + " WITH (FORCE)");
  }

  private static void past(String sql) throws IOException {
    try (RawClient client =
        RawClient.logIn(
            SharedPostgres.target()
                .in(DATABASE)
                .as(SharedPostgres.cluster().superuser(), SharedPostgres.cluster().password()))) {
      client.query(sql);
    }
  }

  private static RawClient client() throws IOException {
    return RawClient.logIn(node.target().in(DATABASE));
  }

  private static long hits() {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  /** True if the read of a transaction is answered from the cache, by a session of its own. */
  private static boolean served(String begin) throws IOException {
    long before = hits();
    try (RawClient client = client()) {
      client.query(begin);
      client.query(READ);
      client.query("COMMIT");
    }
    return hits() > before;
  }

  @Test
  void isAnsweredFromTheCacheAsLongAsThatIsReadCommitted() throws IOException {
    Await.until("results are kept", PlainBeginIT::servedOutside);
    Await.until("the server was asked once", () -> served("BEGIN"));
    Await.until("one that only reads, too", () -> served("START TRANSACTION READ ONLY"));
    assertThat(served("BEGIN ISOLATION LEVEL REPEATABLE READ")).isFalse();

    past("ALTER DATABASE " + DATABASE + " SET default_transaction_isolation = 'repeatable read'");
    Await.until("another default is noticed", () -> !served("BEGIN"));
    for (int i = 0; i < 5; i++) {
      Await.until("results are kept", PlainBeginIT::servedOutside);
      assertThat(served("BEGIN")).isFalse();
    }
    Await.until("that of the BEGIN holds", () -> served("BEGIN ISOLATION LEVEL READ COMMITTED"));
    oneSnapshot();

    past("ALTER DATABASE " + DATABASE + " RESET default_transaction_isolation");
    Await.until("and that it is the former one", () -> servedOutside() && served("BEGIN"));
    aSessionWithAnother("SET default_transaction_isolation = 'repeatable read'");
    aSessionWithAnother("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    aSessionWithAnother(
        "SELECT set_config('default_transaction_isolation', 'serializable', false)");
  }

  private static boolean servedOutside() throws IOException {
    long before = hits();
    try (RawClient client = client()) {
      client.query(READ);
      client.query(READ);
    }
    return hits() > before;
  }

  /** Its transactions begin otherwise, whatever is known of those of others. */
  private static void aSessionWithAnother(String sets) throws IOException {
    try (RawClient client = client()) {
      client.query(sets);
      client.query("BEGIN");
      long before = hits();
      client.query(READ);
      assertThat(hits()).as(sets).isEqualTo(before);
      client.query("COMMIT");
    }
    Await.until("others' are served", () -> servedOutside() && served("BEGIN"));
  }

  /** Where transactions have snapshots of their own, each sees no write of others. */
  private static void oneSnapshot() throws IOException {
    try (RawClient reader = client();
        RawClient writer = client()) {
      reader.query("BEGIN");
      String first = value(reader);
      writer.query("UPDATE pb SET n = n + 1");
      servedOutside();
      assertThat(value(reader)).isEqualTo(first);
      reader.query("COMMIT");
      assertThat(value(reader)).isNotEqualTo(first);
    }
  }

  private static String value(RawClient client) throws IOException {
    return client.query(READ).stream()
        .filter(message -> message.type() == 'D')
        .map(message -> new String(message.body(), StandardCharsets.UTF_8))
        .findFirst()
        .orElseThrow();
  }
}
