package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.copyDone;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that end amid something leave their server connection clean. */
@Tag("ci")
class VanishingClientsIT extends OwnNodeOfEachKind {
  /** How a client comes to its end, with a server connection of this process id. */
  private interface Ending {
    void play(RawClient client) throws IOException;
  }

  private void vanishes(Ending ending) throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1))) {
      SharedPostgres.primary()
          .executeIn(
              "app",
              "CREATE TABLE IF NOT EXISTS vanishing (a int, b text)",
              "TRUNCATE vanishing",
              "GRANT ALL ON vanishing TO app");
      RawClient client = RawClient.logIn(node.target());
      client.query("BEGIN");
      String pid = client.value("SELECT pg_backend_pid()");
      client.query("INSERT INTO vanishing VALUES (1, 'lost')");
      ending.play(client);
      client.vanish();
      awaitClean(pid);
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT count(*) FROM vanishing")).isEqualTo("0");
        next.send(statement("SELECT 'extended'"), sync());
        assertThat(next.untilReady())
            .extracting(Message::type)
            .containsExactly('1', '2', 'T', 'D', 'C', 'Z');
      }
    }
  }

  @Test
  void aClientVanishesBetweenTheStatementsOfATransaction() throws Exception {
    vanishes(client -> {});
  }

  @Test
  void aClientVanishesInAFailedTransaction() throws Exception {
    vanishes(client -> client.query("SELECT 1/0"));
  }

  @Test
  void aClientVanishesWhileItsStatementRuns() throws Exception {
    vanishes(
        client -> {
          client.send(query("SELECT pg_sleep(60)"));
          Await.until(
              "it runs",
              () ->
                  "1"
                      .equals(
                          SharedPostgres.value(
                              "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")));
        });
  }

  @Test
  void aClientVanishesInACopyIn() throws Exception {
    vanishes(
        client -> {
          client.send(query("COPY vanishing FROM STDIN"));
          client.until('G');
          client.send(copyData("2\tlost too\n"));
        });
  }

  @Test
  void aClientVanishesInACopyInOfTheExtendedProtocol() throws Exception {
    vanishes(
        client -> {
          client.send(statement("COPY vanishing FROM STDIN"), sync());
          client.until('G');
          client.send(copyData("2\tlost too\n"));
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfCopyData() throws Exception {
    vanishes(
        client -> {
          client.send(query("COPY vanishing FROM STDIN"));
          client.until('G');
          byte[] data = copyData("x".repeat(100_000));
          client.sendPart(data, 0, 50_000);
        });
  }

  @Test
  void aClientVanishesInACopyOut() throws Exception {
    vanishes(
        client -> {
          client.send(
              query("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000)) TO STDOUT"));
          client.until('H');
          client.receive();
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfALargeResult() throws Exception {
    vanishes(
        client -> {
          client.send(query("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"));
          client.until('T');
          client.receive();
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfAMessage() throws Exception {
    vanishes(
        client -> {
          byte[] large = query("SELECT '" + "x".repeat(500_000) + "'");
          client.sendPart(large, 0, 250_000);
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfALargeBind() throws Exception {
    vanishes(
        client -> {
          byte[] batch = statement("SELECT $1::text", "x".repeat(500_000));
          client.sendPart(batch, 0, 250_000);
        });
  }

  @Test
  void aClientVanishesInABatchWithoutSync() throws Exception {
    vanishes(
        client -> {
          client.send(statement("INSERT INTO vanishing VALUES (2, 'lost too')"), Frontend.flush());
          client.until('C');
        });
  }

  @Test
  void aClientVanishesWithAPipelineUnderWay() throws Exception {
    vanishes(
        client -> {
          for (int i = 0; i < 50; i++) {
            client.send(
                statement("INSERT INTO vanishing SELECT g, 'x' FROM generate_series(1, 1000) g"),
                sync());
          }
        });
  }

  @Test
  void aServerConnectionGoesBackAfterACopyWhoseSyncWasSentUpFront() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", kind.multiplexes() ? 1 : 2));
        RawClient client = RawClient.logIn(node.target());
        RawClient next = RawClient.logIn(node.target())) {
      client.query("DROP TABLE IF EXISTS copied_up_front");
      client.query("CREATE TABLE copied_up_front (a int)");
      for (int i = 0; i < 3; i++) {
        client.send(statement("COPY copied_up_front FROM STDIN"), sync());
        client.until('G');
        client.send(copyData("1\n"), copyDone(), sync());
        client.untilReady();
        client.send(
            statement("COPY copied_up_front FROM STDIN"),
            sync(),
            copyData("2\n"),
            copyDone(),
            sync());
        client.untilReady();
        assertThat(next.value("SELECT count(*) FROM copied_up_front"))
            .isEqualTo(Integer.toString(2 * i + 2));
      }
    }
  }
}
