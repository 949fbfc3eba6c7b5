package dev.heimdall.test.global;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * Figures of many events, as a table of Markdown: the middle one of each and the worst, and below
 * it what was lost.
 */
final class FigureTable {
  private static final String HEAD =
      """
      | event | clients of | first write | longest read | reads failed | writes refused | writes unknown |
      |---|---|---|---|---|---|---|
      """;

  private final List<Figures> all = new ArrayList<>();
  private final List<Loss> losses = new ArrayList<>();

  void add(List<Figures> more, List<Loss> lost) {
    all.addAll(more);
    losses.addAll(lost);
  }

  @Override
  public String toString() {
    Map<String, List<Figures>> rows = new TreeMap<>();
    for (Figures one : all) {
      String row = one.of().kind().ordinal() + "| %s | %s |".formatted(one.of().kind(), whose(one));
      rows.computeIfAbsent(row, r -> new ArrayList<>()).add(one);
    }
    StringBuilder text = new StringBuilder(HEAD);
    rows.forEach(
        (row, figures) -> {
          text.append(row.substring(1, row.length() - 1));
          text.append("(").append(figures.size()).append(" times) | ");
          boolean there = figures.stream().allMatch(one -> one.firstWrite().isPresent());
          text.append(there ? spread(figures, one -> one.firstWrite().getAsLong(), " ms") : "–");
          // Who waits for a region that is lost waits until it is there again.
          text.append(" | ").append(there ? spread(figures, Figures::longestRead, " ms") : "–");
          text.append(" | ").append(spread(figures, Figures::failedReads, ""));
          text.append(" | ").append(spread(figures, Figures::refused, ""));
          text.append(" | ").append(spread(figures, Figures::unknown, "")).append(" |\n");
        });
    if (!losses.isEmpty()) {
      text.append("lost with a region: acknowledged writes ")
          .append(spread(losses, Loss::writes, ""))
          .append("; the oldest was acknowledged before the region was lost by ")
          .append(spread(losses, one -> one.oldest().orElse(0L), " ms"))
          .append('\n');
    }
    return text.toString();
  }

  private static String whose(Figures one) {
    if (one.of().lost().filter(one.region()::equals).isPresent()) {
      return "the lost region";
    }
    return !one.region().hasDatabase()
        ? "a region without a database"
        : one.of().writer().equals(one.region().instance())
            ? "the region that writes afterwards"
            : "another region";
  }

  private static <T> String spread(List<T> of, ToLongFunction<T> what, String unit) {
    long[] sorted = of.stream().mapToLong(what).sorted().toArray();
    long middle = sorted[(sorted.length - 1) / 2];
    long most = LongStream.of(sorted).max().orElseThrow();
    return "%d%s, at most %d%s".formatted(middle, unit, most, unit);
  }
}
