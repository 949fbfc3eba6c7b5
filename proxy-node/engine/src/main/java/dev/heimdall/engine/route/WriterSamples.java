package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import java.time.Duration;

/**
 * How far the writer had written at moments in the past, so that no read is older than a set time,
 * whoever wrote. Written by one thread, read by any.
 */
public final class WriterSamples {
  /** Moments that are kept; with more, each would be of little use. */
  private static final int MOST = 64;

  private final long age;
  private final long apart;
  private final long[] times = new long[MOST];
  private final Position[] positions = new Position[MOST];
  private int next;
  private int count;
  private volatile Sample floor = new Sample(Position.NONE, 0);

  /**
   * How far the writer had written.
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
    if (old && (floor.at() != times[last] || !floor.position().equals(positions[last]))) {
      floor = new Sample(positions[last], times[last]);
    }
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
  synchronized Position after(long moment) {
    Position found = foundAfter(moment);
    return found != Position.NONE || count == 0 ? found : positions[(next + MOST - 1) % MOST];
  }

  /** The same; {@link Position#NONE} where it was not asked since. */
  synchronized Position foundAfter(long moment) {
    for (int i = count; i > 0; i--) {
      int index = (next + MOST - i) % MOST;
      if (times[index] - moment > 0) {
        return positions[index];
      }
    }
    return Position.NONE;
  }
}
