package dev.heimdall.manager.analytics;

import java.util.Locale;

/** Numbers as people read them. */
final class Amounts {
  private static final long MILLI = 1_000;
  private static final long SECOND = 1_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final int KIB = 1024;

  private Amounts() {}

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Of microseconds. */
  static String time(long micros) {
    if (micros < MILLI) {
      return micros + " µs";
    }
    if (micros < SECOND) {
      return rounded((double) micros / MILLI) + " ms";
    }
    if (micros < 2 * MINUTE) {
      return rounded((double) micros / SECOND) + " s";
    }
    if (micros < 2 * HOUR) {
      return rounded((double) micros / MINUTE) + " min";
    }
    return rounded((double) micros / HOUR) + " h";
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%,.0f", value);
  }

  static String percent(double percent) {
    if (percent > 0 && percent < 0.1) {
      return "< 0.1 %";
    }
    return String.format(Locale.ROOT, percent < 10 && percent > 0 ? "%.1f %%" : "%.0f %%", percent);
  }

  static String bytes(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= KIB && unit < units.length - 1) {
      value /= KIB;
      unit++;
    }
    return (unit == 0 ? count(bytes) : rounded(value)) + " " + units[unit];
  }
}
