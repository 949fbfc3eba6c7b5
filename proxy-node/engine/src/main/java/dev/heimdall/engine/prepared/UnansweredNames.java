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
  private static final int OF_NAME = 120;

  private final Map<String, Long> groups = new HashMap<>(0);
  private int enough = FEW;
  private long weight;

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
      weight = groups.keySet().stream().mapToLong(UnansweredNames::weight).sum();
    }
    String text = text(name);
    if (groups.put(text, group) == null) {
      weight += weight(text);
    }
  }

  /** Whether the server may not have answered the Parse of a name. */
  public boolean contains(byte[] name, long done) {
    Long group = groups.get(text(name));
    return group != null && group >= done;
  }

  /** All are answered. */
  public void clear() {
    groups.clear();
    weight = 0;
  }

  /** How many are kept. */
  public int size() {
    return groups.size();
  }

  /** About how many bytes they take. */
  public long weight() {
    return weight;
  }

  private static long weight(String name) {
    return OF_NAME + name.length();
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }
}
