package dev.heimdall.engine.prepared;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Names whose Parse, or whose Close, the server may not have answered yet. Those that it has
 * answered are forgotten now and then: a client may go on for ever without waiting for all its
 * answers.
 */
public final class UnansweredNames {
  private static final int FEW = 64;
  private static final int OF_NAME = 150;

  private final Map<String, Sent> groups = new HashMap<>(0);
  private int enough = FEW;
  private long weight;

  /** A Parse or Close that was sent. */
  public static final class Sent {
    private final long group;
    private boolean refused;

    private Sent(long group) {
      this.group = group;
    }

    /** The server has refused or skipped it. */
    public void refuse() {
      refused = true;
    }

    /** True if it belongs to an earlier group of messages than this one. */
    boolean isBefore(long now) {
      return group < now;
    }

    /** True if the server is known to have refused or skipped it. */
    public boolean refused() {
      return refused;
    }
  }

  /**
   * A Parse or a Close is sent.
   *
   * @param group of messages that it belongs to, counted by the session
   * @param done the group that is answered next
   */
  public Sent add(byte[] name, long group, long done) {
    if (groups.size() >= enough) {
      groups.values().removeIf(sent -> sent.group < done);
      enough = Math.max(FEW, 2 * groups.size());
      weight = groups.keySet().stream().mapToLong(UnansweredNames::weight).sum();
    }
    String text = text(name);
    Sent sent = new Sent(group);
    if (groups.put(text, sent) == null) {
      weight += weight(text);
    }
    return sent;
  }

  /** The Parse or Close of a name that the server may not have answered; null where it has. */
  public Sent get(byte[] name, long done) {
    Sent sent = groups.get(text(name));
    return sent != null && sent.group >= done ? sent : null;
  }

  /** True if the server may not have answered one of them. */
  boolean awaitsAny(long done) {
    return groups.values().stream().anyMatch(sent -> sent.group >= done);
  }

  /** All are answered. */
  public void clear() {
    groups.clear();
    weight = 0;
  }

  /** Number of names that are kept. */
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
