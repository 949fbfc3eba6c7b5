package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.copyFail;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Messages of every type and size come to their answer, or to an error that says why not, whatever
 * their client is in the middle of and in whatever pieces they come; then the pool is whole.
 */
class MessageSizesIT {
  private static final int HELD_INPUT = 128 * 1024;
  private static final int MAX_STATEMENT = 300_000;
  private static final int MAX_MESSAGE = 400_000;

  /** Sizes on both sides of each limit of the node's. */
  private static final int[] EVERY_SIZE =
      around(
          2048,
          8 * 1024,
          10_000,
          16 * 1024,
          32 * 1024,
          64 * 1024,
          HELD_INPUT,
          256 * 1024,
          MAX_STATEMENT,
          MAX_MESSAGE);

  private static final Set<SizedBatch> READ_WHOLE_OR_IN_PARTS =
      EnumSet.of(SizedBatch.PARSE, SizedBatch.NAMED_PARSE_BEHIND_ANOTHER, SizedBatch.BIND);

  /** One of each way in which a client's bytes are taken, kept and passed on. */
  private static final Set<SizedState> IN_TLS =
      EnumSet.of(
          SizedState.READY,
          SizedState.ABOUT_TO_WAIT,
          SizedState.PIPELINE_FULL,
          SizedState.IN_TRANSACTION,
          SizedState.COPY_IN,
          SizedState.LOGGING_IN);

  private static final byte[] END = query("SELECT 'the' || ' end'");

  private static int[] around(int... limits) {
    return IntStream.concat(
            IntStream.of(5, 6, 30),
            IntStream.of(limits).flatMap(limit -> IntStream.rangeClosed(limit, limit + 1)))
        .toArray();
  }

  private static TestNode start() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "CREATE TABLE IF NOT EXISTS sized (a text)",
            "GRANT ALL ON sized TO app");
    return TestNode.start(MessageSizesIT::configure);
  }

  private static void configure(TestConfiguration c) {
    c.node("loops", 1)
        .vdb("pool.size", 1)
        .vdb("limits.maxStatementSize", MAX_STATEMENT)
        .vdb("limits.maxMessageSize", MAX_MESSAGE)
        .vdb("limits.maxPipeline", 4)
        .vdb("transactionReplay.enabled", true)
        .vdb("rules", List.of("sized"))
        .rules("sized", "{\"match\": \"rejected\", \"action\": \"drop\"}")
        .user("app", "admin", true);
  }

  @Test
  void aParseAboveTheInputLimitIsReadOnWhenItsClientGetsAServerConnection() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 1).node("loops", 1));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      holder.value("SELECT 1");
      byte[] large = parse("large", "SELECT 1 /* " + "x".repeat(300_000) + " */");
      byte[] small = parse("", "SELECT 2 /* " + "x".repeat(3_000) + " */");
      byte[] many = all(small, small, small, small, small, small, small, small, small, small);
      // More than is held back before a connection is asked for, whatever comes behind.
      byte[] batch = all(many, small, large, bind("", "large"), execute("", 0));
      client.sendPart(batch, 0, 250_000);
      OwnNodeOfEachKind.awaitWaiting(node, 1);
      client.sendPart(batch, 250_000, batch.length);
      holder.query("COMMIT");
      client.send(sync());
      assertThat(client.untilReady())
          .extracting(Message::type)
          .endsWith('1', '1', '2', 'D', 'C', 'Z');
    }
  }

  @Test
  void aClientThatStopsInTheMiddleOfAMessageKeepsNoServerConnection() throws Exception {
    try (TestNode node = start();
        RawClient stopped = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      byte[] batch = SizedBatch.PARSE.of(200_000);
      stopped.sendPart(batch, 0, 150_000);
      assertThat(client.value("SELECT 1")).isEqualTo("1");
      stopped.sendPart(batch, 150_000, batch.length);
      assertThat(stopped.untilReady())
          .extracting(Message::type)
          .containsExactly('1', '2', 'D', 'C', 'Z');
    }
  }

  @Test
  void aLongMessageInPiecesIsAnsweredInEveryState() throws Exception {
    try (TestNode node = start()) {
      for (SizedState state : SizedState.values()) {
        every(node, state, READ_WHOLE_OR_IN_PARTS, new int[] {200_000}, 1, 1);
      }
    }
  }

  @Test
  void aLongMessageInPiecesIsAnsweredOverTls() throws Exception {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "CREATE TABLE IF NOT EXISTS sized (a text)",
            "GRANT ALL ON sized TO app");
    TestCertificate certificate = TestCertificate.localhost();
    try (TestNode node =
        TestNode.start(
            c -> {
              configure(c);
              c.clientTls("require", certificate);
            })) {
      for (SizedState state : IN_TLS) {
        every(node, state, READ_WHOLE_OR_IN_PARTS, new int[] {200_000}, 1, 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void everyMessageIsAnsweredAroundEveryLimit(SizedState state) throws Exception {
    try (TestNode node = start()) {
      every(node, state, EnumSet.allOf(SizedBatch.class), EVERY_SIZE, 0, 2);
    }
  }

  private static void every(
      TestNode node,
      SizedState state,
      Set<SizedBatch> batches,
      int[] sizes,
      int firstCut,
      int lastCut)
      throws Exception {
    try (Stage stage = new Stage(node, state)) {
      for (SizedBatch batch : batches) {
        for (int size : sizes) {
          for (int cut = firstCut; cut <= lastCut; cut++) {
            stage.play(batch, size, cut);
          }
        }
      }
    }
  }

  /** One case after the other, on one node with one server connection. */
  private static final class Stage extends SizedState.Scene implements AutoCloseable {
    private final SizedState state;
    private final RawClient console;
    private final RawClient locker;
    private final RawClient holder;
    private boolean endsSession;
    private boolean occupied;
    private boolean next;
    private boolean locked;

    Stage(TestNode node, SizedState state) throws IOException {
      this.node = node;
      this.state = state;
      this.console = RawClient.logIn(node.console());
      this.locker = RawClient.logIn(SharedPostgres.target());
      this.holder = RawClient.logIn(node.target());
    }

    void play(SizedBatch batch, int size, int split) {
      number++;
      try {
        byte[] bytes = batch.of(size);
        endsSession = batch == SizedBatch.TERMINATE;
        client = state.connect(this);
        state.enter(this);
        int cut =
            switch (split) {
              case 0 -> bytes.length;
              case 1 -> Math.max(1, bytes.length * 2 / 3);
              default -> Math.min(bytes.length, 3);
            };
        boolean closed = !send(bytes, cut);
        leave();
        untilTheEnd(closed);
        client.close();
        Await.until("the pool is whole", this::whole);
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(
            "%s of %d bytes in %s, cut in way %d".formatted(batch, size, state, split), e);
      }
    }

    /** Says whether all of it could be sent. */
    private boolean send(byte[] bytes, int cut) throws IOException {
      try {
        client.sendPart(bytes, 0, cut);
        if (cut < bytes.length) {
          barrier();
          client.sendPart(bytes, cut, bytes.length);
        }
        client.send(copyFail("over"), sync(), query("ROLLBACK"), END);
        return true;
      } catch (SocketException e) {
        return false;
      }
    }

    /** To the answer of the last statement, or the end of a session that was told why. */
    private void untilTheEnd(boolean closed) throws IOException {
      boolean told = closed;
      boolean again = false;
      try {
        while (true) {
          Message message = client.receive();
          told |= message.type() == 'E';
          if (message.type() == 'E' && !again && ofLoss(message.sqlState())) {
            again = true; // what was sent behind is lost with the server: the rollback and the end
            client.send(query("ROLLBACK"), END);
          }
          if (message.type() == 'D' && message.columns().equals(List.of("the end"))) {
            client.untilReady();
            return;
          }
        }
      } catch (SocketException e) {
        return; // reset with bytes of the client's unread, and the error perhaps too
      } catch (EOFException e) {
        assertThat(told || endsSession).isTrue();
      }
    }

    private static boolean ofLoss(String state) {
      return state.startsWith("08") || state.equals("57P01");
    }

    private void leave() throws IOException {
      if (locked) {
        locked = false;
        locker.query("SELECT pg_advisory_unlock(77)");
      }
      if (next) {
        next = false;
        occupied = true;
        holder.untilReady();
      }
      if (occupied) {
        occupied = false;
        holder.query("COMMIT");
      }
    }

    private boolean whole() throws IOException {
      console.send(query("SHOW SERVERS"));
      List<Message> servers = console.untilReady();
      return servers.stream().filter(m -> m.type() == 'D').count() <= 1
          && servers.stream().noneMatch(m -> m.type() == 'D' && m.columns().contains("active"));
    }

    @Override
    void occupy() throws IOException {
      occupied = true;
      holder.query("BEGIN");
      holder.query("SELECT 1");
    }

    @Override
    void occupyNext() throws IOException {
      next = true;
      holder.send(query("BEGIN; SELECT 1"));
    }

    @Override
    void lock() throws IOException {
      locked = true;
      locker.query("SELECT pg_advisory_lock(77)");
    }

    @Override
    void end(String pid) {
      SharedPostgres.value("SELECT pg_terminate_backend(%s, 10000)".formatted(pid));
    }

    @Override
    void barrier() throws IOException {
      // The loop takes up what its channels have in rounds: the second answer is of a later one.
      console.query("SHOW VERSION");
      console.query("SHOW VERSION");
    }

    @Override
    public void close() throws IOException {
      console.close();
      locker.close();
      holder.close();
    }
  }
}
