package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients do at random what clients do, while server connections are lost, replies are held back,
 * statements are cancelled and clients leave. {@link ScriptedClient} knows what each is to be
 * answered: nobody gets another one's row or setting, nobody holds a server connection outside a
 * transaction, nothing is written twice or that was rolled back, nothing is lost that was
 * acknowledged, and every buffer is released.
 *
 * <p>{@code -Dscripts.steps} says how many steps, {@code -Dscripts.seed} where chance begins.
 */
public abstract class RandomContract extends KitContract {
  private static final int STEPS = Integer.getInteger("scripts.steps", 1_000);
  private static final long SEED = Long.getLong("scripts.seed", 1);
  private static final int CLIENTS = 6;

  /** Longer than any answer to what is said here at once. */
  private static final int LONGEST = 200;

  private final List<ScriptedClient> clients = new ArrayList<>();
  private final Set<String> acknowledged = new HashSet<>();
  private final Set<String> unsure = new HashSet<>();
  private Random random;
  private boolean multiplexes;
  private int number;
  private int ended;

  protected RandomContract(KitDialect dialect) {
    super(dialect);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'pool': {'size': 2, 'queueTimeout': '24h'}",
        "'pool': {'size': 3, 'queueTimeout': '24h'}, 'pipelining': {'enabled': false}",
        "'pool': {'size': 2, 'queueTimeout': '24h'}, 'transactionReplay': {'enabled': true}",
        "'multiplex': true, 'pool': {'size': 2, 'queueTimeout': '24h'}", // of a cluster
        "'multiplex': false, 'pool': {'size': 8, 'queueTimeout': '24h'}"
      })
  void everybodyIsAnsweredWhatTheyAskedFor(String settings) {
    multiplexes = !settings.contains("'multiplex': false");
    random = new Random(SEED);
    String vdb = settings.replace('\'', '"');
    if (settings.contains("'multiplex': true")) {
      startCluster(vdb);
    } else {
      start(vdb);
    }
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(comes());
    }

    for (int step = 0; step < STEPS; step++) {
      step();
    }

    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(30));
    // Whoever has all answers ends what transaction it is in: another one may wait for that.
    for (int turn = 0; turn < CLIENTS; turn++) {
      for (int at = 0; at < CLIENTS; at++) {
        hears(at);
        clients.get(at).comesToAnEnd();
      }
    }
    for (int at = 0; at < CLIENTS; at++) {
      hears(at);
      assertThat(clients.get(at).answered()).as("all is answered: %s", clients.get(at)).isTrue();
    }
    assertThat(servers().written())
        .doesNotHaveDuplicates()
        .containsAll(acknowledged)
        .allMatch(word -> acknowledged.contains(word) || unsure.contains(word));
    assertThat(acknowledged).as("what was proved").hasSizeGreaterThan(STEPS / 50);
    assertThat(ended).as("clients that lost a server").isLessThan(STEPS / 10);
  }

  private ScriptedClient comes() {
    String user = KitSettings.USERS.get(random.nextInt(KitSettings.USERS.size()));
    return new ScriptedClient(client(user), words, staysFailed, ++number, random);
  }

  private void step() {
    int at = random.nextInt(CLIENTS);
    switch (random.nextInt(60)) {
      case 0 -> servers().hold(random.nextBoolean());
      case 1, 2 -> {
        servers().hold(false);
        node.turns().advance(Duration.ofMillis(random.nextInt(200)));
      }
      case 3 -> {
        hears(at);
        clients.get(at).saysHalf();
        replace(at);
      }
      case 4 -> clients.get(at).cancels();
      case 5 -> lose(at);
      default -> clients.get(at).talks();
    }
    hears(at);
    if (multiplexes) {
      long entitled = clients.stream().filter(client -> !client.rests()).count();
      assertThat(node.held())
          .as("connections held outside transactions, at last %s", clients.get(at))
          .isLessThanOrEqualTo((int) entitled);
    }
  }

  /** A client leaves, amid whatever it is in, and another one comes. */
  private void replace(int at) {
    servers().hold(false);
    clients.get(at).leaves(unsure);
    clients.set(at, comes());
  }

  /** A server connection is lost, be it amid an answer. */
  private void lose(int at) {
    clients.stream()
        .filter(client -> !multiplexes || !client.rests())
        .forEach(ScriptedClient::mayFail);
    List<? extends KitSession> open = servers().open();
    if (random.nextBoolean() && !open.isEmpty()) {
      open.get(random.nextInt(open.size())).kill();
    } else {
      servers().hold(false); // so that it is this client's answer that is cut
      node.turns().run();
      hears(at);
      ScriptedClient client = clients.get(at);
      client.mayFail();
      servers().cutNext(random.nextInt(LONGEST));
      if (random.nextBoolean()) {
        client.writes();
      } else {
        client.talks();
      }
    }
    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(5));
    servers().cutNone();
    for (int i = 0; i < CLIENTS; i++) {
      hears(i);
    }
  }

  private void hears(int at) {
    ScriptedClient client = clients.get(at);
    if (!client.hears(acknowledged)) {
      ended++;
      replace(at);
    }
  }
}
