package dev.heimdall.test.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.Backend;
import dev.heimdall.test.fault.FakeServer;
import dev.heimdall.test.fault.NodeErrors;
import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Damaged bytes from clients and servers. {@code -Dfuzz.seconds} is the time of each test (default
 * 3), {@code -Dfuzz.seed} repeats a run.
 */
class WireFuzzIT {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 3);
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final String FUZZED = "fuzzed";

  private int descriptors;
  private NodeErrors errors;
  private FakeServer server;
  private TestNode node;
  private RawClient control;
  private int rounds;
  private final ArrayDeque<String> latest = new ArrayDeque<>();

  @BeforeAll
  static void warmUp() throws IOException {
    Rest.warmUp();
    System.out.printf("wire fuzz: seed %d, %d s a test%n", SEED, SECONDS);
  }

  @BeforeEach
  void start() throws IOException {
    descriptors = Rest.descriptors();
    errors = new NodeErrors();
    server =
        new FakeServer(
            talk -> {
              talk.logIn();
              talk.answerAll();
            });
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .node("loginTimeout", "1s")
                    .vdb("pool.size", 3)
                    .source("fake", "url", server.jdbcUrl())
                    .source("fake", "user", "app")
                    .source("fake", "tls.mode", "disable")
                    .source("fake", "connectTimeout", "1s")
                    .vdb(FUZZED, "address", "127.0.0.1")
                    .vdb(FUZZED, "ports", List.of(0))
                    .vdb(FUZZED, "source", "fake")
                    .vdb(FUZZED, "pool.size", 3)
                    .vdb(FUZZED, "pool.queueTimeout", "1s"));
    control = RawClient.logIn(node.target());
  }

  @AfterEach
  void end() throws IOException {
    System.out.printf("wire fuzz: %d rounds%n", rounds);
    checkHealth();
    control.close();
    Rest.poolsOf(node);
    node.close();
    server.close();
    Rest.descriptorsLike(descriptors);
    errors.close();
    assertThat(rounds).isGreaterThan(10);
  }

  private interface Round {
    void run(byte[] bytes, Random random) throws IOException;
  }

  private void fuzz(List<byte[]> samples, Round round) throws IOException {
    Random random = new Random(SEED);
    Mutator mutator = new Mutator(random, samples);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end) {
      rounds++;
      byte[] bytes = mutator.next();
      latest.add(HexFormat.of().formatHex(bytes));
      if (latest.size() > 12) {
        latest.remove();
      }
      round.run(bytes, random);
      if (rounds % 10 == 0) {
        checkHealth();
      }
    }
  }

  private void checkHealth() throws IOException {
    control.send(Frontend.query("SELECT 'healthy'"));
    try {
      Await.until("the control client is served", control::hasInput);
    } catch (AssertionError e) {
      throw new AssertionError(
          "seed %d, round %d: %s%nclients %s%nservers %s%nlatest input %s"
              .formatted(
                  SEED,
                  rounds,
                  e.getMessage(),
                  node.clients(),
                  node.servers(),
                  String.join("\n", latest)),
          e);
    }
    assertThat(control.untilReady()).extracting(Message::type).contains('D');
  }

  /** Reads what comes within a moment; sooner or later the client goes without a word. */
  private static void readAndLeave(RawClient client, Random random) throws IOException {
    byte[] read = new byte[64 * 1024];
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(20));
    try {
      while (System.nanoTime() < end) {
        if (client.hasInput() && client.stream().read(read) < 0) {
          break;
        }
        Thread.onSpinWait();
      }
    } catch (IOException closed) {
      // by the node, which is its right
    }
    if (random.nextBoolean()) {
      client.vanish();
    } else {
      client.close();
    }
  }

  @Test
  void startUpPackets() throws IOException {
    List<byte[]> samples =
        List.of(
            Frontend.startup(0, Map.of("user", "app", "database", "app")),
            Frontend.startup(
                2, Map.of("user", "app", "options", "-c geqo=off", "_pq_.x", "1", "a", "b")),
            Frontend.startup(0, Map.of("user", "app", "replication", "database")),
            Frontend.sslRequest(),
            Frontend.gssEncRequest(),
            Frontend.cancelRequest(1 << 19 | 5, new byte[] {1, 2, 3, 4}),
            new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3},
            Frontend.message('p', "n,,n=,r=abcdefgh".getBytes()),
            Frontend.message('p', "SCRAM-SHA-256\0\0\0\0\bn,,n=,r=a".getBytes()));
    fuzz(
        samples,
        (bytes, random) -> {
          RawClient client = RawClient.connect(node.target());
          try {
            client.send(bytes);
          } catch (IOException closed) {
            // refused early
          }
          readAndLeave(client, random);
        });
  }

  @Test
  void messagesAfterTheLogIn() throws IOException {
    List<byte[]> samples =
        List.of(
            Frontend.query("SELECT 1"),
            Frontend.query("BEGIN"),
            Frontend.query("ROLLBACK"),
            Frontend.query("SET work_mem = '1MB'; SELECT 2"),
            Frontend.query("PREPARE p AS SELECT 3"),
            Frontend.query("EXECUTE p"),
            Frontend.query("DEALLOCATE p"),
            Frontend.query("COPY (SELECT 1) TO STDOUT"),
            Frontend.query("COPY pg_catalog.pg_largeobject FROM STDIN"),
            Frontend.query("SELECT 1/0"),
            Frontend.query("DISCARD ALL"),
            Frontend.all(Frontend.statement("SELECT $1::text", "x"), Frontend.sync()),
            Frontend.parse("s", "SELECT $1::int"),
            Frontend.bind("", "s", "1"),
            Frontend.bind("c", "s", (String) null),
            Frontend.describeStatement("s"),
            Frontend.describePortal("c"),
            Frontend.execute("", 0),
            Frontend.execute("c", 1),
            Frontend.closeStatement("s"),
            Frontend.closePortal("c"),
            Frontend.sync(),
            Frontend.flush(),
            Frontend.copyData("1\n"),
            Frontend.copyDone(),
            Frontend.copyFail("no"),
            Frontend.functionCall(1598, List.of()),
            Frontend.terminate());
    fuzz(
        samples,
        (bytes, random) -> {
          RawClient client = RawClient.logIn(node.target());
          try {
            for (int at = 0; at < bytes.length; ) {
              int size = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
              client.sendPart(bytes, at, at + size);
              at += size;
            }
            if (random.nextBoolean()) {
              client.send(Frontend.sync(), Frontend.query("SELECT 'after'"));
            }
          } catch (IOException closed) {
            // for a violation of the protocol
          }
          readAndLeave(client, random);
        });
  }

  @Test
  void messagesOfTheServer() throws IOException {
    List<byte[]> samples =
        List.of(
            Backend.answer("one"),
            Frontend.all(Backend.description(), Backend.row("x".repeat(5000))),
            Backend.row("two"),
            Backend.complete("SELECT 1"),
            Backend.ready('I'),
            Backend.ready('T'),
            Backend.ready('E'),
            Backend.error("ERROR", "22012", "division by zero"),
            Backend.error("FATAL", "57P01", "terminating connection"),
            Backend.notice("well"),
            Backend.text('S', "TimeZone", "UTC"),
            Frontend.message('A', new byte[] {0, 0, 0, 1, 'c', 0, 'p', 0}),
            Frontend.message('1', new byte[0]),
            Frontend.message('2', new byte[0]),
            Frontend.message('n', new byte[0]),
            Frontend.message('I', new byte[0]),
            Frontend.message('G', new byte[] {0, 0, 0}),
            Frontend.message('H', new byte[] {0, 0, 0}),
            Frontend.copyData("1\n"),
            Frontend.copyDone(),
            Backend.greeting());
    Target fuzzed = node.target(FUZZED);
    fuzz(
        samples,
        (bytes, random) -> {
          boolean duringLogIn = random.nextInt(5) == 0;
          server.script(
              talk -> {
                if (duringLogIn) {
                  talk.startup();
                  talk.send(bytes);
                  talk.untilClosed();
                  return;
                }
                talk.logIn();
                while (true) {
                  talk.receive();
                  talk.send(bytes);
                }
              });
          try (RawClient client = RawClient.connect(fuzzed)) {
            client.startup(0, "application_name", "f" + random.nextInt(3));
            client.send(Frontend.query("SELECT 1"));
            client.send(Frontend.statement("SELECT 2"), Frontend.sync());
            readAndLeave(client, random);
          } catch (IOException refused) {
            // a server that cannot be logged in to
          }
          if (random.nextInt(4) == 0) {
            node.admin("RECONNECT");
          }
        });
    server.script(
        talk -> {
          talk.logIn();
          talk.answerAll();
        });
    node.admin("RECONNECT");
  }
}
