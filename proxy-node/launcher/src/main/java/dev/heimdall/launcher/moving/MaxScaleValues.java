package dev.heimdall.launcher.moving;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How MaxScale writes times and sizes. */
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
    Matcher time = TIME.matcher(text.toLowerCase(Locale.ROOT));
    if (!time.matches()) {
      throw new NumberFormatException("no time");
    }
    String unit = time.group(2) == null ? "s" : time.group(2);
    return Optional.of(new BigInteger(time.group(1)).signum() == 0 ? "0" : time.group(1) + unit);
  }

  /**
   * Bytes; {@code k} is 1000, {@code Ki} 1024.
   *
   * @throws NumberFormatException for what is none
   */
  static Optional<Object> size(String text) {
    Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw new NumberFormatException("no size");
    }
    int power = size.group(2).isEmpty() ? 0 : "kmgt".indexOf(size.group(2)) + 1;
    BigInteger unit = BigInteger.valueOf(size.group(3).isEmpty() ? 1000 : 1024).pow(power);
    return Optional.of(new BigInteger(size.group(1)).multiply(unit).longValueExact());
  }

  /** A size where documents take no smaller one, or none at all. */
  static Optional<Object> atLeast(String text, long least) {
    long size = (Long) size(text).orElseThrow();
    return Optional.of(Math.max(size, least));
  }

  /**
   * A time in milliseconds.
   *
   * @throws NumberFormatException for what is none
   */
  static long millis(String text) {
    String time = time(text).orElseThrow().toString();
    String digits = time.replaceFirst("[a-z]+$", "");
    long unit =
        switch (time.substring(digits.length())) {
          case "s" -> 1000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          default -> 1;
        };
    return Math.multiplyExact(Long.parseLong(digits), unit);
  }
}
