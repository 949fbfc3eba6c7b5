package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.handover.Claims.Owner;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.local.LocalAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients go to and fro between two processes while they do at random what clients do, amid
 * messages and batches, too. The answers are those of a connection of their own to another server,
 * nothing is written twice, a client that rests goes when it is asked to, and where the connection
 * of the processes breaks, one of them serves it.
 *
 * <p>{@code -Dscripts.steps} says how many steps, {@code -Dscripts.seed} where chance begins.
 */
class RandomTravellersTest {
  private static final int STEPS = Integer.getInteger("scripts.steps", 1_500);
  private static final long SEED = Long.getLong("scripts.seed", 1);
  private static final int CLIENTS = 5;

  /** How much of a client's script a failure tells. */
  private static final int TAIL = 16;

  @TempDir private Path directory;

  private final Buffers buffers = new Buffers();
  private final List<SimulatedNode> nodes = new ArrayList<>();

  /** Over which the clients of a node leave it. */
  private final List<Crossing<SimulatedClient>> crossings = new ArrayList<>();

  private final List<Actor> actors = new ArrayList<>();
  private final Random random = new Random(SEED);
  private SimulatedServers direct;
  private LocalAddress directAddress;
  private int tokens;
  private int moves;
  private int breaks;

  /** One client, where it is now, and the same client without nodes. */
  private final class Actor {
    private final SimulatedClient shadow;
    private final ComparedAnswers answers = new ComparedAnswers();
    private final List<String> script = new ArrayList<>();
    private SimulatedNode at;
    private SimulatedClient client;

    /** It has asked for answers by a Flush, and sent no Sync yet. */
    private boolean open;

    /** It has sent a part of what it sends. */
    private boolean amid;

    Actor(SimulatedNode at, String user) {
      this.at = at;
      client = at.client(user);
      shadow =
          new SimulatedClient(nodes.get(0).turns(), directAddress, buffers).logIn(user, Map.of());
      shadow.take();
    }

    void send(String what, int cut, Consumer<ByteBuf> writer) {
      script.add(what + (cut > 0 ? " in pieces of " + cut : ""));
      shadow.send(writer);
      amid = true;
      ByteBuf all = Unpooled.buffer();
      writer.accept(all);
      int piece = cut > 0 ? cut : all.readableBytes();
      while (all.isReadable()) {
        byte[] bytes = new byte[Math.min(piece, all.readableBytes())];
        all.readBytes(bytes);
        offers(); // what it sent to the process that it is leaving would stay unread there
        client.send(out -> out.writeBytes(bytes));
        if (random.nextInt(30) == 0) {
          script.add("is asked to go amid it");
          ask(at);
        }
      }
      amid = false;
    }

    void goesOn(SimulatedNode there, SimulatedClient as) {
      compare();
      client = as;
      at = there;
      script.add("goes");
      moves++;
      if (!amid && !open && random.nextBoolean()) {
        String text = "INSERT '" + token() + "'";
        script.add("query " + text + " before it is read there");
        shadow.query(text);
        client.query(text);
      }
    }

    void compare() {
      assertThat(answers.compare(client, shadow)).as(this::toString).isTrue();
    }

    boolean complete() {
      return answers.complete();
    }

    /** Whether it has all answers, and is in no transaction. */
    boolean rests() {
      return !open && answers.idle();
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
        "'pool': {'size': 2, 'queueTimeout': '24h'}, 'transactionReplay': {'enabled': true}"
      })
  void answersAreThoseOfADirectConnection(String settings) throws Exception {
    for (String name : List.of("one", "other")) {
      Path of = Files.createDirectory(directory.resolve(name));
      nodes.add(new SimulatedNode(of, settings.replace('\'', '"')));
    }
    crossings.addAll(List.of(crossing(0), crossing(1)));
    directAddress = new LocalAddress("travellers-direct-" + settings.hashCode());
    direct = new SimulatedServers(nodes.get(0).turns().world(), directAddress, buffers);
    nodes.get(0).turns().run();
    for (int i = 0; i < CLIENTS; i++) {
      actors.add(new Actor(node(), user()));
    }
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    rest();
    for (Actor actor : actors) {
      assertThat(actor.complete()).as("an answer is missing: %s", actor).isTrue();
    }
    actors.forEach(actor -> actor.shadow.leave());
    direct.refuse();
    List<String> inserted = new ArrayList<>();
    for (SimulatedNode node : nodes) {
      node.end();
      inserted.addAll(node.servers().written());
    }
    assertThat(inserted)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(direct.written());
    assertThat(moves).isGreaterThan(STEPS / 20);
    assertThat(breaks).isGreaterThan(STEPS / 200);
  }

  private SimulatedNode node() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  private String user() {
    return random.nextBoolean() ? "ann" : "bob";
  }

  /** Whoever is in a transaction ends it: another one may wait for that. */
  private void rest() {
    for (int turn = 0; turn <= CLIENTS; turn++) {
      for (Actor actor : actors) {
        passes(Duration.ofSeconds(5));
        actor.compare();
        if (actor.complete() && !actor.rests()) {
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
    passes(Duration.ofSeconds(5));
    actors.forEach(Actor::compare);
  }

  private void passes(Duration time) {
    for (SimulatedNode node : nodes) {
      node.servers().hold(false);
      node.turns().advance(time);
    }
    offers();
  }

  private void step() {
    Actor actor = actors.get(random.nextInt(CLIENTS));
    switch (random.nextInt(20)) {
      case 0 -> node().servers().hold(random.nextBoolean());
      case 1 -> passes(Duration.ofMillis(random.nextInt(200)));
      case 2 -> asked(node());
      default -> talk(actor);
    }
    actor.compare();
  }

  // ---- from one process to the other

  private void ask(SimulatedNode from) {
    from.travellers().leaving(crossings.get(nodes.indexOf(from)).leaving(), from.turns());
  }

  /**
   * Those that rest go now, and others when their transactions are over, unless the connection of
   * the two processes breaks.
   */
  private void asked(SimulatedNode from) {
    passes(Duration.ofSeconds(1));
    actors.forEach(Actor::compare);
    List<Actor> resting =
        actors.stream().filter(actor -> actor.at == from && actor.rests()).toList();
    ask(from);
    if (random.nextInt(3) == 0) {
      breaks(nodes.indexOf(from), random.nextInt(4 * CLIENTS));
      return;
    }
    offers();
    assertThat(resting)
        .allSatisfy(actor -> assertThat(actor.at).as(actor::toString).isNotSameAs(from));
  }

  /** Who was offered, and has come to the other process. */
  private record Passenger(Actor actor, Crossing.Way<SimulatedClient> way) {}

  /** What becomes of those that are offered. */
  private void offers() {
    for (int i = 0; i < nodes.size(); i++) {
      SimulatedNode there = nodes.get(1 - i);
      nodes.get(i).turns().run();
      while (crossings.get(i).deliver()) {
        passengers(i).forEach(each -> each.actor().goesOn(there, each.way().arrival().client()));
        turn(i);
      }
    }
  }

  private List<Passenger> passengers(int from) {
    return crossings.get(from).takeWays().stream()
        .map(
            way ->
                new Passenger(
                    actors.stream()
                        .filter(actor -> actor.client.isAt(way.from()))
                        .findAny()
                        .orElseThrow(),
                    way))
        .toList();
  }

  private void turn(int from) {
    nodes.get(from).turns().run();
    nodes.get(1 - from).turns().run();
  }

  /**
   * The connection over which clients leave a process breaks.
   *
   * @param frames that come before that
   */
  private void breaks(int from, int frames) {
    Crossing<SimulatedClient> crossing = crossings.get(from);
    List<Passenger> passengers = new ArrayList<>();
    for (int left = frames; left > 0 && crossing.deliver(); left--) {
      passengers.addAll(passengers(from));
      if (random.nextBoolean()) {
        turn(from);
      }
    }
    crossing.breaks();
    crossings.set(from, crossing(from));
    boolean oldFirst = random.nextBoolean();
    if (oldFirst) {
      crossing.leaving().lost();
    }
    crossing.arriving().lost();
    if (random.nextBoolean()) {
      turn(from);
    }
    crossing.arriving().end(random.nextBoolean() ? Owner.OLD : Owner.NEW);
    if (!oldFirst) {
      crossing.leaving().lost();
    }
    turn(from);
    breaks++;
    for (Passenger each : passengers) {
      each.actor().script.add("the connection breaks");
      boolean stays = each.actor().client.connected();
      assertThat(each.way().arrival().client().connected()).isNotEqualTo(stays);
      if (!stays) {
        each.actor().goesOn(nodes.get(1 - from), each.way().arrival().client());
      }
    }
  }

  private Crossing<SimulatedClient> crossing(int from) {
    int level = random.nextInt(1 + FrameType.LEVEL);
    return new Crossing<>(level, directory.resolve("claims"), nodes.get(1 - from)::entered);
  }

  // ---- what a client says

  private void talk(Actor actor) {
    int cut = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 0;
    List<String> statements = new ArrayList<>();
    for (int i = random.nextInt(4) / 2; i >= 0; i--) {
      statements.add(statement());
    }
    if (!actor.open && random.nextBoolean()) {
      String text = String.join(";", statements);
      actor.send("query " + text, cut, out -> PgWriter.query(out, text));
      return;
    }
    String name = random.nextBoolean() ? "" : "s" + random.nextInt(4);
    if (!name.isEmpty()) {
      // It may run again.
      statements.replaceAll(text -> text.startsWith("INSERT") ? "SELECT '" + token() + "'" : text);
    }
    boolean known = !name.isEmpty() && random.nextInt(3) > 0;
    boolean close = !name.isEmpty() && random.nextInt(3) == 0;
    String another = "s" + random.nextInt(4);
    boolean alsoCloses = random.nextInt(5) == 0;
    boolean open = random.nextInt(6) == 0;
    actor.open = open;
    actor.send(
        (alsoCloses ? "close " + another + ", " : "")
            + (known ? "run " + name : "parse " + name + " " + statements)
            + (close ? " close" : "")
            + (open ? " flush" : ""),
        cut,
        out -> {
          if (alsoCloses) {
            SimulatedClient.close(out, another);
          }
          if (known) {
            SimulatedClient.run(out, name);
          } else {
            for (String text : statements) {
              SimulatedClient.parse(out, name, text);
              SimulatedClient.run(out, name);
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

  private String token() {
    return "t" + ++tokens;
  }

  private String statement() {
    return switch (random.nextInt(16)) {
      case 0, 1 -> "INSERT '" + token() + "'";
      case 2 -> "SET my.who = '" + token() + "'";
      case 3 -> "BEGIN";
      case 4, 5 -> "COMMIT";
      case 6 -> "ROLLBACK";
      case 7 -> "SELECT 1/0";
      default -> "SELECT '" + token() + "'";
    };
  }
}
