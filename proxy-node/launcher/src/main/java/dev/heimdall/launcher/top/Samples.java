package dev.heimdall.launcher.top;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics of a node at a moment, in the text format of Prometheus. */
final class Samples {
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** A value with its labels. */
  record Sample(Map<String, String> labels, double value) {
    String label(String name) {
      return labels.getOrDefault(name, "");
    }
  }

  private final long nanos;
  private final Map<String, List<Sample>> byName = new HashMap<>();

  /**
   * @param nanos when it was asked for, by {@link System#nanoTime}
   */
  Samples(String text, long nanos) {
    this.nanos = nanos;
    text.lines().filter(line -> !line.startsWith("#")).forEach(this::read);
  }

  private void read(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return;
    }
    Map<String, String> labels = new HashMap<>();
    if (matcher.group(2) != null) {
      Matcher label = LABEL.matcher(matcher.group(2));
      while (label.find()) {
        labels.put(
            label.group(1),
            label.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
      }
    }
    byName
        .computeIfAbsent(matcher.group(1), one -> new ArrayList<>())
        .add(new Sample(labels, number(matcher.group(3))));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException e) {
          yield Double.NaN;
        }
      }
    };
  }

  double secondsSince(Samples before) {
    return (nanos - before.nanos) / 1e9;
  }

  List<Sample> of(String name) {
    return byName.getOrDefault(name, List.of());
  }

  /** The sum of all that are meant; NaN where there is none. */
  double sum(String name, Predicate<Sample> meant) {
    double[] values = of(name).stream().filter(meant).mapToDouble(Sample::value).toArray();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return values.length == 0 ? Double.NaN : sum;
  }

  double sum(String name) {
    return sum(name, sample -> true);
  }

  /** Returns the values of a label in these metrics, each once. */
  Set<String> labels(String label, String... names) {
    Set<String> all = new TreeSet<>();
    for (String name : names) {
      of(name).forEach(sample -> all.add(sample.label(label)));
    }
    return all;
  }

  /** Cumulative counts of a histogram by their limits. */
  Map<Double, Double> buckets(String name, Predicate<Sample> meant) {
    Map<Double, Double> buckets = new TreeMap<>();
    of(name + "_bucket").stream()
        .filter(meant)
        .forEach(sample -> buckets.merge(number(sample.label("le")), sample.value(), Double::sum));
    return buckets;
  }
}
