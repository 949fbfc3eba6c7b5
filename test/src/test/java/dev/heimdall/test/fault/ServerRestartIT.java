package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole server goes and comes back: clients stay. */
class ServerRestartIT {
  private static PostgresCluster cluster;
  private TestNode node;
  private RawClient idle;
  private RawClient busy;

  @BeforeAll
  static void startCluster() {
    cluster = PostgresCluster.builder().ephemeralPorts().start();
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.source("url", cluster.primary().jdbcUrl("app"))
                    .source("connectTimeout", "2s")
                    .vdb("pool.size", 3)
                    .vdb("pool.queueTimeout", "30s"));
    idle = RawClient.logIn(node.target());
    busy = RawClient.logIn(node.target());
    idle.query("SET application_name = 'kept'");
    busy.query("BEGIN");
    assertThat(busy.value("SELECT 'in transaction'")).isEqualTo("in transaction");
  }

  @AfterEach
  void end() throws IOException {
    idle.close();
    busy.close();
    Rest.poolsOf(node);
    node.close();
  }

  private static boolean works(RawClient client) throws IOException {
    return client.query("SELECT 1").stream().anyMatch(message -> message.type() == 'D');
  }

  private void bothGoOn() {
    Await.until("the idle client works", () -> works(idle));
    Await.until(
        "the other client's transaction can be ended and it works",
        () -> {
          List<Message> ended = busy.query("ROLLBACK");
          return ended.get(ended.size() - 1).status() == 'I' && works(busy);
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = StopMode.class,
      names = {"FAST", "IMMEDIATE"})
  void clientsOutliveARestart(StopMode mode) throws IOException {
    cluster.primary().stop(mode);
    List<Message> away = busy.query("SELECT 1");
    assertThat(away)
        .filteredOn(message -> message.type() == 'E')
        .singleElement()
        .satisfies(error -> assertThat(error.fields().get('V')).isEqualTo("ERROR"));
    assertThat(away.get(away.size() - 1).status()).isEqualTo('E');
    idle.send(Frontend.query("SHOW application_name"));
    cluster.primary().start();

    List<Message> waited = idle.untilReady();
    assertThat(waited.get(waited.size() - 1).status()).isEqualTo('I');
    bothGoOn();
    assertThat(idle.value("SHOW application_name")).isEqualTo("kept");
  }

  @Test
  void clientsOutliveTheKillOfAServerProcess() throws IOException {
    long pid = Long.parseLong(busy.value("SELECT pg_backend_pid()"));

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    List<Message> lost = busy.query("SELECT 1");
    assertThat(lost)
        .filteredOn(message -> message.type() == 'E')
        .singleElement()
        .satisfies(error -> assertThat(error.fields().get('V')).isEqualTo("ERROR"));
    assertThat(lost.get(lost.size() - 1).status()).isEqualTo('E');
    bothGoOn();
    assertThat(idle.value("SHOW application_name")).isEqualTo("kept");
  }

  @Test
  void aFrozenServerDelaysAndLosesNothing() throws IOException {
    cluster.primary().freeze();
    try {
      idle.send(Frontend.query("SELECT 'thawed'"));
      busy.send(Frontend.query("SELECT 'too'"));
    } finally {
      cluster.primary().thaw();
    }

    assertThat(idle.untilReady()).extracting(Message::type).contains('D');
    assertThat(busy.untilReady()).extracting(Message::type).contains('D');
    busy.query("ROLLBACK");
  }
}
