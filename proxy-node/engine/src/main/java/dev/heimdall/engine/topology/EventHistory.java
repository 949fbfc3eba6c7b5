package dev.heimdall.engine.topology;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last events of a cluster, oldest first. May be used from any thread. */
public final class EventHistory {
  private final int most;
  private final Deque<TopologyEvent> events = new ArrayDeque<>();

  /**
   * @param most how many are kept; older ones are forgotten
   */
  public EventHistory(int most) {
    this.most = most;
  }

  public synchronized void add(TopologyEvent event) {
    if (events.size() == most) {
      events.removeFirst();
    }
    events.addLast(event);
  }

  public synchronized List<TopologyEvent> all() {
    return List.copyOf(events);
  }
}
