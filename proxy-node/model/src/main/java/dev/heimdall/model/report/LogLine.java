package dev.heimdall.model.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A log line of a few words and {@code key=value} pairs. Values come from outside too (user names,
 * application names), so they are cut and escaped: no value can end the line, forge a pair or flood
 * the log.
 *
 * <p>The pairs go along twice: as the argument of the message, for output of lines, and as
 * key-value pairs of the event, for output with fields. The message's pattern holds the words
 * alone.
 */
public final class LogLine {
  private static final int LONGEST_VALUE = 256;
  private static final int LONGEST_WHOLE = 2048;

  private final String words;
  private final StringBuilder line = new StringBuilder(160);
  private final Map<String, Object> pairs = new LinkedHashMap<>();
  private final Reader reader;
  private boolean holdsData;

  /** Further reader of lines that hold no data. */
  public interface Reader {
    /** Called before the line is written, if it is. */
    void line(LogLine line, Logger logger, Level level);
  }

  /** One that goes to the log alone. */
  public LogLine(String words) {
    this(words, (line, logger, level) -> {});
  }

  public LogLine(String words, Reader reader) {
    this.words = words;
    this.reader = reader;
  }

  /** Adds a pair; a null or empty value leaves it out. */
  public LogLine pair(String key, String value) {
    return pair(key, value, LONGEST_VALUE);
  }

  /** Adds a pair for a value whose end matters, such as the remedy at the end of a message. */
  public LogLine whole(String key, String value) {
    return pair(key, value, LONGEST_WHOLE);
  }

  private LogLine pair(String key, String value, int longest) {
    if (value != null && !value.isEmpty()) {
      boolean cut = value.length() > longest;
      String shown = cut ? value.substring(0, longest) + "…" : value;
      line.append(' ').append(key).append('=');
      appendValue(shown);
      pairs.put(key, shown);
    }
    return this;
  }

  public LogLine pair(String key, long value) {
    return plainPair(key, value);
  }

  public LogLine pair(String key, double value) {
    return plainPair(key, value);
  }

  public LogLine pair(String key, boolean value) {
    return plainPair(key, value);
  }

  private LogLine plainPair(String key, Object value) {
    line.append(' ').append(key).append('=').append(value);
    pairs.put(key, value);
    return this;
  }

  /** Tells how many lines like this were left out since the last one. */
  public LogLine suppressed(long count) {
    return count == 0 ? this : pair("suppressed", count);
  }

  /** Keeps the line to the log: it holds what statements or results hold. */
  public LogLine holdsData() {
    holdsData = true;
    return this;
  }

  /** Words of the line that name the event. */
  public String words() {
    return words;
  }

  /** Names, numbers and reasons, in order. */
  public Map<String, Object> pairs() {
    return Collections.unmodifiableMap(pairs);
  }

  /** Writes it. */
  public void log(Logger logger, Level level) {
    if (!holdsData && logger.isEnabledForLevel(level)) {
      reader.line(this, logger, level);
    }
    LoggingEventBuilder event =
        logger.atLevel(level).setMessage(words + "{}").addArgument(line.toString());
    for (Map.Entry<String, Object> pair : pairs.entrySet()) {
      event = event.addKeyValue(pair.getKey(), pair.getValue());
    }
    event.log();
  }

  @Override
  public String toString() {
    return words + line;
  }

  private void appendValue(String value) {
    if (value.chars().allMatch(LogLine::plain)) {
      line.append(value);
      return;
    }
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
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
    line.append('"');
  }

  private static boolean plain(int c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
  }

  /** Characters above the ASCII range that a viewer may take for the end of a line. */
  private static boolean isBreak(char c) {
    return c >= 0x7f && c <= 0x9f || c == '\u2028' || c == '\u2029';
  }
}
