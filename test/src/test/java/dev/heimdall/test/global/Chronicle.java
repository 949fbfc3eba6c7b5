package dev.heimdall.test.global;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What was done to the regions, and when. */
final class Chronicle {
  private final Queue<Moment> moments = new ConcurrentLinkedQueue<>();

  /**
   * Something happened.
   *
   * @param at by {@link System#nanoTime}
   */
  record Moment(long at, String what) {}

  /** Notes that something happens now. */
  long note(String what) {
    Moment now = new Moment(System.nanoTime(), what);
    moments.add(now);
    return now.at();
  }

  List<Moment> moments() {
    return List.copyOf(moments);
  }

  /** The last time that something happened. */
  long last(String what) {
    return moments.stream()
        .filter(moment -> moment.what().equals(what))
        .mapToLong(Moment::at)
        .max()
        .orElseThrow(() -> new IllegalStateException(what + " did not happen"));
  }
}
