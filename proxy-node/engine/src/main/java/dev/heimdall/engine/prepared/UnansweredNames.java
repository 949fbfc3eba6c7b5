package dev.heimdall.engine.prepared;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Names whose Parse the server may not have answered yet. Those that it has answered are forgotten
 * now and then: a client may go on for ever without waiting for all its answers.
 */
public final class UnansweredNames {
  private static final int FEW = 64;

  private final Map<String, Long> groups = new HashMap<>(0);
  private int enough = FEW;

  /**
   * A Parse is sent.
   *
   * @param group of messages that it belongs to, counted by the session
   * @param done the group that is answered next
   */
  public void add(byte[] name, long group, long done) {
    if (groups.size() >= enough) {
      groups.values().removeIf(sent -> sent < done);
      enough = Math.max(FEW, 2 * groups.size());
    }
    groups.put(text(name), group);
  }

  /** Whether the server may not have answered the Parse of a name. */
  public boolean contains(byte[] name, long done) {
    Long group = groups.get(text(name));
    return group != null && group >= done;
  }

  /** All are answered. */
  public void clear() {
    groups.clear();
  }

  /** How many are kept. */
  public int size() {
    return groups.size();
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }
}
