package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.cancelRequest;
import static dev.heimdall.test.fixture.Frontend.copyFail;
import static dev.heimdall.test.fixture.Frontend.message;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Messages of every type and size where no session at a database takes them: before the log-in is
 * over, at the console, while the node drains, and as cancel requests.
 */
class MessageSizesAtTheEdgesIT {
  private static final int MEGABYTES = 8 * 1024 * 1024;
  private static final int[] SIZES = {5, 30, 10_001, 65_541, 65_542, 200_000};

  private static TestNode node;

  @BeforeAll
  static void start() {
    TestCertificate certificate = TestCertificate.localhost();
    node =
        TestNode.start(
            c ->
                c.clientTls("allow", certificate)
                    .node("failedLogIns.maxDelay", "0")
                    .vdb("md5", "address", "127.0.0.1")
                    .vdb("md5", "ports", List.of(0))
                    .vdb("md5", "source", "main")
                    .vdb("md5", "auth", List.of(Map.of("method", "md5")))
                    .vdb("clear", "address", "127.0.0.1")
                    .vdb("clear", "ports", List.of(0))
                    .vdb("clear", "source", "main")
                    .vdb("clear", "tls.certificateFile", "client-side.pem")
                    .vdb("clear", "tls.keyFile", "client-side.key")
                    .vdb("clear", "tls.mode", "require")
                    .vdb(
                        "clear", "auth", List.of(Map.of("type", "hostssl", "method", "password"))));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  // ---- before the log-in is over

  /** Where passwords are sent in clear text, and so in TLS. */
  private static Target clear() {
    Target target = node.target("clear");
    return new Target(
        target.host(), target.port(), target.database(), target.user(), target.password(), true);
  }

  private static RawClient asked(Target target) throws IOException {
    RawClient client = RawClient.connect(target);
    client.startup(0);
    assertThat(client.receive().type()).isEqualTo('R');
    return client;
  }

  /** Only the first bytes of a message are sent; says what the node answers to these. */
  private static String refusalOf(RawClient client, int length) throws IOException {
    client.send(ByteBuffer.allocate(5).put((byte) 'p').putInt(length).array());
    List<Message> told = client.untilClosed();
    assertThat(told).hasSize(1);
    return told.get(0).sqlState();
  }

  @Test
  void aPasswordMessageThatIsTooLongIsRefusedByItsHead() throws IOException {
    for (int length : new int[] {-1, 0, 3, 1025, MEGABYTES, Integer.MAX_VALUE}) {
      try (RawClient scram = asked(node.target());
          RawClient md5 = asked(node.target("md5"))) {
        assertThat(refusalOf(scram, length)).as("SCRAM, %d", length).isEqualTo("08P01");
        assertThat(refusalOf(md5, length)).as("MD5, %d", length).isEqualTo("08P01");
      }
    }
    for (int length : new int[] {-1, 0, 3, 65_537, MEGABYTES, Integer.MAX_VALUE}) {
      try (RawClient clear = asked(clear())) {
        assertThat(refusalOf(clear, length)).as("clear text, %d", length).isEqualTo("08P01");
      }
    }
  }

  @Test
  void theSecondMessageOfScramIsNoLongerThanTheFirst() throws IOException {
    for (int length : new int[] {3, 1025, MEGABYTES}) {
      try (RawClient client = asked(node.target())) {
        client.send(initialResponse("n,,n=,r=" + "x".repeat(24)));
        assertThat(client.receive().type()).isEqualTo('R');
        assertThat(refusalOf(client, length)).isEqualTo("08P01");
      }
    }
  }

  @Test
  void everyShorterPasswordMessageIsAnswered() throws IOException {
    for (int body : new int[] {0, 1, 2, 30, 500, 1019, 1020}) {
      try (RawClient first = asked(node.target());
          RawClient padded = asked(node.target());
          RawClient second = asked(node.target());
          RawClient md5 = asked(node.target("md5"))) {
        first.send(message('p', new byte[body]));
        assertThat(lastOf(first)).isEqualTo("08P01");
        padded.send(initialResponse("n,,n=,r=" + "x".repeat(Math.max(1, body - 26))));
        Message answer = padded.receive();
        assertThat(answer.type()).isIn('R', 'E');
        second.send(initialResponse("n,,n=,r=" + "x".repeat(24)));
        second.receive();
        second.send(message('p', filled(body)));
        assertThat(lastOf(second)).startsWith("08P01");
        md5.send(message('p', filled(body)));
        assertThat(lastOf(md5)).isEqualTo("28P01");
      }
    }
    for (int body : new int[] {0, 1, 30, 1020, 2048, 16_384, 65_532}) {
      try (RawClient clear = asked(clear())) {
        clear.send(message('p', filled(body)));
        assertThat(lastOf(clear)).as("of %d bytes", body).isEqualTo("28P01");
      }
    }
  }

  @Test
  void otherMessagesOfAnySizeAreRefusedByTheirHead() throws IOException {
    for (SizedBatch batch : EnumSet.complementOf(EnumSet.of(SizedBatch.PASSWORD))) {
      for (int size : new int[] {5, 200_000}) {
        try (RawClient client = asked(node.target())) {
          byte[] bytes = batch.of(size);
          client.sendPart(bytes, 0, 5);
          assertThat(client.untilClosed())
              .as("%s of %d", batch, size)
              .singleElement()
              .satisfies(m -> assertThat(m.sqlState()).isEqualTo("08P01"));
        }
      }
    }
  }

  /** What is sent ahead, while it cannot be read, is not kept without limit. */
  @Test
  void nobodySendsMegabytesBeforeItIsLoggedIn() throws IOException {
    for (Target target : List.of(node.target(), node.target("md5"), clear())) {
      try (RawClient client = asked(target)) {
        byte[] flood = new byte[MEGABYTES];
        Arrays.fill(flood, (byte) 'S');
        try {
          client.send(message('p', filled(30)), flood);
        } catch (SocketException e) {
          continue; // closed already
        }
        assertThat(client.untilClosed()).allMatch(m -> m.type() == 'E' || m.type() == 'R');
      }
    }
  }

  @Test
  void firstPacketsOfEverySizeAreAnsweredOrClosed() throws IOException {
    for (int size : new int[] {8, 9, 100, 9_992, 9_993, 20_000, 200_000}) {
      try (RawClient client = RawClient.connect(node.target())) {
        ByteBuffer packet = ByteBuffer.allocate(size).putInt(size).putInt(3 << 16);
        try {
          client.send(packet.array());
        } catch (SocketException e) {
          continue;
        }
        assertThat(client.untilClosed()).allMatch(m -> m.type() == 'E' || m.type() == 'R');
      }
    }
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  private static byte[] initialResponse(String text) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    byte[] name = "SCRAM-SHA-256\0".getBytes(StandardCharsets.UTF_8);
    return message(
        'p',
        ByteBuffer.allocate(name.length + 4 + data.length)
            .put(name)
            .putInt(data.length)
            .put(data)
            .array());
  }

  private static String lastOf(RawClient client) throws IOException {
    List<Message> told = client.untilClosed();
    return told.get(told.size() - 1).sqlState();
  }

  // ---- cancel requests

  @Test
  void cancelRequestsOfEverySizeAreClosedWithoutAWord() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int size : new int[] {0, 1, 3, 4, 5, 32, 256, 257, 5_000, 9_988}) {
        try (RawClient canceller = RawClient.connect(node.target())) {
          byte[] request = cancelRequest(client.processId(), new byte[size]);
          canceller.sendPart(request, 0, request.length / 2);
          canceller.sendPart(request, request.length / 2, request.length);
          assertThat(canceller.untilClosed()).as("a key of %d bytes", size).isEmpty();
        }
      }
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  // ---- the console

  @Test
  void messagesOfEverySizeAreAnsweredAtTheConsole() throws IOException {
    RawClient client = RawClient.logIn(node.console());
    try {
      for (SizedBatch batch : SizedBatch.values()) {
        for (int size : SIZES) {
          for (int cut : new int[] {3, size * 2 / 3}) {
            if (!play(client, batch, size, cut, query("SHOW VERSION"))) {
              client.close();
              client = RawClient.logIn(node.console());
            }
          }
        }
      }
    } finally {
      client.close();
    }
  }

  // ---- a node that drains

  @Test
  void messagesOfEverySizeAreAnsweredWhileTheNodeDrains() throws Exception {
    int transactions = SizedBatch.values().length;
    List<RawClient> clients = new ArrayList<>();
    try (TestNode drained =
            TestNode.start(c -> c.node("drainTimeout", "1m").vdb("pool.size", transactions));
        RawClient idle = RawClient.logIn(drained.target())) {
      for (int i = 0; i < transactions; i++) {
        RawClient client = RawClient.logIn(drained.target());
        clients.add(client);
        client.query("BEGIN");
        client.query("SELECT 1");
      }
      Thread drain = new Thread(() -> drained.node().drain(), "drain");
      drain.start();
      assertThat(lastOf(idle)).isEqualTo("57P01");
      for (SizedBatch batch : SizedBatch.values()) {
        RawClient client = clients.get(batch.ordinal());
        if (play(client, batch, 200_000, 150_000, query("SELECT 'the end'"))) {
          client.send(query("ROLLBACK"));
          client.untilClosed();
        }
      }
      drain.join();
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  /**
   * Sends a batch in two pieces: its answer comes, and that of what follows, or an end.
   *
   * @return whether the session goes on
   */
  private static boolean play(RawClient client, SizedBatch batch, int size, int cut, byte[] last)
      throws IOException {
    byte[] bytes = batch.of(size);
    boolean told = batch == SizedBatch.TERMINATE;
    try {
      int first = Math.min(cut, bytes.length);
      client.sendPart(bytes, 0, first);
      client.sendPart(bytes, first, bytes.length);
      client.send(copyFail("over"), sync(), last);
      Message message;
      do {
        message = client.receive();
        told |= message.type() == 'E';
      } while (message.type() != 'D' || !isLast(message));
      client.untilReady();
      return true;
    } catch (EOFException e) {
      assertThat(told).as("%s of %d bytes, cut at %d", batch, size, cut).isTrue();
      return false;
    } catch (SocketException e) {
      return false; // reset with bytes of the client's unread, and the error perhaps too
    }
  }

  private static boolean isLast(Message row) {
    String value = row.columns().get(0);
    return value != null && (value.equals("the end") || value.contains("Heimdall"));
  }
}
