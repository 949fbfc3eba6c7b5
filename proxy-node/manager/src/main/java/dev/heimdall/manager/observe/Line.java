package dev.heimdall.manager.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A log line of a few words and {@code key=value} pairs, as a node's are: the pairs are the
 * message's argument for output of lines, and the event's own for output with fields. A value that
 * came from outside cannot end the line or forge a pair.
 */
public final class Line {
  private static final int LONGEST_VALUE = 256;

  private final String words;
  private final Map<String, String> pairs = new LinkedHashMap<>();

  private Line(String words) {
    this.words = words;
  }

  /** A line without pairs. */
  public static Line of(String words) {
    return new Line(words);
  }

  /** Adds a pair; an empty value leaves it out. */
  public Line pair(String key, String value) {
    if (!value.isEmpty()) {
      pairs.put(
          key, value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) + "…" : value);
    }
    return this;
  }

  /** Writes it. */
  public void log(Logger logger, Level level) {
    LoggingEventBuilder event =
        logger.atLevel(level).setMessage(words + "{}").addArgument(written());
    for (Map.Entry<String, String> pair : pairs.entrySet()) {
      event = event.addKeyValue(pair.getKey(), pair.getValue());
    }
    event.log();
  }

  private String written() {
    StringBuilder line = new StringBuilder();
    pairs.forEach((key, value) -> line.append(' ').append(key).append('=').append(quoted(value)));
    return line.toString();
  }

  private static String quoted(String value) {
    if (value.chars().allMatch(Line::plain)) {
      return value;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (Character.isISOControl(c)
          || Character.getType(c) == Character.FORMAT
          || c == '\u2028'
          || c == '\u2029') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean plain(int c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
  }

  @Override
  public String toString() {
    return words + written();
  }
}
