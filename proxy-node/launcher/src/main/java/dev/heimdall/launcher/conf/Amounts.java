package dev.heimdall.launcher.conf;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times as they are written in configuration documents too. */
final class Amounts {
  static final String SIZE = "([1-9][0-9]{0,6})(MiB|GiB)";

  static final String TIME = "(0|[1-9][0-9]{0,4})(s|m|h)";

  static final String PORT =
      "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]";

  private static final Pattern FORM = Pattern.compile(SIZE);
  private static final Map<String, Long> UNITS = Map.of("MiB", 1L << 20, "GiB", 1L << 30);

  private Amounts() {}

  /** A time that has the form. */
  static Duration time(String time) {
    return Duration.parse("PT" + time.toUpperCase(Locale.ROOT));
  }

  /** The bytes of a size that has the form. */
  static long bytes(String size) {
    Matcher matcher = FORM.matcher(size);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(size);
    }
    return Long.parseLong(matcher.group(1)) * UNITS.get(matcher.group(2));
  }
}
