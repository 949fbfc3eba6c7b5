package dev.heimdall.engine.rules;

import java.util.Optional;

/**
 * A rule that matched.
 *
 * @param list the list's name
 * @param number the rule's place in it, from 1
 * @param comment the rule's comment, if it has one
 * @param action what it does, as it is written
 * @param print whether its match is to be logged ({@code printmatch})
 * @param groups what its regular expression's groups hold, when they are to be logged ({@code
 *     printcapture}); else empty
 */
public record MatchedRule(
    String list,
    int number,
    Optional<String> comment,
    String action,
    boolean print,
    java.util.List<String> groups) {
  /** Names the rule: {@code firewall #3}. */
  public String place() {
    return list + " #" + number;
  }

  @Override
  public String toString() {
    return place() + " " + action;
  }
}
