package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * The heap that the last reports of all nodes take. Each may take its part of it, whatever others
 * take; more than its part as long as all together take no more.
 */
final class ReportRoom {
  /** Reports are kept in a quarter of the heap. */
  private static final int SHARE_OF_HEAP = 4;

  /** About what a value takes beside its text, an object or array besides, and a member's place. */
  private static final int VALUE_BYTES = 40;

  private static final int CONTAINER_BYTES = 48;
  private static final int MEMBER_BYTES = 48;

  /** The values of a report that is as large as it may be have eight bytes each, or more. */
  private static final int MOST_VALUES = 32_000;

  private static final int DEEPEST = 32;

  private final long most;
  private final long part;

  // Guarded by its Fleet.
  private long taken;

  /**
   * @param nodes that there may be
   */
  ReportRoom(int nodes) {
    this(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, nodes);
  }

  ReportRoom(long most, int nodes) {
    this.most = most;
    part = most / nodes;
  }

  /** About how many bytes sections take. */
  static long bytes(Map<String, JsonNode> sections) {
    long[] left = {MOST_VALUES};
    long bytes = 0;
    for (Map.Entry<String, JsonNode> one : sections.entrySet()) {
      bytes += MEMBER_BYTES + one.getKey().length() + bytes(one.getValue(), left, 0);
    }
    return left[0] < 0 ? Long.MAX_VALUE : bytes;
  }

  private static long bytes(JsonNode value, long[] left, int depth) {
    left[0]--;
    if (left[0] < 0 || depth > DEEPEST) {
      left[0] = -1;
      return 0;
    }
    long bytes = VALUE_BYTES;
    if (value.isTextual()) {
      return bytes + 2L * value.textValue().length();
    }
    if (value.isContainerNode()) {
      bytes += CONTAINER_BYTES;
    }
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> one : value.properties()) {
        bytes += MEMBER_BYTES + one.getKey().length() + bytes(one.getValue(), left, depth + 1);
      }
    } else {
      for (JsonNode one : value) {
        bytes += bytes(one, left, depth + 1);
      }
    }
    return bytes;
  }

  /**
   * True if a report may be kept in the place of another one; if so it counts from now on.
   *
   * @param before what that takes; 0: there is none
   */
  boolean take(long before, long bytes) {
    if (bytes > part && (bytes > most || taken - before + bytes > most)) {
      return false;
    }
    taken += bytes - before;
    return true;
  }

  /** A report is not kept any more. */
  void back(long bytes) {
    taken -= bytes;
  }
}
