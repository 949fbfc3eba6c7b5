package dev.heimdall.engine.rules;

import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleParameters;
import java.util.List;

/**
 * A rule whose expressions match, with all that follows from the statement and the session alone.
 * What is left is what counters say, and whether an earlier rule keeps it from being looked at.
 */
final class Candidate {
  private final int number;
  private final CompiledRule rule;
  private final RuleParameters parameters;
  private final List<String> groups;
  private final String newText;
  private final boolean hasEffect;
  private final List<Candidate> called;

  // Asked for with each statement.
  private final AllowRun run;
  private final int action;
  private final int ignores;
  private final boolean counted;
  private final boolean stops;

  /**
   * @param number its place among all candidates
   * @param parameters with every name replaced
   * @param groups what the groups of its regular expression hold, all of the match first; empty
   *     where they are not used
   * @param newText what a transform makes of the statement; else null
   * @param hasEffect whether its action has an effect on the statement's tables
   * @param called the candidates of the list that it calls
   */
  Candidate(
      int number,
      CompiledRule rule,
      RuleParameters parameters,
      List<String> groups,
      String newText,
      boolean hasEffect,
      List<Candidate> called) {
    this.number = number;
    this.rule = rule;
    this.parameters = parameters;
    this.groups = groups;
    this.newText = newText;
    this.hasEffect = hasEffect;
    this.called = called;
    run = rule.run();
    action = bit(rule.action());
    ignores =
        parameters.own().orElse(null) instanceof ActionParameters.Ignore ignore
            ? bit(ignore.action())
            : 0;
    counted = rule.isCounted();
    stops = parameters.general().stop();
  }

  /** An action as one bit of a set. */
  static int bit(RuleAction action) {
    return 1 << action.ordinal();
  }

  int number() {
    return number;
  }

  CompiledRule rule() {
    return rule;
  }

  RuleParameters parameters() {
    return parameters;
  }

  List<String> groups() {
    return groups;
  }

  String newText() {
    return newText;
  }

  boolean hasEffect() {
    return hasEffect;
  }

  List<Candidate> called() {
    return called;
  }

  /** The neighbours that the rule changes places with; null for none. */
  AllowRun run() {
    return run;
  }

  /** The rule's action, as a bit. */
  int action() {
    return action;
  }

  /** The action that is ignored from here on, as a bit; 0 for none. */
  int ignores() {
    return ignores;
  }

  boolean isCounted() {
    return counted;
  }

  boolean stops() {
    return stops;
  }
}
