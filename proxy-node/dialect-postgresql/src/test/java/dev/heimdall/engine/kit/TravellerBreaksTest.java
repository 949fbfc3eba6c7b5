package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.handover.Claims.Owner;
import dev.heimdall.engine.handover.FrameType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The connection between two processes breaks before each message by which a client goes from one
 * to the other, or one of them dies there: one process serves the client, and never both.
 */
class TravellerBreaksTest {
  @TempDir private Path directory;
  private SimulatedNode before;
  private SimulatedNode after;
  private SimulatedClient ann;
  private boolean rejects;
  private Crossing<SimulatedClient> crossing;

  /** How far a client gets before the connection breaks. */
  private enum Reached {
    OFFERED,
    COMPLETE,
    ASKED_FOR,
    LET_GO,
    RELEASED,
    BEGUN
  }

  /** In which order both processes, which live, notice it. */
  private enum Noticed {
    BY_THE_OLD_ONE_FIRST,
    BY_THE_NEW_ONE_FIRST,
    BY_THE_OLD_ONE_WHEN_THE_NEW_ONE_WAITS_NO_LONGER,
    BY_THE_OLD_ONE_WHEN_THE_NEW_ONE_TAKES_IT_FOR_DEAD
  }

  @BeforeEach
  void start() throws Exception {
    String pool = "\"pool\": {\"size\": 1}";
    before = new SimulatedNode(Files.createDirectory(directory.resolve("before")), pool);
    after = new SimulatedNode(Files.createDirectory(directory.resolve("after")), pool);
    crossing =
        new Crossing<>(
            FrameType.LEVEL,
            directory.resolve("claims"),
            state -> rejects ? null : after.entered(state));
    ann = before.client("ann");
    ann.query("SET my.who = 'ann'");
    ann.take();
  }

  @AfterEach
  void stop() {
    for (SimulatedNode node : List.of(before, after)) {
      node.end();
    }
  }

  /** The client where it has come, or null. */
  private Travellers.Arrival<SimulatedClient> reach(Reached last) {
    before.travellers().leaving(crossing.leaving(), before.turns());
    for (Reached next : Reached.values()) {
      switch (next) {
        case OFFERED -> {} // the frame is on its way
        case COMPLETE, ASKED_FOR, RELEASED -> assertThat(crossing.deliver()).isTrue();
        case LET_GO -> before.turns().run();
        case BEGUN -> after.turns().run();
      }
      if (next == last) {
        break;
      }
    }
    List<Crossing.Way<SimulatedClient>> ways = crossing.takeWays();
    return ways.isEmpty() ? null : ways.get(0).arrival();
  }

  /** What the client is answered by whoever serves it. */
  private void assertServedOnce(Travellers.Arrival<SimulatedClient> there) {
    before.turns().run();
    after.turns().run();
    List<SimulatedClient> open = new ArrayList<>();
    open.add(ann);
    if (there != null) {
      open.add(there.client());
    }
    open.removeIf(client -> !client.connected());
    assertThat(open).hasSize(1);
    open.get(0).query("INSERT 1");
    assertThat(open.get(0).told()).endsWith("ready I");
    assertThat(before.servers().written().size() + after.servers().written().size()).isOne();
  }

  private void notice(Noticed how) {
    switch (how) {
      case BY_THE_OLD_ONE_FIRST -> {
        crossing.leaving().lost();
        before.turns().run();
        crossing.arriving().lost();
        crossing.arriving().end(Owner.OLD);
      }
      case BY_THE_NEW_ONE_FIRST -> {
        crossing.arriving().lost();
        crossing.leaving().lost();
        before.turns().run();
        crossing.arriving().decide();
        crossing.arriving().end(Owner.OLD);
      }
      case BY_THE_OLD_ONE_WHEN_THE_NEW_ONE_WAITS_NO_LONGER -> {
        crossing.arriving().lost();
        crossing.arriving().end(Owner.OLD);
        before.turns().run();
        crossing.leaving().lost();
      }
      case BY_THE_OLD_ONE_WHEN_THE_NEW_ONE_TAKES_IT_FOR_DEAD -> {
        crossing.arriving().lost();
        crossing.arriving().end(Owner.NEW);
        before.turns().run();
        crossing.leaving().lost();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneProcessServesTheClientWhenTheConnectionBreaks(Reached reached) throws Exception {
    for (Noticed how : Noticed.values()) {
      Travellers.Arrival<SimulatedClient> there = reach(reached);
      crossing.breaks();
      notice(how);
      assertServedOnce(there);
      stop();
      directory = Files.createDirectory(directory.resolve("next"));
      start();
    }
  }

  /** Nobody but the new process has what it has. */
  @ParameterizedTest
  @EnumSource
  void aClientThatIsCompleteOutlivesTheOldProcess(Reached reached) {
    Travellers.Arrival<SimulatedClient> there = reach(reached);
    crossing.breaks();
    crossing.arriving().lost();
    crossing.arriving().end(Owner.NEW);
    after.turns().run();

    if (reached != Reached.OFFERED) {
      there.client().query("INSERT 1");
      assertThat(after.servers().written()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OFFERED, true",
    "COMPLETE, true",
    "ASKED_FOR, true",
    "LET_GO, false",
    "RELEASED, false",
    "BEGUN, false"
  })
  void aClientThatWasNotLetGoOutlivesTheNewProcess(Reached reached, boolean outlives) {
    reach(reached);
    crossing.breaks();
    crossing.leaving().lost();
    before.turns().run();

    assertThat(ann.connected()).isEqualTo(outlives);
    if (outlives) {
      ann.query("INSERT 1");
      assertThat(ann.told()).endsWith("ready I");
    }
    after.turns().run(); // which gives back what it has here
  }

  @ParameterizedTest
  @EnumSource(names = {"OFFERED", "COMPLETE"})
  void oneThatIsKilledOnItsWayIsServedByNobody(Reached reached) throws Exception {
    for (boolean breaks : List.of(false, true)) {
      reach(reached);
      before.travellers().kill(before.turns());
      assertThat(ann.told()).last().asString().contains("57P01");
      if (breaks) {
        crossing.breaks();
        crossing.leaving().lost();
        crossing.arriving().lost();
        crossing.arriving().end(Owner.NEW);
      }
      do {
        before.turns().run();
        after.turns().run();
      } while (crossing.deliver());
      assertThat(after.here()).isEmpty();
      stop();
      directory = Files.createDirectory(directory.resolve("next"));
      start();
    }
  }

  /** How often it is offered when it could go, and comes back. */
  private boolean offeredAgain() {
    before.travellers().leaving(crossing.leaving(), before.turns());
    boolean offered = crossing.deliver();
    while (crossing.deliver()) {
      before.turns().run();
    }
    before.turns().run();
    return offered;
  }

  private void passes(long seconds) {
    before.turns().advance(Duration.ofSeconds(seconds));
  }

  @Test
  void oneThatIsRejectedIsOfferedAgainAfterStatementsAndMoreAndMoreRarelyWithoutThem() {
    rejects = true;
    assertThat(offeredAgain()).isTrue();
    ann.query("SELECT 1");
    assertThat(ann.told()).endsWith("ready I");
    assertThat(offeredAgain()).as("at once").isFalse();
    passes(1);
    assertThat(offeredAgain()).as("after a statement, and a second").isTrue();
    passes(1);
    assertThat(offeredAgain()).as("after a second").isFalse();
    for (int wait = 4; wait < 100; wait *= 2) {
      passes(Math.min(wait, 30));
      assertThat(offeredAgain()).as("after %d s", wait).isTrue();
    }
    rejects = false;
    passes(30);
    assertThat(offeredAgain()).isTrue();
    after.turns().run();
    assertServedOnce(crossing.takeWays().get(0).arrival());
  }
}
