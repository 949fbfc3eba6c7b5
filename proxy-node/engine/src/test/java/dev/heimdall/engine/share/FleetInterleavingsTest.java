package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Consistency;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Orders in which the steps of two nodes can come: each has a writer, one reads and keeps the
 * result for the other, which serves it; messages come late, and by themselves. Nobody is served
 * less than what was acknowledged before, as far as the level promises. The same with a step at the
 * wrong place is caught, so the check does check.
 */
class FleetInterleavingsTest {
  private static final int ORDERS = Integer.getInteger("fleet.orders", 20_000);
  private static final List<String> TABLE = List.of("app.public.rows");

  /** What the node that reads does. */
  private enum Reader {
    AS_IT_SHOULD,
    HEARS_AFTER_IT_HAS_READ
  }

  /** What the node that serves does. */
  private enum Server {
    AS_IT_SHOULD,
    GOES_BY_WHAT_IT_HAS_NOTED_NOW
  }

  private static final class Node {
    final WritePositions positions =
        new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE));
    final Deque<String> coming = new ArrayDeque<>();
    final Channel channel;
    int acknowledged;

    Node(String name, Consistency consistency, World world) {
      channel =
          new Channel(
              name,
              positions,
              Definitions.NONE,
              consistency,
              Duration.ofSeconds(10),
              world::say,
              () -> 1);
    }

    void hear() {
      for (int left = coming.size(); left > 0; left--) {
        channel.heard(coming.poll());
      }
    }
  }

  /** One order of steps, carried out from the beginning. */
  private static final class World {
    final Consistency consistency;
    final Node reads;
    final Node serves;
    int database;
    boolean stale;
    boolean served;

    /** What is in the store: a value, and how far its reader had heard the others. */
    int kept = -1;

    HeardMessages heard;

    World(Consistency consistency) {
      this.consistency = consistency;
      reads = new Node("reads", consistency, this);
      serves = new Node("serves", consistency, this);
      for (int i = 0; i < 2; i++) {
        reads.channel.here();
        serves.channel.here();
        reads.hear();
        serves.hear();
      }
    }

    void say(String text) {
      if (serves != null) {
        reads.coming.add(text);
        serves.coming.add(text);
      }
    }

    List<Runnable> writer(Node at) {
      int[] mine = new int[1];
      List<CompletableFuture<Void>> told = new ArrayList<>();
      return List.of(
          () -> mine[0] = ++database,
          () -> {
            at.positions.committed(TABLE, false);
            told.add(at.channel.announce(TABLE, false));
          },
          () -> {
            if (told.get(0).isDone()) {
              at.acknowledged = Math.max(at.acknowledged, mine[0]);
            }
          });
    }

    List<Runnable> reader(Reader how) {
      long[] noted = new long[1];
      int[] read = new int[1];
      HeardMessages[] before = new HeardMessages[1];
      Runnable take =
          () -> {
            noted[0] = reads.positions.noted();
            before[0] = reads.channel.heardSoFar();
          };
      Runnable look = () -> read[0] = database;
      Runnable keep =
          () -> {
            if (reads.positions.unwrittenSince(noted[0], TABLE)) {
              kept = read[0];
              heard = before[0];
            }
          };
      return how == Reader.AS_IT_SHOULD ? List.of(take, look, keep) : List.of(look, take, keep);
    }

    List<Runnable> server(Server how) {
      int[] found = {-1, 0};
      HeardMessages[] with = new HeardMessages[1];
      return List.of(
          () -> {
            found[0] = kept;
            with[0] = heard;
            found[1] =
                consistency == Consistency.STRICT
                    ? Math.max(reads.acknowledged, serves.acknowledged)
                    : serves.acknowledged;
          },
          () -> {
            if (found[0] >= 0 && holds(how, with[0])) {
              served = true;
              stale |= found[0] < found[1];
            }
          });
    }

    private boolean holds(Server how, HeardMessages with) {
      OptionalLong noted =
          how == Server.AS_IT_SHOULD
              ? serves.channel.notedBefore(with)
              : OptionalLong.of(serves.positions.noted());
      return noted.isPresent() && serves.positions.unwrittenSince(noted.getAsLong(), TABLE);
    }
  }

  /** Runs so many orders; counts those that have served something, and something old. */
  private static int[] run(Consistency consistency, Reader reader, Server server) {
    Random random = new Random(7);
    int[] count = new int[2];
    for (int order = 0; order < ORDERS; order++) {
      World world = new World(consistency);
      List<List<Runnable>> all = new ArrayList<>();
      all.add(world.writer(world.reads));
      all.add(world.writer(world.serves));
      all.add(world.reader(reader));
      all.add(world.server(server));
      all.add(Collections.nCopies(3, world.reads::hear));
      all.add(Collections.nCopies(3, world.serves::hear));
      List<Integer> turns = new ArrayList<>();
      for (int who = 0; who < all.size(); who++) {
        turns.addAll(Collections.nCopies(all.get(who).size(), who));
      }
      Collections.shuffle(turns, random);
      int[] next = new int[all.size()];
      turns.forEach(who -> all.get(who).get(next[who]++).run());
      count[0] += world.served ? 1 : 0;
      count[1] += world.stale ? 1 : 0;
    }
    return count;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLEET", "STRICT"})
  void nothingOldIsServed(Consistency consistency) {
    int[] count = run(consistency, Reader.AS_IT_SHOULD, Server.AS_IT_SHOULD);
    assertThat(count[0]).as("served").isGreaterThan(ORDERS / 200);
    assertThat(count[1]).as("old").isZero();
  }

  @Test
  void whatIsHeardAfterTheReadProvesNothing() {
    for (Consistency each : List.of(Consistency.FLEET, Consistency.STRICT)) {
      assertThat(run(each, Reader.HEARS_AFTER_IT_HAS_READ, Server.AS_IT_SHOULD)[1]).isPositive();
    }
  }

  @Test
  void whatIsServedUncheckedIsOld() {
    assertThat(run(Consistency.FLEET, Reader.AS_IT_SHOULD, Server.GOES_BY_WHAT_IT_HAS_NOTED_NOW)[1])
        .isPositive();
  }
}
