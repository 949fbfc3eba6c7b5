package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Replicas that stay where they are, though their writer has gone on: a replica that waits for a
 * lock, or whose network was cut, says nothing of it itself.
 */
final class Standstills {
  /** A large transaction, or a query that holds up replay, may take some seconds of it. */
  static final Duration LONG = Duration.ofSeconds(10);

  /**
   * A replica that lacks something.
   *
   * @param at where it was then
   * @param lacks what the writer had then, and it had not
   * @param since when, by {@link System#nanoTime}
   */
  private record Mark(Position at, Position lacks, long since) {}

  private final Map<ServerAddress, Mark> marks = new HashMap<>();
  private Optional<ServerAddress> writer = Optional.empty();

  /** Forgets servers that are not probed any more, and all where another one is the writer. */
  void retain(Optional<ProbeHistory> of, Collection<ProbeHistory> probed) {
    Optional<ServerAddress> now = of.map(ProbeHistory::address);
    if (!now.equals(writer)) {
      marks.clear();
      writer = now;
    }
    marks.keySet().retainAll(probed.stream().map(ProbeHistory::address).toList());
  }

  /** A replica that is not looked at now moves meanwhile. */
  void forget(ServerAddress replica) {
    marks.remove(replica);
  }

  /**
   * True if a replica has not moved for long, and lacks what the writer had at the beginning of
   * that time.
   *
   * @param written what the writer cannot lose any more; {@link Position#NONE} where that is not
   *     known
   */
  boolean stands(ServerAddress replica, Position position, Position written, long now) {
    Mark mark = marks.get(replica);
    if (mark == null || !mark.at().covers(position) || position.covers(mark.lacks())) {
      if (position == Position.NONE || written == Position.NONE || position.covers(written)) {
        marks.remove(replica);
      } else {
        marks.put(replica, new Mark(position, written, now));
      }
      return false;
    }
    return now - mark.since() >= LONG.toNanos();
  }
}
