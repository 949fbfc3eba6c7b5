package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.local.LocalAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients do at random what clients do, through the node and, message for message, over a
 * connection of their own to another server: the answers are the same. Server connections are
 * killed meanwhile, replies are held back, clients leave. Then still nobody gets another one's
 * reply or setting, nobody holds a server connection outside a transaction, nothing is written
 * twice, nothing is lost that was acknowledged, and every buffer is released.
 *
 * <p>{@code -Dscripts.steps} says how many steps, {@code -Dscripts.seed} where chance begins.
 */
class RandomScriptsTest {
  private static final int STEPS = Integer.getInteger("scripts.steps", 3_000);
  private static final long SEED = Long.getLong("scripts.seed", 1);
  private static final int CLIENTS = 6;

  /** How much of a client's script a failure tells. */
  private static final int TAIL = 12;

  @TempDir private Path directory;

  private final Buffers buffers = new Buffers();
  private SimulatedNode node;
  private SimulatedServers direct;
  private Random random;
  private LocalAddress directAddress;
  private final List<Actor> actors = new ArrayList<>();
  private final Set<String> acknowledged = new HashSet<>();
  private int tokens;
  private int kills;
  private boolean sharesConnections;

  /** One client of the node, and the same client without the node. */
  private final class Actor {
    private final SimulatedClient client;
    private final SimulatedClient shadow;
    private final ComparedAnswers answers = new ComparedAnswers();
    private final Set<String> own = new HashSet<>();
    private final int killsBefore = kills;
    private final List<String> script = new ArrayList<>();
    private int seen;
    private int counted;

    /** It has asked for answers by a Flush, and sent no Sync yet. */
    private boolean open;

    Actor(String user) {
      client = node.client(user);
      shadow =
          new SimulatedClient(node.turns(), directAddress, buffers).logIn(user, java.util.Map.of());
      shadow.take();
    }

    String token() {
      String token = "t" + ++tokens;
      own.add(token);
      return token;
    }

    void send(String what, int cut, Consumer<ByteBuf> writer) {
      script.add(what + (cut > 0 ? " in pieces of " + cut : "") + (complete() ? "" : " at once"));
      shadow.send(writer);
      if (cut > 0) {
        client.sendCut(cut, writer);
      } else {
        client.send(writer);
      }
    }

    /** Compares what was answered so far; whether it is the same, as far as it has come. */
    boolean compare() {
      return answers.compare(client, shadow);
    }

    boolean complete() {
      return answers.complete();
    }

    /** Whether it has all answers, and is in no transaction. */
    boolean rests() {
      return !open && answers.idle();
    }

    boolean mayFail() {
      return kills > killsBefore;
    }

    /** All that it was told to be committed is to stay. */
    void acknowledge() {
      List<String> inserted = direct.written();
      for (; counted < inserted.size(); counted++) {
        if (own.contains(inserted.get(counted))) {
          acknowledged.add(inserted.get(counted));
        }
      }
    }

    @Override
    public String toString() {
      return script.subList(Math.max(0, script.size() - TAIL), script.size()) + "\n" + answers;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'pool': {'size': 2, 'queueTimeout': '24h'}",
        "'pool': {'size': 3, 'queueTimeout': '24h'}, 'pipelining': {'enabled': false}",
        "'multiplex': false, 'pool': {'size': 8, 'queueTimeout': '24h'}"
      })
  void answersAreThoseOfADirectConnection(String settings) {
    sharesConnections = !settings.contains("multiplex");
    random = new Random(SEED);
    node = new SimulatedNode(directory, settings.replace('\'', '"'));
    directAddress = new LocalAddress("direct-" + settings.hashCode());
    direct = new SimulatedServers(node.turns().world(), directAddress, buffers);
    node.turns().run();
    for (int i = 0; i < CLIENTS; i++) {
      actors.add(new Actor(user()));
    }
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    node.servers().hold(false);
    node.turns().advance(Duration.ofSeconds(30));
    for (int turn = 0; turn < CLIENTS; turn++) {
      // Whoever has all answers ends what transaction it is in: another one may wait for that.
      for (Actor actor : List.copyOf(actors)) {
        check(actor);
        if (actor.complete()) {
          actor.open = false;
          actor.send(
              "end",
              0,
              out -> {
                SimulatedClient.sync(out);
                PgWriter.query(out, "ROLLBACK");
              });
        }
      }
    }
    for (Actor actor : List.copyOf(actors)) {
      check(actor);
      assertThat(actor.complete() || actor.mayFail())
          .as("an answer is missing: %s", actor)
          .isTrue();
    }
    actors.forEach(actor -> actor.shadow.leave());
    direct.refuse();
    node.end();

    List<String> inserted = node.servers().written();
    assertThat(inserted).doesNotHaveDuplicates().containsAll(acknowledged);
    assertThat(acknowledged).hasSizeGreaterThan(STEPS / 100);
  }

  private String user() {
    return random.nextBoolean() ? "ann" : "bob";
  }

  private void step() {
    int at = random.nextInt(CLIENTS);
    switch (random.nextInt(40)) {
      case 0 -> node.servers().hold(random.nextBoolean());
      case 1, 2 -> {
        node.servers().hold(false);
        node.turns().advance(Duration.ofMillis(random.nextInt(200)));
      }
      case 3 -> replace(at);
      case 4 -> {
        if (random.nextInt(20) == 0) {
          kill();
        }
      }
      default -> talk(actors.get(at));
    }
    check(actors.get(at));
    if (sharesConnections) {
      long entitled = actors.stream().filter(actor -> !actor.rests()).count();
      assertThat(node.held())
          .as("connections held outside transactions, at last %s", actors.get(at))
          .isLessThanOrEqualTo((int) entitled);
    }
  }

  /** A client leaves, amid whatever it is in, and another one comes. */
  private void replace(int at) {
    Actor gone = actors.get(at);
    check(gone);
    gone.client.leave();
    gone.shadow.leave();
    node.servers().hold(false);
    node.turns().run();
    actors.set(at, new Actor(user()));
  }

  private void kill() {
    List<SimulatedServers.Session> open = node.servers().open();
    if (open.isEmpty()) {
      return;
    }
    kills++;
    SimulatedServers.Session victim = open.get(random.nextInt(open.size()));
    if (random.nextBoolean()) {
      victim.kill();
    } else {
      victim.terminate();
    }
    node.servers().hold(false);
    node.turns().advance(Duration.ofSeconds(5));
    for (int i = 0; i < actors.size(); i++) {
      check(actors.get(i));
    }
  }

  private void check(Actor actor) {
    boolean same = actor.compare();
    List<Message> answers = actor.answers.answers();
    for (; actor.seen < answers.size(); actor.seen++) {
      Message message = answers.get(actor.seen);
      if (message.type() == 'D' && message.value().startsWith("SELECT 't")) {
        String token = message.value().split("'")[1];
        assertThat(actor.own.contains(token)).as("%s is a reply to another one", token).isTrue();
      }
    }
    if (same && actor.client.connected()) {
      if (actor.complete()) {
        actor.acknowledge();
      }
      return;
    }
    if (!actor.mayFail()) {
      throw new AssertionError(actor.toString());
    }
    replaceFailed(actor);
  }

  private void replaceFailed(Actor actor) {
    actor.client.leave();
    actor.shadow.leave();
    node.turns().run();
    actors.set(actors.indexOf(actor), new Actor(user()));
  }

  // ---- what a client says

  private void talk(Actor actor) {
    int cut = random.nextInt(10) == 0 ? 1 + random.nextInt(20) : 0;
    List<String> statements = new ArrayList<>();
    for (int i = random.nextInt(4) / 2; i >= 0; i--) {
      statements.add(statement(actor));
    }
    if (!actor.open && random.nextBoolean()) {
      String text = String.join(";", statements);
      actor.send("query " + text, cut, out -> PgWriter.query(out, text));
      return;
    }
    String name = random.nextBoolean() ? "" : "s" + random.nextInt(3);
    if (!name.isEmpty()) {
      // It may run again.
      statements.replaceAll(
          text -> text.startsWith("INSERT") ? "SELECT '" + actor.token() + "'" : text);
    }
    boolean known = !name.isEmpty() && random.nextBoolean();
    boolean flush = random.nextInt(5) == 0;
    boolean close = !name.isEmpty() && random.nextInt(3) == 0;
    boolean open = random.nextInt(6) == 0;
    actor.open = open;
    actor.send(
        (known ? "run " + name : "parse " + name + " " + statements)
            + (close ? " close" : "")
            + (open ? " flush" : ""),
        cut,
        out -> {
          if (known) {
            SimulatedClient.run(out, name);
          } else {
            for (String text : statements) {
              SimulatedClient.parse(out, name, text);
              SimulatedClient.run(out, name);
              if (flush) {
                SimulatedClient.flush(out);
              }
            }
          }
          if (close) {
            SimulatedClient.close(out, name);
          }
          if (open) {
            SimulatedClient.flush(out);
          } else {
            SimulatedClient.sync(out);
          }
        });
  }

  private String statement(Actor actor) {
    return switch (random.nextInt(16)) {
      case 0, 1 -> "INSERT '" + actor.token() + "'";
      case 2 -> "SET my.who = '" + actor.token() + "'";
      case 3 -> "BEGIN";
      case 4, 5 -> "COMMIT";
      case 6 -> "ROLLBACK";
      case 7 -> "SELECT 1/0";
      default -> "SELECT '" + actor.token() + "'";
    };
  }
}
