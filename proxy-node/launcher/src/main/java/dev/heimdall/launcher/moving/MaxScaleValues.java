package dev.heimdall.launcher.moving;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and sizes as MaxScale writes them. */
final class MaxScaleValues {
  private static final Pattern TIME = Pattern.compile("([0-9]+)\\s*(ms|s|m|h)?");
  private static final Pattern SIZE = Pattern.compile("([0-9]+)\\s*([kmgt]?)(i?)b?");

  private MaxScaleValues() {}

  /**
   * A time as documents have it; without a unit it is seconds.
   *
   * @throws NumberFormatException for what is none
   */
  static Optional<Object> time(String text) {
    Matcher time = matched(TIME, text);
    return Optional.of(
        new BigInteger(time.group(1)).signum() == 0 ? "0" : time.group(1) + unit(time));
  }

  /**
   * A time in milliseconds.
   *
   * @throws NumberFormatException for what is none, and for more than a number can be
   */
  static long millis(String text) {
    Matcher time = matched(TIME, text);
    long unit =
        switch (unit(time)) {
          case "s" -> 1000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          default -> 1;
        };
    return whole(new BigInteger(time.group(1)).multiply(BigInteger.valueOf(unit)));
  }

  private static String unit(Matcher time) {
    return time.group(2) == null ? "s" : time.group(2);
  }

  /**
   * Bytes; {@code k} is 1000, {@code Ki} 1024.
   *
   * @throws NumberFormatException for what is none, and for more than a number can be
   */
  static long size(String text) {
    Matcher size = matched(SIZE, text);
    int power = size.group(2).isEmpty() ? 0 : "kmgt".indexOf(size.group(2)) + 1;
    BigInteger unit = BigInteger.valueOf(size.group(3).isEmpty() ? 1000 : 1024).pow(power);
    return whole(new BigInteger(size.group(1)).multiply(unit));
  }

  private static Matcher matched(Pattern form, String text) {
    Matcher matched = form.matcher(text.toLowerCase(Locale.ROOT));
    if (!matched.matches()) {
      throw new NumberFormatException("no time or size");
    }
    return matched;
  }

  private static long whole(BigInteger number) {
    return Long.parseLong(number.toString());
  }
}
