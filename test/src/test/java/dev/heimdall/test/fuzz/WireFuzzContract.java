package dev.heimdall.test.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.NodeErrors;
import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.WireClient;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Damaged bytes from clients and servers of any protocol. {@code -Dfuzz.seconds} is the time of
 * each test (default 3), {@code -Dfuzz.seed} repeats a run.
 */
abstract class WireFuzzContract {
  static final int SECONDS = Integer.getInteger("fuzz.seconds", 3);

  /** So many rounds there are more of, however slow the machine is. */
  private static final int LEAST = 10;

  static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  static final String FUZZED = "fuzzed";

  private int descriptors;
  private NodeErrors errors;
  private RunningNode node;
  private WireClient control;
  private int rounds;
  private volatile boolean served;
  private final ArrayDeque<String> latest = new ArrayDeque<>();

  /** Starts a node with two VDBs: one in front of a good server, and {@link #FUZZED}. */
  abstract RunningNode start() throws IOException;

  /** A client of the good server. */
  abstract WireClient logIn() throws IOException;

  /** Ends what {@link #start} has started besides the node. */
  abstract void stop() throws IOException;

  /** How long a test goes on, in seconds. */
  int seconds() {
    return SECONDS;
  }

  @BeforeEach
  void begin() throws IOException {
    start().close(); // has the JVM open what it opens once
    stop();
    descriptors = Rest.descriptors();
    errors = new NodeErrors();
    node = start();
    control = logIn();
    System.out.printf("wire fuzz: seed %d, %d s a test%n", SEED, SECONDS);
  }

  @AfterEach
  void end() throws IOException {
    System.out.printf("wire fuzz: %d rounds%n", rounds);
    checkHealth();
    control.close();
    Rest.poolsOf(node);
    node.close();
    stop();
    Rest.descriptorsLike(descriptors);
    errors.close();
    assertThat(rounds).isGreaterThan(LEAST);
  }

  interface Round {
    void run(byte[] bytes, Random random) throws IOException;
  }

  final void fuzz(List<byte[]> samples, Round round) throws IOException {
    Random random = new Random(SEED);
    Mutator mutator = new Mutator(random, samples);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds());
    while (System.nanoTime() < end || rounds <= LEAST) {
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

  private void ask() {
    try {
      served = "healthy".equals(control.value("SELECT 'healthy'"));
    } catch (IOException e) {
      // not served
    }
  }

  private void checkHealth() throws IOException {
    Thread asking = new Thread(this::ask, "control");
    asking.setDaemon(true);
    served = false;
    asking.start();
    try {
      Await.until("the control client is served", () -> served);
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
  }

  /** Reads what comes within a moment; sooner or later the client goes without a word. */
  static void readAndLeave(WireClient client, Random random) throws IOException {
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
}
