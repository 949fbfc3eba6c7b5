package dev.heimdall.engine.observe;

import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * One line of the event log. Values come from outside too (user names, application names), so they
 * are cut and escaped: no value can end the line, forge a pair or flood the log.
 */
final class LogLine {
  private static final int LONGEST_VALUE = 256;

  private final StringBuilder line;

  LogLine(String words) {
    this.line = new StringBuilder(160).append(words);
  }

  /** Adds a pair; a null or empty value leaves it out. */
  LogLine pair(String key, String value) {
    if (value != null && !value.isEmpty()) {
      line.append(' ').append(key).append('=');
      appendValue(value);
    }
    return this;
  }

  LogLine pair(String key, long value) {
    line.append(' ').append(key).append('=').append(value);
    return this;
  }

  LogLine pair(String key, boolean value) {
    line.append(' ').append(key).append('=').append(value);
    return this;
  }

  /** Tells how many lines like this were left out since the last one. */
  LogLine suppressed(long count) {
    return count == 0 ? this : pair("suppressed", count);
  }

  void log(Logger logger, Level level) {
    logger.atLevel(level).log(line.toString());
  }

  @Override
  public String toString() {
    return line.toString();
  }

  private void appendValue(String value) {
    boolean cut = value.length() > LONGEST_VALUE;
    String shown = cut ? value.substring(0, LONGEST_VALUE) : value;
    if (!cut && shown.chars().allMatch(LogLine::plain)) {
      line.append(shown);
      return;
    }
    line.append('"');
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else if (c < ' ' || Character.getType(c) == Character.FORMAT || isBreak(c)) {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    line.append(cut ? "…\"" : "\"");
  }

  private static boolean plain(int c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
  }

  /** Characters above the ASCII range that a viewer may take for the end of a line. */
  private static boolean isBreak(char c) {
    return c >= 0x7f && c <= 0x9f || c == '\u2028' || c == '\u2029';
  }
}
