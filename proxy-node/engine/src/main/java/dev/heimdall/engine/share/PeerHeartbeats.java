package dev.heimdall.engine.share;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tracks whether a node hears the others. It has to hear itself, which shows that the way there and
 * back is open, and each of those that it knows, often enough. Times are of {@link
 * System#nanoTime}.
 */
final class PeerHeartbeats {
  private static final int MOST_NODES = 4096;

  private final String self;
  private final long maxStaleness;
  private final long lapse;
  private final Map<String, Heard> nodes = new HashMap<>();
  private volatile long until;
  private volatile boolean heardSelf;

  private record Heard(long number, long at) {}

  /**
   * @param maxStaleness how long a node may be silent before it is unknown what it wrote
   * @param lapse how long until a silent node counts as gone
   */
  PeerHeartbeats(String self, long maxStaleness, long lapse) {
    this.self = self;
    this.maxStaleness = maxStaleness;
    this.lapse = lapse;
  }

  /**
   * A message was heard.
   *
   * @return whether others of the same node were missed before it
   */
  synchronized boolean heard(String node, long number, long now) {
    Heard before = nodes.get(node);
    boolean missed = before == null ? number != 1 : number > before.number() + 1;
    boolean own = node.equals(self);
    if (own || before == null || number > before.number()) {
      if (own || nodes.size() < MOST_NODES || before != null) {
        nodes.put(node, new Heard(number, now));
      }
    }
    heardSelf |= own;
    // Not this node itself: while it does not hear itself, its reports may reach no node.
    nodes
        .entrySet()
        .removeIf(one -> !one.getKey().equals(self) && now - one.getValue().at() > lapse);
    renew(now);
    return missed;
  }

  private void renew(long now) {
    long oldest = now;
    for (Heard heard : nodes.values()) {
      if (heard.at() - oldest < 0) {
        oldest = heard.at();
      }
    }
    until = oldest + maxStaleness;
  }

  /** A node has said that it goes: it writes nothing any more. */
  synchronized void gone(String node, long now) {
    nodes.remove(node);
    renew(now);
  }

  /** The connection was lost and is there again: it is unknown what was said meanwhile. */
  synchronized void lost() {
    nodes.remove(self);
    heardSelf = false;
  }

  /** True if all were heard lately; without a lock, as it is asked for each read. */
  boolean connectedToPeers(long now) {
    return heardSelf && now - until < 0;
  }

  /** True if this node has heard itself lately, as each node does that others hear. */
  synchronized boolean hearsItself(long now) {
    Heard own = nodes.get(self);
    return own != null && now - own.at() < maxStaleness;
  }

  /** True if it has heard a node, which has not gone since. */
  synchronized boolean knows(String node) {
    return nodes.containsKey(node);
  }

  /** The last message of each, this node's own among them. */
  synchronized HeardMessages soFar() {
    Map<String, Long> last = new HashMap<>();
    nodes.forEach((node, heard) -> last.put(node, heard.number()));
    return new HeardMessages(last);
  }

  /** The other nodes. */
  synchronized Set<String> others() {
    Set<String> others = new HashSet<>(nodes.keySet());
    others.remove(self);
    return others;
  }
}
