package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of {@code heimdall proxy}: by a signal or by HTTP, clients lose no transaction. */
@Tag("ci")
class DrainIT {
  private static final Map<String, Object> LONG_DRAIN = Map.of("drainTimeout", "60s");
  private static final Map<String, Object> ANNOUNCED =
      Map.of("drainTimeout", "60s", "drainNotice", "3s");

  @TempDir private Path directory;

  /** Begins a drain in one way or another. */
  private interface Beginning {
    void of(ProxyProcess proxy) throws Exception;
  }

  @Test
  void aSignalLetsTransactionsFinishAndEndsTheProcess() throws Exception {
    drainsInGoodOrder(ProxyProcess::terminate);
  }

  @Test
  @Tag("long")
  void postDrainLetsTransactionsFinishAndEndsTheProcess() throws Exception {
    drainsInGoodOrder(proxy -> assertThat(proxy.door().post("/drain").statusCode()).isEqualTo(202));
  }

  private void drainsInGoodOrder(Beginning drain) throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, LONG_DRAIN);
        RawClient idle = RawClient.logIn(proxy.target());
        RawClient used = RawClient.logIn(proxy.target());
        RawClient console = RawClient.logIn(proxy.console());
        RawClient running = RawClient.logIn(proxy.target());
        RawClient batch = RawClient.logIn(proxy.target());
        RawClient transaction = RawClient.logIn(proxy.target())) {
      used.value("SELECT 1");
      transaction.query("BEGIN");
      transaction.value("SELECT 1");
      running.send(Frontend.query("SELECT 'done', pg_sleep(1)"));
      batch.send(Frontend.statement("SELECT 'first'"), Frontend.flush());
      batch.until('C');
      assertThat(proxy.door().get("/readyz").statusCode()).isEqualTo(200);

      drain.of(proxy);

      assertThat(idle.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(used.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(console.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(running.untilReady())
          .extracting(Message::type)
          .containsExactly('T', 'D', 'C', 'Z');
      assertThat(running.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(proxy.door().get("/readyz").statusCode()).isEqualTo(503);
      assertThat(proxy.door().get("/livez").statusCode()).isEqualTo(200);
      assertThat(proxy.door().metric("heimdall_draining")).isEqualTo(1);
      assertThat(refusesClients(proxy)).isTrue();

      batch.send(Frontend.statement("SELECT 'second'"), Frontend.sync());
      assertThat(batch.untilReady()).noneMatch(message -> message.type() == 'E');
      assertThat(batch.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(transaction.value("SELECT 2")).isEqualTo("2");
      assertThat(proxy.isAlive()).isTrue();
      assertThat(transaction.query("COMMIT")).first().hasToString("CommandComplete COMMIT");
      assertThat(transaction.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  private static boolean refusesClients(ProxyProcess proxy) throws IOException {
    try (RawClient late = RawClient.connect(proxy.target())) {
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  /** As a load balancer that asks every now and then needs it. Nobody waits for the end. */
  @Test
  void whoComesWhileTheEndIsAnnouncedIsServed() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, Map.of("drainNotice", "1h"));
        RawClient before = RawClient.logIn(proxy.target())) {
      proxy.terminate();
      Await.until("it is announced", () -> proxy.door().get("/readyz").statusCode() == 503);
      assertThat(proxy.door().get("/livez").statusCode()).isEqualTo(200);
      try (RawClient late = RawClient.logIn(proxy.target())) {
        assertThat(late.value("SELECT 1")).isEqualTo("1");
        assertThat(before.value("SELECT 2")).isEqualTo("2");
      }
    }
  }

  @Test
  void whoIsThereWhenTheNoticeIsOverIsTold() throws Exception {
    try (ProxyProcess proxy =
            ProxyProcess.start(directory, Map.of("drainTimeout", "60s", "drainNotice", "500ms"));
        RawClient before = RawClient.logIn(proxy.target())) {
      proxy.terminate();
      assertThat(before.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(refusesClients(proxy)).isTrue();
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  /** The end of one whose clients do not know of it is announced for a while. */
  private static void endsBehindNotice(ProxyProcess proxy) {
    proxy.terminate();
    Await.until("its ports are closed", () -> refusesClients(proxy));
  }

  /** It has come while clients were let in, and nobody can have told it of the end. */
  @Test
  @Tag("long")
  void aLogInThatEndsBehindTheNoticeIsServedForAsLongAgain() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, ANNOUNCED);
        RawClient late = RawClient.connect(proxy.target())) {
      late.startup(0);
      endsBehindNotice(proxy);
      late.authenticate();
      assertThat(late.value("SELECT 1")).isEqualTo("1");
      assertThat(late.value("SELECT 2")).isEqualTo("2");
      assertThat(late.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  @Test
  @Tag("long")
  void aLogInOfMysqlThatEndsBehindTheNoticeIsServedForAsLongAgain() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.configured(directory, ANNOUNCED)) {
      proxy.before(MysqlRelease.MARIADB.shared().primary());
      proxy.start(Map.of(), "--config=" + proxy.directory());
      try (RawMysqlClient late = RawMysqlClient.connect(proxy.mysqlTarget())) {
        endsBehindNotice(proxy);
        late.authenticate();
        assertThat(late.value("SELECT 1")).isEqualTo("1");
        assertThat(late.value("SELECT 2")).isEqualTo("2");
      }
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  /** Its ports are closed at once, and who came before learns why nobody welcomes it. */
  @Test
  @Tag("long")
  void aLogInThatEndsOnANodeThatDrainsWithoutNoticeIsTold() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, LONG_DRAIN);
        RawClient late = RawClient.connect(proxy.target());
        RawClient lost = RawClient.connect(proxy.target());
        RawClient silent = RawClient.connect(proxy.target())) {
      late.startup(0);
      lost.startup(0);
      endsBehindNotice(proxy);
      assertThatThrownBy(late::authenticate).hasMessageContaining("57P03, M=the node is stopping");
      assertThat(lost.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P03");
      assertThat(silent.stream().read()).isEqualTo(-1);
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
      assertThat(proxy.output()).contains("reason=draining");
    }
  }

  @Test
  @Tag("long")
  void aLogInOfMysqlThatEndsOnANodeThatDrainsWithoutNoticeIsTold() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.configured(directory, LONG_DRAIN)) {
      proxy.before(MysqlRelease.MARIADB.shared().primary());
      proxy.start(Map.of(), "--config=" + proxy.directory());
      try (RawMysqlClient late = RawMysqlClient.connect(proxy.mysqlTarget())) {
        endsBehindNotice(proxy);
        assertThatThrownBy(late::authenticate).hasMessageContaining("1053");
      }
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  @Test
  void aNodeWithoutClientsEndsAtOnce() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, LONG_DRAIN)) {
      assertThat(proxy.door().post("/drain").statusCode()).isEqualTo(202);

      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  @Test
  void aTransactionThatDoesNotEndIsClosedWhenTheTimeIsOver() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.start(directory, Map.of("drainTimeout", "500ms"));
        RawClient transaction = RawClient.logIn(proxy.target())) {
      transaction.query("BEGIN");
      transaction.value("SELECT 1");

      proxy.terminate();

      assertThat(transaction.untilClosed())
          .as(proxy::output)
          .last()
          .extracting(Message::sqlState)
          .isEqualTo("57P01");
      assertThat(proxy.exitCode()).as(proxy.output()).isZero();
    }
  }

  @Test
  void aTransactionWhoseBeginIsHeldBackGoesOnToItsEnd() throws Exception {
    try (TestNode node =
            TestNode.start(c -> c.vdb("delayedTransaction", true).node("drainTimeout", "60s"));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      new Door(node.httpPort()).post("/drain");
      Await.until(
          "the node drains", () -> new Door(node.httpPort()).metric("heimdall_draining") == 1);

      assertThat(client.value("SELECT 1")).isEqualTo("1");
      assertThat(client.query("COMMIT")).first().hasToString("CommandComplete COMMIT");
      assertThat(client.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
    }
  }
}
