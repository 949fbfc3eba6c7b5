package dev.heimdall.engine.rules;

import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleParameters;
import dev.heimdall.model.TransformTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the rules whose expressions match one statement of one session. */
final class Candidates {
  /** The refusal of a rule in a list that was called on a guess. */
  private static final String GUESSED =
      "the statement only might have the tables because of which this list was called";

  /** The refusal of a rule whose expressions do not match. */
  static final String NO_MATCH = "no match";

  private final TextMatches texts;
  private final TableBits tables;
  private final Profile profile;
  private final boolean inTransaction;
  private final boolean prepared;
  private int count;
  private boolean guessed;

  Candidates(
      TextMatches texts,
      TableBits tables,
      Profile profile,
      boolean inTransaction,
      boolean prepared) {
    this.texts = texts;
    this.tables = tables;
    this.profile = profile;
    this.inTransaction = inTransaction;
    this.prepared = prepared;
  }

  /** Number of rules that were found. */
  int count() {
    return count;
  }

  /** The candidates of a list; none when it is switched off. */
  List<Candidate> of(CompiledList list) {
    if (!list.enabled()) {
      return List.of();
    }
    List<Candidate> candidates = new ArrayList<>();
    for (CompiledRule rule : list.rules()) {
      if (refusal(rule) == null) {
        candidate(rule).ifPresent(candidates::add);
      }
    }
    return List.copyOf(candidates);
  }

  /** Reason that a rule cannot match; null if it can. */
  String refusal(CompiledRule rule) {
    if (!rule.rule().enabled()) {
      return "the rule is switched off";
    }
    if (inTransaction && !rule.inTransactions()) {
      return "it applies outside of transactions only";
    }
    if (rule.rule().parameters().general().preparedonly() && !prepared) {
      return "preparedonly: the statement is not a prepared one";
    }
    if (guessed && !rule.rule().mayGuess()) {
      return GUESSED;
    }
    return rule.matches(texts, tables, profile) ? null : NO_MATCH;
  }

  /** The rule with its parameters; empty when one of them gets a value that it may not have. */
  Optional<Candidate> candidate(CompiledRule rule) {
    TextMatches.Found found = rule.found(texts);
    Optional<RuleParameters> parameters =
        rule.rule().parameters().resolved((key, name) -> value(rule, key, name, found));
    if (parameters.isEmpty()) {
      return Optional.empty();
    }
    int number = count++;
    return Optional.of(
        new Candidate(
            number,
            rule,
            parameters.get(),
            found == null ? List.of() : List.of(found.groups()),
            newText(parameters.get(), found),
            hasEffect(rule, parameters.get()),
            rule.called() == null ? List.of() : called(rule)));
  }

  private List<Candidate> called(CompiledRule rule) {
    boolean before = enter(rule);
    List<Candidate> candidates = of(rule.called());
    leave(before);
    return candidates;
  }

  /** From here on rules are those of the list that this one calls; returns what to leave with. */
  boolean enter(CompiledRule call) {
    boolean before = guessed;
    guessed |= call.onlyMightMatch(texts, tables, profile);
    return before;
  }

  void leave(boolean before) {
    guessed = before;
  }

  private boolean hasEffect(CompiledRule rule, RuleParameters parameters) {
    return parameters.own().orElse(null) instanceof ActionParameters.TableCache cache
            && rule.rule().parameters().templates().containsKey("table")
        ? tables.tables().contains(cache.spelled())
        : rule.hasEffect(tables);
  }

  /** The value of a name in a parameter; null when it has none. */
  private String value(CompiledRule rule, String key, String name, TextMatches.Found found) {
    boolean target = rule.action() == RuleAction.TRANSFORM && key.equals("target");
    String builtIn = profile.facts().builtIn(name);
    if (builtIn != null) {
      return target ? TransformTarget.quoted(builtIn) : builtIn;
    }
    if (target) {
      return "${" + name + "}"; // A group, to be filled in for each match.
    }
    if (name.equals("tables")) {
      return String.join(",", tables.tables());
    }
    if (name.equals("table")) {
      return tables.tables().size() == 1 ? tables.tables().first() : null;
    }
    int group = Integer.parseInt(name);
    return found == null || group >= found.groups().length ? null : found.groups()[group];
  }

  private String newText(RuleParameters parameters, TextMatches.Found found) {
    if (!(parameters.own().orElse(null) instanceof ActionParameters.Transform transform)
        || found == null) {
      return null;
    }
    String text = texts.text();
    StringBuilder changed = new StringBuilder(text.length() + 64);
    int from = 0;
    for (TextMatches.Span span : found.spans()) {
      changed.append(text, from, span.start());
      changed.append(
          TransformTarget.filled(
              transform.target(),
              group -> group < span.groups().length ? span.groups()[group] : ""));
      from = span.end();
    }
    return changed.append(text, from, text.length()).toString();
  }
}
