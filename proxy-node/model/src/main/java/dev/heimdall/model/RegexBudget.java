package dev.heimdall.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The regular expressions of one configuration: each is made once to see whether it can be, and all
 * of them together have a limit. A text of a few bytes can take as much memory as {@link
 * RegexSize#MOST} states, and a configuration has room for thousands of such texts.
 */
final class RegexBudget {
  /** States that all different regular expressions of a configuration may have. */
  static final long MOST = 1_000_000;

  /** Number of groups in those that are right. */
  private final Map<String, Integer> groups = new HashMap<>();

  private long states;

  /** Returns the fault of a regular expression, or of one more of its size. */
  Optional<String> fault(String regex) {
    if (groups.containsKey(regex)) {
      return Optional.empty();
    }
    long size = RegexSize.of(regex);
    if (size > RegexSize.MOST) {
      return Optional.of(
          "a smaller regular expression: with its counts this one has about "
              + size
              + " states, and "
              + RegexSize.MOST
              + " are allowed");
    }
    if (states + size > MOST) {
      return Optional.of(
          "fewer or smaller regular expressions: with this one, which has about "
              + size
              + " states, those of the configuration have "
              + (states + size)
              + ", and "
              + MOST
              + " are allowed for all of them together");
    }
    if (RegexSize.depth(regex) > RegexSize.DEEPEST) {
      return Optional.of(
          "a regular expression whose brackets nest " + RegexSize.DEEPEST + " deep at most");
    }
    states += size; // also of one that turns out to be wrong: it takes its time
    try {
      groups.put(regex, Pattern.compile(regex).groupCount());
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      String part = Optional.ofNullable(e.getPattern()).orElse("");
      int at = part.isEmpty() || part.equals(regex) ? -1 : regex.indexOf(part);
      return Optional.of(
          "a regular expression as RE2 has it ("
              + e.getDescription()
              + (part.isEmpty() || part.equals(regex) ? "" : " " + JsonValue.quote(part))
              + (at < 0 ? "" : ", character " + (at + 1))
              + ")");
    }
  }

  /** About as many states as those have that were asked about. */
  long states() {
    return states;
  }

  /** Number of groups in a regular expression that is right. */
  int groups(String regex) {
    return groups.getOrDefault(regex, 0);
  }
}
