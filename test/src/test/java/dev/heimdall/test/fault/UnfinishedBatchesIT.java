package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch whose client disconnects before its Sync is rolled back, as PostgreSQL does. */
class UnfinishedBatchesIT {
  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void nothingOfItIsCommitted(boolean multiplex, boolean terminates) throws Exception {
    SharedPostgres.primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS unfinished",
            "CREATE TABLE unfinished AS SELECT 0 AS n",
            "ALTER TABLE unfinished OWNER TO app");
    try (TestNode node = TestNode.start(c -> c.vdb("multiplex", multiplex))) {
      RawClient client = RawClient.logIn(node.target());
      client.send(
          Frontend.parse("", "INSERT INTO unfinished VALUES (1)"),
          Frontend.bind("", ""),
          Frontend.execute("", 0),
          Frontend.flush());
      client.until('C');
      if (terminates) {
        client.close();
      } else {
        client.vanish();
      }
      Await.until(
          "its server connection is done with it",
          () ->
              SharedPostgres.value(
                      "SELECT count(*) FROM pg_locks WHERE relation = 'unfinished'::regclass")
                  .equals("0"));
      assertThat(SharedPostgres.value("SELECT count(*) FROM unfinished")).isEqualTo("1");
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT 1")).isEqualTo("1");
      }
    }
  }
}
