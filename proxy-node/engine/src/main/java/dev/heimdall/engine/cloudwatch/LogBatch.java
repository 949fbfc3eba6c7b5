package dev.heimdall.engine.cloudwatch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;

/** Events that go in one call, within the limits that CloudWatch Logs has for one. */
final class LogBatch {
  static final int MOST_EVENTS = 10_000;
  static final int MOST_BYTES = 1_048_576;

  /** Bytes counted for each event besides its text. */
  static final int OVERHEAD = 26;

  /** The limit of one event was this for long, and is nowhere less. */
  static final int LONGEST = 262_144 - OVERHEAD;

  /** A little less than a day: the first and the last may not be further apart. */
  private static final long SPAN_MILLIS = TimeUnit.HOURS.toMillis(24) - 1;

  private static final String CUT = "…";

  private final List<InputLogEvent> events = new ArrayList<>();
  private int bytes;
  private long first = Long.MAX_VALUE;
  private long last = Long.MIN_VALUE;

  /** Adds an event if there is room for it. */
  boolean add(long millis, String text) {
    String kept = cut(text);
    int size = utf8Length(kept) + OVERHEAD;
    long nextFirst = Math.min(first, millis);
    long nextLast = Math.max(last, millis);
    if (events.size() >= MOST_EVENTS
        || bytes + size > MOST_BYTES
        || (!events.isEmpty() && nextLast - nextFirst > SPAN_MILLIS)) {
      return false;
    }
    events.add(InputLogEvent.builder().timestamp(millis).message(kept).build());
    bytes += size;
    first = nextFirst;
    last = nextLast;
    return true;
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  int size() {
    return events.size();
  }

  int bytes() {
    return bytes;
  }

  /** In the order of their time: lines of several threads may have come in another. */
  List<InputLogEvent> events() {
    return events.stream().sorted(Comparator.comparing(InputLogEvent::timestamp)).toList();
  }

  private static String cut(String text) {
    if (3L * text.length() <= LONGEST || utf8Length(text) <= LONGEST) {
      return text;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int end = LONGEST - CUT.getBytes(StandardCharsets.UTF_8).length;
    while ((utf8[end] & 0xC0) == 0x80) {
      end--; // not within a character
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8) + CUT;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
