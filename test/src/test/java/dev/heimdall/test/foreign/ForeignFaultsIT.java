package dev.heimdall.test.foreign;

import static dev.heimdall.test.fixture.Frontend.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Forwarded statements that are cancelled, left behind, or meet a server that is not there. */
@Tag("ci")
class ForeignFaultsIT {
  private static final String SLEEP = "SELECT sleep(600) /* on_crm */";
  private static final String FINE = "SELECT 'fine' /* on_crm */";

  private static Message error(List<Message> messages) {
    return messages.stream()
        .filter(m -> m.type() == 'E')
        .findFirst()
        .orElseThrow(() -> new AssertionError(messages.toString()));
  }

  private static void cancel(TestNode node, RawClient client) throws IOException {
    try (RawClient canceller = RawClient.connect(node.target())) {
      canceller.send(Frontend.cancelRequest(client.processId(), client.secret()));
      canceller.untilClosed();
    }
  }

  private static void awaitRunning(MariaServer server, int count) {
    Await.until(count + " run at the server", () -> server.running("sleep(600)") == count);
  }

  @Test
  void aCancelEndsWhatRunsAndWhatWaits() throws IOException {
    MariaServer server = MariaServer.shared();
    try (TestNode node = ForeignNode.start(server, c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target());
        RawClient waiting = RawClient.logIn(node.target())) {
      client.send(query(SLEEP));
      awaitRunning(server, 1);
      waiting.send(query(SLEEP));
      Await.until(
          "both are active",
          () ->
              node.clients().stream().filter(row -> row.get("state").equals("active")).count()
                  == 2);

      cancel(node, waiting);
      assertThat(error(waiting.untilReady()).sqlState()).isEqualTo("57014");
      assertThat(server.running("sleep(600)")).isEqualTo(1);

      cancel(node, client);
      assertThat(error(client.untilReady()).sqlState()).isEqualTo("57014");
      awaitRunning(server, 0);
      assertThat(client.value(FINE)).isEqualTo("fine");
      assertThat(waiting.value(FINE)).isEqualTo("fine");
    }
  }

  @Test
  void aTimeLimitEndsWhatRuns() throws IOException {
    MariaServer server = MariaServer.shared();
    try (TestNode node = ForeignNode.start(server, c -> c.vdb("clients.queryTimeout", "2s"));
        RawClient client = RawClient.logIn(node.target())) {
      Message late = error(client.query(SLEEP));

      assertThat(late.sqlState()).isEqualTo("57014");
      assertThat(late.fields().get('M')).isEqualTo("canceling statement due to statement timeout");
      awaitRunning(server, 0);
      assertThat(client.value(FINE)).isEqualTo("fine");
    }
  }

  @Test
  void whoWaitsTooLongForAConnectionIsTold() throws IOException {
    MariaServer server = MariaServer.shared();
    try (TestNode node = ForeignNode.start(server, c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target());
        RawClient waiting = RawClient.logIn(node.target())) {
      client.send(query(SLEEP));
      awaitRunning(server, 1);
      // Only now, so that nobody waits too long for a server connection to be made.
      node.change(c -> c.vdb("pool.queueTimeout", "200ms"));

      assertThat(error(waiting.query(FINE)).sqlState()).isEqualTo("53300");
      cancel(node, client);
      client.untilReady();
    }
  }

  @Test
  void aClientThatVanishesLeavesNothingRunning() throws IOException {
    MariaServer server = MariaServer.shared();
    try (TestNode node = ForeignNode.start(server, c -> c.vdb("pool.size", 1))) {
      for (int i = 0; i < 3; i++) {
        RawClient gone = RawClient.logIn(node.target());
        gone.send(query(SLEEP));
        awaitRunning(server, 1);
        gone.vanish();
        awaitRunning(server, 0);
      }
      RawClient slow = RawClient.logIn(node.target());
      slow.send(query("SELECT repeat('x', 60000), 'sleep(600)' FROM seq_1_to_100000 /* on_crm */"));
      awaitRunning(server, 1);
      slow.close();
      awaitRunning(server, 0);
      try (RawClient client = RawClient.logIn(node.target())) {
        assertThat(client.value(FINE)).isEqualTo("fine");
      }
    }
  }

  @Test
  void aServerThatDiesIsAnErrorAndItsReturnIsNoticed() throws IOException {
    try (MariaServer server = MariaServer.start();
        TestNode node = ForeignNode.start(server, c -> c.source("crm", "connectTimeout", "500ms"));
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.value(FINE)).isEqualTo("fine");
      client.send(query(SLEEP));
      awaitRunning(server, 1);

      server.kill();

      assertThat(error(client.untilReady()).sqlState()).isEqualTo("08006");
      Message away = error(client.query(FINE));
      assertThat(away.sqlState()).isEqualTo("08001");
      assertThat(away.fields().get('M')).startsWith("cannot connect to the data source \"crm\": ");
      assertThat(client.value("SELECT 1")).isEqualTo("1");

      server.begin();

      assertThat(client.value(FINE)).isEqualTo("fine");
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNeverShown() throws IOException {
    List<String> said = new ArrayList<>();
    try (LoggedLines log = LoggedLines.of("ROOT");
        TestNode node =
            ForeignNode.start(
                MariaServer.shared(), c -> c.source("crm", "password", "hunter2-secret"));
        RawClient client = RawClient.logIn(node.target())) {
      Message refused = error(client.query(FINE));

      assertThat(refused.sqlState()).isEqualTo("08001");
      assertThat(refused.fields().get('M')).contains("Access denied for user 'crm'");
      assertThat(refused.fields().get('D')).contains("error 1045");
      said.add(refused.toString());
      assertThat(client.value("SELECT 1")).isEqualTo("1");
      said.addAll(log.beginningWith(""));
    }
    assertThat(said).noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void aChangedSourceIsUsedFromTheNextStatementOn() throws IOException {
    MariaServer server = MariaServer.shared();
    try (TestNode node = ForeignNode.start(server, c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.value("SELECT database() /* on_crm */")).isEqualTo("crm");

      node.change(c -> c.source("crm", "url", server.url("app")));

      assertThat(client.value("SELECT database() /* on_crm */")).isEqualTo("app");
    }
  }
}
