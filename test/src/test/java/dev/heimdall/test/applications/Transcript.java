package dev.heimdall.test.applications;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What a run has shown or left behind: lines under headings, a page or a table each. */
final class Transcript {
  /** How many lines of one heading are worth printing. */
  private static final int SHOWN = 12;

  private static final int SHOWN_LENGTH = 240;

  private final Pattern left;
  private final Map<String, Map<String, Integer>> lines = new LinkedHashMap<>();

  /**
   * @param left finds lines that are left out
   */
  Transcript(Pattern left) {
    this.left = left;
  }

  /** Adds lines; the order under a heading does not count, how often one occurs does. */
  void add(String heading, Iterable<String> more) {
    Map<String, Integer> under = lines.computeIfAbsent(heading, h -> new TreeMap<>());
    for (String line : more) {
      String masked = Masks.masked(line.strip());
      if (!left.matcher(heading + ": " + masked).find()) {
        under.merge(masked, 1, Integer::sum);
      }
    }
  }

  int size() {
    return lines.values().stream().mapToInt(Map::size).sum();
  }

  /** How many of its lines another run has as often. */
  int inCommonWith(Transcript other) {
    int common = 0;
    for (Map.Entry<String, Map<String, Integer>> entry : lines.entrySet()) {
      Map<String, Integer> there = other.lines.getOrDefault(entry.getKey(), Map.of());
      for (Map.Entry<String, Integer> line : entry.getValue().entrySet()) {
        if (line.getValue().equals(there.get(line.getKey()))) {
          common++;
        }
      }
    }
    return common;
  }

  /**
   * What is otherwise in another run than in this one.
   *
   * @param again a second run of the same kind as this one: of lines in which the two differ
   *     nothing can be said
   */
  List<String> differences(Transcript again, Transcript other) {
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, Map<String, Integer>> entry : lines.entrySet()) {
      String heading = entry.getKey();
      Map<String, Integer> here = entry.getValue();
      Map<String, Integer> repeated = again.lines.getOrDefault(heading, Map.of());
      Map<String, Integer> there = other.lines.get(heading);
      if (there == null) {
        differences.add(heading + ": not there");
        continue;
      }
      List<String> of = new ArrayList<>();
      here.forEach(
          (line, times) -> {
            if (times.equals(repeated.get(line)) && !times.equals(there.get(line))) {
              of.add("- " + times + " × " + line);
            }
          });
      boolean settled = here.keySet().equals(repeated.keySet());
      for (String line : there.keySet()) {
        if (settled && !here.containsKey(line)) {
          of.add("+ " + line);
        }
      }
      for (String line : of.subList(0, Math.min(SHOWN, of.size()))) {
        differences.add(
            heading
                + ": "
                + (line.length() > SHOWN_LENGTH ? line.substring(0, SHOWN_LENGTH) : line));
      }
      if (of.size() > SHOWN) {
        differences.add(heading + ": and " + (of.size() - SHOWN) + " lines more");
      }
    }
    for (String heading : without(other.lines.keySet(), lines.keySet())) {
      differences.add(heading + ": only there");
    }
    return differences;
  }

  private static List<String> without(Set<String> all, Set<String> some) {
    return all.stream().filter(heading -> !some.contains(heading)).toList();
  }
}
