package dev.heimdall.engine.share;

import java.util.HashMap;
import java.util.Map;

/**
 * Changes of definitions that other nodes have announced and that are not over; thread-safe. One
 * whose end is not heard ends by itself, as {@link Definitions#changing} does for all of them.
 */
final class ChangesOfOthers {
  /** Changes that are kept; more of them end by themselves. */
  private static final int MOST = 10_000;

  /** By the node, and by the number of its announcement. */
  private final Map<String, Map<Long, Runnable>> inProgress = new HashMap<>();

  private int kept;

  /**
   * @param over to be run when it is over
   */
  synchronized void begun(String node, long number, Runnable over) {
    if (kept < MOST) {
      kept++;
      inProgress.computeIfAbsent(node, n -> new HashMap<>()).put(number, over);
    }
  }

  void over(String node, long number) {
    Runnable over = take(node, number);
    if (over != null) {
      over.run();
    }
  }

  private synchronized Runnable take(String node, long number) {
    Map<Long, Runnable> ofNode = inProgress.get(node);
    if (ofNode == null) {
      return null;
    }
    Runnable over = ofNode.remove(number);
    kept -= over == null ? 0 : 1;
    if (ofNode.isEmpty()) {
      inProgress.remove(node);
    }
    return over;
  }

  /**
   * Forgets a node whose messages may have been missed, or that is gone: its changes may be
   * committed still, and how they end is not reported.
   */
  synchronized void forget(String node) {
    Map<Long, Runnable> gone = inProgress.remove(node);
    kept -= gone == null ? 0 : gone.size();
  }
}
