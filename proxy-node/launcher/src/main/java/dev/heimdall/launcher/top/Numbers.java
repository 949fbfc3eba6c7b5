package dev.heimdall.launcher.top;

import java.util.Locale;

/** Numbers as the screen has them; a dash for what is not known. */
final class Numbers {
  private static final String NOTHING = "-";

  private Numbers() {}

  static String rate(double value) {
    return Double.isFinite(value)
        ? digits(value, value < 10 && value != Math.rint(value) ? 1 : 0)
        : NOTHING;
  }

  static String whole(double value) {
    return Double.isFinite(value) ? digits(value, 0) : NOTHING;
  }

  static String millis(double value) {
    return Double.isFinite(value) ? digits(value, value < 10 ? 2 : 1) : NOTHING;
  }

  static String percent(double part, double whole) {
    return percent(whole > 0 ? 100 * part / whole : Double.NaN);
  }

  static String percent(double value) {
    return Double.isFinite(value) ? digits(value, 0) + "%" : NOTHING;
  }

  /** A time of at least a second, such as {@code 3d 2h}. */
  static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return NOTHING;
    }
    long all = (long) seconds;
    if (all < 60) {
      return all + "s";
    }
    if (all < 3600) {
      return "%dm %ds".formatted(all / 60, all % 60);
    }
    return all < 86_400
        ? "%dh %dm".formatted(all / 3600, all / 60 % 60)
        : "%dd %dh".formatted(all / 86_400, all / 3600 % 24);
  }

  static String bytes(double value) {
    if (!Double.isFinite(value)) {
      return NOTHING;
    }
    if (value < 1 << 10) {
      return digits(value, 0) + " B";
    }
    return value < 1 << 20
        ? digits(value / (1 << 10), 0) + " KiB"
        : digits(value / (1 << 20), 1) + " MiB";
  }

  private static String digits(double value, int after) {
    return String.format(Locale.ROOT, "%,." + after + "f", value);
  }
}
