package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.wire.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Every order in which the steps of two writers and two readers can come: whoever asks after a
 * writer was told that his write is there finds it. The same with a step at the wrong place finds
 * an old result in some order, so the check does check.
 */
class InterleavingsTest {
  private static final List<String> TABLE = List.of("app.public.rows");

  /** When a reader takes the number that his result is kept with. */
  private enum Stamp {
    BEFORE_THE_READ,
    AFTER_THE_READ
  }

  /** When a writer is told. */
  private enum Published {
    AFTER_THE_NOTE,
    BEFORE_THE_NOTE
  }

  /** One order of steps, carried out from the beginning. */
  private static final class World {
    final Stamp stamp;
    final Published told;
    final WritePositions positions =
        new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE));
    int database;
    int acknowledged;

    /** What is kept: the value, and the number of writes it is kept with; null for nothing. */
    long[] kept;

    boolean stale;

    World(Stamp stamp, Published told) {
      this.stamp = stamp;
      this.told = told;
    }

    List<Runnable> writer() {
      int[] mine = new int[1];
      Runnable commit = () -> mine[0] = ++database;
      Runnable note = () -> positions.committed(TABLE, false);
      Runnable tell = () -> acknowledged = Math.max(acknowledged, mine[0]);
      return told == Published.AFTER_THE_NOTE
          ? List.of(commit, note, tell)
          : List.of(commit, tell, note);
    }

    /** Finds something that holds, or reads the table and keeps what it found. */
    List<Runnable> reader() {
      long[] mine = {-1, -1, -1}; // what must be seen, the stamp, the value
      boolean[] served = {false};
      Runnable look =
          () -> {
            mine[0] = acknowledged;
            if (kept != null && positions.unwrittenSince(kept[1], TABLE)) {
              mine[2] = kept[0];
              stale |= kept[0] < mine[0];
              served[0] = true;
            }
          };
      Runnable take = () -> mine[1] = positions.noted();
      Runnable read = () -> mine[2] = database;
      Runnable keep =
          () -> {
            if (!served[0] && positions.unwrittenSince(mine[1], TABLE)) {
              kept = new long[] {mine[2], mine[1]};
            }
          };
      return stamp == Stamp.BEFORE_THE_READ
          ? List.of(look, take, read, keep)
          : List.of(look, read, take, keep);
    }
  }

  /**
   * Runs all orders of so many writers and readers, and of one who only looks; counts them and
   * those that served something old.
   */
  private static int[] run(int writers, int readers, Stamp stamp, Published told) {
    int[] steps = new int[writers + readers + 1];
    Arrays.fill(steps, 0, writers, 3);
    Arrays.fill(steps, writers, writers + readers, 4);
    steps[writers + readers] = 1;
    int[] count = new int[2];
    orders(
        steps,
        new ArrayDeque<>(),
        order -> {
          World world = new World(stamp, told);
          List<List<Runnable>> all = new ArrayList<>();
          for (int i = 0; i < writers; i++) {
            all.add(world.writer());
          }
          for (int i = 0; i <= readers; i++) {
            all.add(world.reader());
          }
          int[] next = new int[all.size()];
          for (int who : order) {
            all.get(who).get(next[who]++).run();
          }
          count[0]++;
          count[1] += world.stale ? 1 : 0;
        });
    return count;
  }

  private static void orders(int[] left, Deque<Integer> so, Consumer<Iterable<Integer>> taker) {
    boolean over = true;
    for (int who = 0; who < left.length; who++) {
      if (left[who] > 0) {
        over = false;
        left[who]--;
        so.addLast(who);
        orders(left, so, taker);
        so.removeLast();
        left[who]++;
      }
    }
    if (over) {
      taker.accept(so);
    }
  }

  @Test
  void nothingOldIsServedInAnyOrder() {
    int[] twoWriters = run(2, 1, Stamp.BEFORE_THE_READ, Published.AFTER_THE_NOTE);
    int[] twoReaders = run(1, 2, Stamp.BEFORE_THE_READ, Published.AFTER_THE_NOTE);
    assertThat(twoWriters).containsExactly(46_200, 0);
    assertThat(twoReaders).containsExactly(138_600, 0);
  }

  @Test
  void aNumberTakenAfterTheReadWouldServeSomethingOld() {
    assertThat(run(1, 1, Stamp.AFTER_THE_READ, Published.AFTER_THE_NOTE)[1]).isPositive();
  }

  @Test
  void aWriterToldBeforeHisWriteIsNotedWouldFindSomethingOld() {
    assertThat(run(1, 1, Stamp.BEFORE_THE_READ, Published.BEFORE_THE_NOTE)[1]).isPositive();
  }
}
