package dev.heimdall.test.tds;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** Locks of sp_getapplock; a mode other than Shared excludes every other session. */
final class ApplicationLocks {
  private record Held(TdsSession session, boolean shared, boolean ofTransaction) {}

  private final Map<String, Map<TdsSession, Held>> locks = new HashMap<>();

  /** Result of sp_getapplock: 0 at once, 1 after others released it, -1 timeout. */
  synchronized int acquire(
      TdsSession session, String name, boolean shared, boolean ofTransaction, long millis) {
    long end = millis < 0 ? Long.MAX_VALUE : System.nanoTime() / 1_000_000 + millis;
    boolean waited = false;
    while (!free(session, name, shared)) {
      long left = end - System.nanoTime() / 1_000_000;
      if (left <= 0) {
        return -1;
      }
      session.checkCancelled();
      waited = true;
      try {
        wait(Math.min(left, 20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return -2;
      }
    }
    locks
        .computeIfAbsent(name, key -> new HashMap<>())
        .put(session, new Held(session, shared, ofTransaction));
    return waited ? 1 : 0;
  }

  private boolean free(TdsSession session, String name, boolean shared) {
    for (Held held : locks.getOrDefault(name, Map.of()).values()) {
      if (held.session != session && !(shared && held.shared)) {
        return false;
      }
    }
    return true;
  }

  /** If the session had it. */
  synchronized boolean release(TdsSession session, String name) {
    Map<TdsSession, Held> held = locks.get(name);
    boolean had = held != null && held.remove(session) != null;
    notifyAll();
    return had;
  }

  /** Exclusive, Shared or NoLock, as APPLOCK_MODE. */
  synchronized String mode(TdsSession session, String name) {
    Held held = locks.getOrDefault(name, Map.of()).get(session);
    return held == null ? "NoLock" : held.shared ? "Shared" : "Exclusive";
  }

  void transactionEnded(TdsSession session) {
    end(session, true);
  }

  void sessionEnded(TdsSession session) {
    end(session, false);
  }

  private synchronized void end(TdsSession session, boolean ofTransaction) {
    Iterator<Map<TdsSession, Held>> each = locks.values().iterator();
    while (each.hasNext()) {
      Map<TdsSession, Held> held = each.next();
      Held mine = held.get(session);
      if (mine != null && mine.ofTransaction == ofTransaction) {
        held.remove(session);
      }
      if (held.isEmpty()) {
        each.remove();
      }
    }
    notifyAll();
  }
}
