package dev.heimdall.manager.dashboard;

import java.util.List;

/**
 * One sample of several minutes: rates and levels are means, shares and times means by the number
 * of queries, and the upper percentiles those of the worst minute. What is not known of one counts
 * for nothing.
 */
final class MergedMinutes {
  private MergedMinutes() {}

  static char[] figures(List<char[]> minutes) {
    char[] all = new char[Field.values().length];
    for (Field field : Field.values()) {
      double sum = 0;
      double weights = 0;
      double most = Double.NaN;
      for (char[] minute : minutes) {
        double value = value(minute, field);
        if (!Double.isNaN(value)) {
          double weight = isByQuery(field) ? Math.max(1e-6, value(minute, Field.QUERIES)) : 1;
          weight = Double.isNaN(weight) ? 1e-6 : weight;
          sum += value * weight;
          weights += weight;
          most = Double.isNaN(most) ? value : Math.max(most, value);
        }
      }
      boolean worst = field == Field.P95 || field == Field.P99;
      all[field.ordinal()] = Ring.packed(worst ? most : weights > 0 ? sum / weights : Double.NaN);
    }
    return all;
  }

  /** Of lags the largest. */
  static char[] lags(List<char[]> minutes) {
    double most = Double.NaN;
    for (char[] minute : minutes) {
      double lag = minute.length == 1 ? Ring.unpacked(minute[0]) : Double.NaN;
      if (!Double.isNaN(lag)) {
        most = Double.isNaN(most) ? lag : Math.max(most, lag);
      }
    }
    return new char[] {Ring.packed(most)};
  }

  private static boolean isByQuery(Field field) {
    return switch (field) {
      case AVERAGE, SERVER, P50, READ_PERCENT, TRANSACTION_PERCENT, CACHE_PERCENT -> true;
      default -> false;
    };
  }

  private static double value(char[] minute, Field field) {
    return field.ordinal() < minute.length ? Ring.unpacked(minute[field.ordinal()]) : Double.NaN;
  }
}
