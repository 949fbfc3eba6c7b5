package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Much data through little memory. */
@Tag("ci")
class StreamingIT {
  private static final long BOUND = 24L << 20;

  /** Result of more than a gigabyte; the JVM of the tests has a heap of one. */
  @Test
  @Tag("long")
  void aGigabyteOfRowsPassesInBoundedMemory() throws IOException {
    rowsPass(NodeKind.ONE_LOOP, 1_100, 1_000_000);
  }

  /** Five times what the node may hold. */
  @Test
  void muchMoreThanTheBoundPassesInBoundedMemory() throws IOException {
    rowsPass(NodeKind.ONE_LOOP, 120, 1_000_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"SESSION", "TLS"})
  void rowsOfManySizesPassInBoundedMemory(NodeKind kind) throws IOException {
    rowsPass(kind, 40, 1_000_000);
    rowsPass(kind, 8_000, 3_000);
  }

  /** One row alone is longer than all that the node may hold. */
  @Test
  void oneRowOfAHundredMegabytesPassesInBoundedMemory() throws IOException {
    rowsPass(NodeKind.ONE_LOOP, 2, 100_000_000);
  }

  private static void rowsPass(NodeKind kind, int rows, int width) throws IOException {
    try (TestNode node = TestNode.start(kind::into);
        RawClient client = RawClient.logIn(node.target());
        MemoryWatch memory = new MemoryWatch()) {
      client.send(
          query("SELECT repeat('x', %d) FROM generate_series(1, %d)".formatted(width, rows)));
      client.until('T');
      DataInputStream stream = client.stream();
      for (int i = 0; i < rows; i++) {
        assertThat((char) stream.readByte()).isEqualTo('D');
        int length = stream.readInt();
        assertThat(length).isEqualTo(width + 10);
        stream.skipNBytes(length - 4L);
      }
      client.untilReady();
      assertThat(memory.mostDirectMemory()).isLessThan(BOUND);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE_LOOP", "TLS"})
  void aClientThatStopsReadingHoldsTheServerBackAndNobodyElse(NodeKind kind) throws IOException {
    try (TestNode node = TestNode.start(kind::into);
        RawClient slow = RawClient.connect(node.target(), 8 * 1024).logIn(0);
        RawClient other = RawClient.logIn(node.target());
        MemoryWatch memory = new MemoryWatch()) {
      slow.send(query("SELECT repeat('x', 100000) FROM generate_series(1, 2000)"));
      slow.until('T');
      theServerIsHeldBack();
      for (int i = 0; i < 50; i++) {
        assertThat(other.value("SELECT " + i)).isEqualTo(Integer.toString(i));
      }
      theServerIsHeldBack();
      assertThat(memory.mostDirectMemory()).isLessThan(BOUND);
      int rows = 0;
      while (slow.receive().type() == 'D') {
        rows++;
      }
      assertThat(rows).isEqualTo(2000);
      slow.untilReady();
    }
  }

  /** The kernel's buffers take a little more now and then; a server that may send all ends. */
  private static void theServerIsHeldBack() {
    Await.until(
        "the server waits for the node to read",
        () ->
            "1"
                .equals(
                    SharedPostgres.value(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite'")));
  }

  @Test
  void aServerThatStopsReadingHoldsTheClientBack() throws Exception {
    try (TestNode node = TestNode.start(NodeKind.ONE_LOOP::into);
        RawClient sender = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target());
        MemoryWatch memory = new MemoryWatch()) {
      // The server is busy with the first statement while tens of megabytes follow behind it.
      sender.send(query("SELECT pg_sleep(1.5)"));
      String large = "y".repeat(1_000_000);
      Thread writer =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 60; i++) {
                    sender.send(
                        parse("", "SELECT length($1::text)"),
                        bind("", "", large),
                        execute("", 0),
                        sync());
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              },
              "writer");
      writer.start();
      for (int i = 0; i < 20; i++) {
        assertThat(other.value("SELECT " + i)).isEqualTo(Integer.toString(i));
      }
      sender.untilReady();
      for (int i = 0; i < 60; i++) {
        assertThat(sender.untilReady().get(2).columns()).containsExactly("1000000");
      }
      writer.join();
      assertThat(memory.mostDirectMemory()).isLessThan(BOUND);
    }
  }

  @Test
  void manyClientsWithLargeResultsShareTheMemory() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 10));
        MemoryWatch memory = new MemoryWatch()) {
      RawClient[] clients = new RawClient[10];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = RawClient.connect(node.target(), 8 * 1024).logIn(0);
        clients[i].send(query("SELECT repeat('z', 10000) FROM generate_series(1, 300)"));
      }
      for (RawClient client : clients) {
        assertThat(client.untilReady()).hasSize(303);
        client.close();
      }
      assertThat(memory.mostDirectMemory()).isLessThan(BOUND);
    }
  }
}
