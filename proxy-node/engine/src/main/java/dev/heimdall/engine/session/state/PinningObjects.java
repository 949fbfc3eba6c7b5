package dev.heimdall.engine.session.state;

import dev.heimdall.engine.sql.PinReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The objects that pin a session, by reason and name as statements have spelled it, where that name
 * means the same in whatever statement ends one of them.
 */
final class PinningObjects {
  /** A session that has more of one kind keeps its server connection to its end. */
  private static final int MOST = 100;

  private final Map<PinReason, Set<String>> names = new HashMap<>(2);

  /** True if names without a dot may mean another object than they did when one was made. */
  private boolean moved;

  /** Returns whether it is known from here on which object this is. */
  boolean add(PinReason reason, String name) {
    if (moved && !isQualified(name)) {
      return false;
    }
    Set<String> known = names.computeIfAbsent(reason, any -> new HashSet<>(2));
    return known.contains(name) || (known.size() < MOST && known.add(name));
  }

  /** Returns whether it was one that was known, and the last of those with this reason. */
  boolean removeLast(PinReason reason, String name) {
    Set<String> known = names.get(reason);
    if (known == null || !known.remove(name) || !known.isEmpty()) {
      return false;
    }
    names.remove(reason);
    return true;
  }

  void remove(PinReason reason) {
    names.remove(reason);
  }

  /** Names without a dot mean something else; returns the reasons of those that are lost. */
  Set<PinReason> move() {
    moved = true;
    Set<PinReason> lost = new HashSet<>(2);
    for (Iterator<Map.Entry<PinReason, Set<String>>> all = names.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<PinReason, Set<String>> entry = all.next();
      if (entry.getValue().removeIf(name -> !isQualified(name))) {
        lost.add(entry.getKey());
      }
      if (entry.getValue().isEmpty()) {
        all.remove();
      }
    }
    return lost;
  }

  /** Any of them may have another name; returns the reasons that there were. */
  Set<PinReason> rename() {
    Set<PinReason> lost = Set.copyOf(names.keySet());
    names.clear();
    return lost;
  }

  private static boolean isQualified(String name) {
    return name.indexOf('.') >= 0;
  }
}
