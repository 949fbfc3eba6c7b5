package dev.heimdall.engine.tracing;

import java.nio.charset.StandardCharsets;

/**
 * Trace to which a statement belongs by its own text: {@code traceparent} of W3C's Trace Context,
 * in a comment at the statement's end as sqlcommenter writes it. Clients may write anything there;
 * what is not as it has to be is as if it were not there.
 *
 * @param traceId 32 hexadecimal digits, not all of them 0
 * @param spanId 16 of them, likewise
 * @param sampled whether that trace is recorded
 */
record TraceParent(String traceId, String spanId, boolean sampled) {
  /** A comment that is longer is not looked at. */
  private static final int LONGEST_COMMENT = 2048;

  private static final byte[] KEY = "traceparent='".getBytes(StandardCharsets.US_ASCII);

  private static final int TRACE = 3;
  private static final int SPAN = 36;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;

  /**
   * The one that a text ends with; null where there is none. Of a text without a comment at its end
   * a few bytes are read, and nothing is allocated.
   */
  static TraceParent of(byte[] sql, int offset, int length) {
    int end = offset + length;
    while (end > offset && mayFollow(sql[end - 1])) {
      end--;
    }
    if (end - offset < KEY.length + LENGTH || sql[end - 1] != '/' || sql[end - 2] != '*') {
      return null;
    }
    end -= 2;
    int begin = begin(sql, Math.max(offset, end - LONGEST_COMMENT), end);
    return begin < 0 ? null : inComment(sql, begin, end);
  }

  private static boolean mayFollow(byte each) {
    return each == ' ' || each == ';' || each == '\n' || each == '\r' || each == '\t' || each == 0;
  }

  /** Position behind the last beginning of a comment; -1 for none. */
  private static int begin(byte[] sql, int from, int end) {
    for (int at = end - 2; at >= from; at--) {
      if (sql[at] == '/' && sql[at + 1] == '*') {
        return at + 2;
      }
    }
    return -1;
  }

  /** That of the one key of this name: with two, it is unknown which is meant. */
  private static TraceParent inComment(byte[] sql, int begin, int end) {
    int found = -1;
    for (int at = begin; at + KEY.length + LENGTH < end; at++) {
      if (sql[at] == KEY[0] && isKey(sql, begin, at)) {
        if (found >= 0) {
          return null;
        }
        found = at + KEY.length;
        at = found;
      }
    }
    return found < 0 ? null : parse(sql, found, end);
  }

  private static boolean isKey(byte[] sql, int begin, int at) {
    if (at > begin && sql[at - 1] != ',' && sql[at - 1] != ' ') {
      return false; // another name ends so, or another value holds it
    }
    for (int i = 1; i < KEY.length; i++) {
      if (sql[at + i] != KEY[i]) {
        return false;
      }
    }
    return true;
  }

  /** Parses the part that begins here and goes on to the next quote. */
  private static TraceParent parse(byte[] sql, int at, int end) {
    if (end - at <= LENGTH
        || sql[at + TRACE - 1] != '-'
        || sql[at + SPAN - 1] != '-'
        || sql[at + FLAGS - 1] != '-'
        || !isHex(sql, at, TRACE - 1)
        || !isHex(sql, at + TRACE, SPAN - 1 - TRACE)
        || !isHex(sql, at + SPAN, FLAGS - 1 - SPAN)
        || !isHex(sql, at + FLAGS, LENGTH - FLAGS)
        || isAll(sql, at, TRACE - 1, 'f')
        || isAll(sql, at + TRACE, SPAN - 1 - TRACE, '0')
        || isAll(sql, at + SPAN, FLAGS - 1 - SPAN, '0')) {
      return null;
    }
    byte behind = sql[at + LENGTH];
    boolean first = isAll(sql, at, TRACE - 1, '0');
    if (behind != '\'' && (first || behind != '-')) {
      return null; // later versions may say more
    }
    return new TraceParent(
        text(sql, at + TRACE, SPAN - 1 - TRACE),
        text(sql, at + SPAN, FLAGS - 1 - SPAN),
        (Character.digit(sql[at + LENGTH - 1], 16) & 1) != 0);
  }

  private static String text(byte[] sql, int at, int length) {
    return new String(sql, at, length, StandardCharsets.US_ASCII);
  }

  /** Of small letters only, as the standard has it. */
  private static boolean isHex(byte[] sql, int at, int length) {
    for (int i = at; i < at + length; i++) {
      byte each = sql[i];
      if ((each < '0' || each > '9') && (each < 'a' || each > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAll(byte[] sql, int at, int length, char digit) {
    for (int i = at; i < at + length; i++) {
      if (sql[i] != digit) {
        return false;
      }
    }
    return true;
  }
}
