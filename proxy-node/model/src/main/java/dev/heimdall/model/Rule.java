package dev.heimdall.model;

import java.util.List;
import java.util.Optional;

/** One rule of a list. */
public record Rule(
    @Setting(value = "Whether the rule is looked at.", byDefault = "true") boolean enabled,
    @Setting(value = "A note for people.", format = Format.PROSE) Optional<String> comment,
    @Setting(
            value =
                "A regular expression (RE2), such as `(?i)^select`, or a specifier, such as"
                    + " `tables:shop.orders`, `users:alice` or `ips:10.0.0.0/8`; or a list of"
                    + " them. The empty one matches everything.",
            byDefault = "\"\"",
            as = RuleTypes.Expressions.class)
        List<RuleExpression> match,
    @Setting(value = "How several expressions go together.", byDefault = "and") RuleJoin join,
    @Setting(
            value =
                "Whether the rule also applies inside of an explicit transaction. Outside of one it"
                    + " always applies.",
            otherwise =
                "`false` for `async-execute`, `cache`, `forward`, `reader-eligible`, `retry` and"
                    + " `table-cache`, else `true`")
        Boolean inTransaction,
    @Setting(value = "What is done with a statement that matches.", required = true)
        RuleAction action,
    @Setting(value = "The action's parameters and general ones.", as = RuleTypes.Parameters.class)
        RuleParameters parameters) {

  public Rule {
    match = List.copyOf(match);
    inTransaction =
        inTransaction == null ? Boolean.valueOf(action.insideTransactions()) : inTransaction;
  }

  /** True if one of its expressions is about tables. */
  public boolean looksAtTables() {
    return match.stream().anyMatch(e -> e.specifier().isAboutTables());
  }

  /**
   * True if it may match a statement that only might have its tables: it refuses or watches, and
   * has no parameter that spares statements something.
   */
  public boolean mayGuess() {
    GeneralParameters general = parameters.general();
    boolean spares =
        (general.stop() && action != RuleAction.DROP)
            || general.lagignore().isPresent()
            || general.invalidate().isPresent()
            || general.update().isPresent()
            || general.notrack().isPresent()
            || general.olderthan().isPresent()
            || general.serverfilter().isPresent();
    return action.refusesOrWatches() && !spares;
  }

  /** The first regular expression, whose groups count where all expressions have to match. */
  public boolean hasRegex() {
    return match.stream().anyMatch(e -> e.specifier() == Specifier.REGEX);
  }
}
