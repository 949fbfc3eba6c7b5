package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import java.time.Duration;

/**
 * Positions to which the writer had written at moments in the past, so that no read is older than a
 * set time, no matter which client wrote. Written by one thread, read by any.
 */
public final class WriterSamples {
  /** Moments that are kept; with more, each would be of little use. */
  private static final int MOST = 64;

  /** Before the writer was asked for the first time. */
  static final Sample NOTHING = new Sample(Position.NONE, 0);

  private final long age;
  private final long apart;
  private final long[] times = new long[MOST];
  private final Position[] positions = new Position[MOST];
  private int next;
  private int count;
  private volatile Sample floor = NOTHING;

  /** Position that the last writer has kept, while there is none; else null. */
  private volatile Sample kept;

  /**
   * Position to which the writer had written.
   *
   * @param at when it was asked
   */
  record Sample(Position position, long at) {}

  /**
   * @param age how old a read may be
   */
  public WriterSamples(Duration age) {
    this.age = age.toNanos();
    apart = this.age / (MOST / 2);
  }

  /**
   * Takes the writer's position from a snapshot.
   *
   * @param now by {@link System#nanoTime}
   */
  public synchronized void take(Topology topology, long now) {
    TopologyNode writer = topology.writer().orElse(null);
    kept =
        writer != null
            ? null
            : topology
                .lastWriter()
                .map(last -> new Sample(last.position(), last.at()))
                .orElse(null);
    if (writer != null && writer.position() != Position.NONE) {
      int latest = (next + MOST - 1) % MOST;
      if (count == 0 || writer.at() - times[latest] >= apart) {
        times[next] = writer.at();
        positions[next] = writer.position();
        next = (next + 1) % MOST;
        count = Math.min(count + 1, MOST);
      }
    }
    int last = 0;
    boolean old = false;
    for (int i = count; i > 0; i--) {
      int index = (next + MOST - i) % MOST;
      boolean oldest = i == count;
      if (oldest || now - times[index] >= age) {
        last = index;
        old = true;
      }
    }
    if (old) {
      Position reached = reachable(positions[last], times[last]);
      if (floor.at() != times[last] || !floor.position().equals(reached)) {
        floor = new Sample(reached, times[last]);
      }
    }
  }

  /**
   * Position that a server must have, to have what the writer was found with. While there is no
   * writer, what it had not kept by then has come to no replica: what it was found to have kept
   * later has all that was to be seen.
   *
   * @param asked when it was asked
   */
  Position reachable(Position found, long asked) {
    Sample last = kept;
    return last != null && last.at() - asked >= 0 && found.covers(last.position())
        ? last.position()
        : found;
  }

  /**
   * True if there is no writer, and it stays unknown what it had at a moment in the past that
   * counts by now: it was not asked after that.
   */
  synchronized boolean untold(long moment, long now) {
    Sample last = kept;
    return last != null
        && now - moment > age
        && last.at() - moment <= 0
        && foundAfter(moment) == Position.NONE;
  }

  /**
   * Position that the last writer has kept, if there is none now, and it was probed after that for
   * the first and last time.
   */
  synchronized Position keptAfter(long moment) {
    Sample last = kept;
    return last != null && last.at() - moment > 0 && indexAfter(moment) < 0
        ? last.position()
        : Position.NONE;
  }

  /**
   * A position that had certainly been written by the time of the last snapshot: of the samples
   * that were old enough then the newest, else the oldest that there is; {@link Position#NONE}
   * before the first.
   */
  Sample floor() {
    return floor;
  }

  /**
   * The first position that the writer was asked for after a moment; that of the last sample where
   * it was not asked since.
   */
  synchronized Sample after(long moment) {
    int index = indexAfter(moment);
    int found = index < 0 ? (next + MOST - 1) % MOST : index;
    return count == 0 ? NOTHING : new Sample(positions[found], times[found]);
  }

  /**
   * Position at which the writer was found first after that moment; {@link Position#NONE} if it was
   * not probed since.
   */
  synchronized Position foundAfter(long moment) {
    int index = indexAfter(moment);
    return index < 0 ? Position.NONE : positions[index];
  }

  private int indexAfter(long moment) {
    for (int i = count; i > 0; i--) {
      int index = (next + MOST - i) % MOST;
      if (times[index] - moment > 0) {
        return index;
      }
    }
    return -1;
  }
}
