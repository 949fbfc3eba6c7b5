package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.engine.net.Transport;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the node talks to the kernel, it hears of connections that end and of what comes. */
class TransportIT {
  private TestNode node;

  private void start(String transport) {
    assumeTrue(
        !transport.equals("io_uring") || nodesCanUse(dev.heimdall.model.Transport.IO_URING),
        "this kernel has no io_uring that the node can use");
    node =
        TestNode.start(
            c ->
                c.node("transport", transport)
                    .node("loops", 2)
                    .vdb("pool.size", 1)
                    .vdb("pool.queueTimeout", "20s"));
  }

  private static boolean nodesCanUse(dev.heimdall.model.Transport transport) {
    try {
      Transport.of(transport);
      return true;
    } catch (IllegalStateException lacking) {
      return false;
    }
  }

  @AfterEach
  void end() {
    if (node != null) {
      node.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void clientsThatAreResetBehindTheirLastBytesLeave(String transport) throws IOException {
    start(transport);
    byte[] query = Frontend.query("SELECT 'half'");

    for (int round = 0; round < 12; round++) {
      RawClient client = RawClient.logIn(node.target());
      client.sendPart(query, 0, 1 + round);
      client.vanish();
    }

    Rest.poolsOf(node);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void clientsAreEndedAmidResultsThatTheyDoNotRead(String transport) throws IOException {
    start(transport);
    try (RawClient client = RawClient.connect(node.target(), 64 << 10).logIn(0)) {
      client.send(Frontend.query("SELECT repeat('x', 30000000)"));
      assertThat(client.receive().type()).isEqualTo('T');

      client.send(new byte[] {'!', 0, 0, 0, 4});

      Rest.poolsOf(node);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void aServerConnectionServesTheClientsOfBothLoopsInTurn(String transport) throws Exception {
    start(transport);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clients.add(threads.submit(this::ask));
      }
      for (Future<?> client : clients) {
        client.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Void ask() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 20; i++) {
        // In a transaction, so that it is not shared with the others' reads.
        List<Message> answer = client.query("BEGIN; SELECT " + i + "; COMMIT");
        assertThat(answer).extracting(Message::type).doesNotContain('E').contains('D');
      }
    }
    return null;
  }
}
