package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement is refused for which a BEGIN was held back: its transaction has failed. */
class RefusedTransactionIT {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingOfATransactionIsCommittedOfWhichAStatementWasRefused(boolean extended)
      throws IOException {
    try (TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .vdb("delayedTransaction", true)
                        .vdb("pool.queueTimeout", "2s")
                        .vdb("pool.size", 1));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holder.query("DROP TABLE IF EXISTS refused_rows; CREATE TABLE refused_rows (a int)");
      holder.query("BEGIN");
      holder.query("SELECT 1");
      client.query("BEGIN");
      if (extended) {
        client.send(statement("INSERT INTO refused_rows VALUES (1)"), sync());
      } else {
        client.send(query("INSERT INTO refused_rows VALUES (1)"));
      }
      assertThat(client.untilReady().toString()).contains("Error").endsWith("ReadyForQuery E]");
      holder.query("COMMIT");
      assertThat(client.query("INSERT INTO refused_rows VALUES (2)").toString()).contains("25P02");
      assertThat(client.query("COMMIT").toString())
          .isEqualTo("[CommandComplete ROLLBACK, ReadyForQuery I]");
      assertThat(client.value("SELECT count(*) FROM refused_rows")).isEqualTo("0");
    }
  }

  @Test
  void aTransactionWhoseBeginTheServerRefusesHasFailed() throws IOException {
    int standby = SharedPostgres.cluster().replicas().get(0).port();
    try (TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .source("url", "jdbc:postgresql://127.0.0.1:" + standby + "/app")
                        .source("catalog.enabled", false)
                        .vdb("delayedTransaction", true));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
      assertThat(client.query("SELECT 1").toString())
          .contains("Error")
          .endsWith("ReadyForQuery E]");
      assertThat(client.query("SELECT 2").toString()).contains("25P02");
      assertThat(client.query("ROLLBACK").toString()).endsWith("ReadyForQuery I]");
      assertThat(client.value("SELECT 3")).isEqualTo("3");
    }
  }
}
