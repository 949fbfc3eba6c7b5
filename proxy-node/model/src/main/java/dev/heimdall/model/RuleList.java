package dev.heimdall.model;

import java.util.List;
import java.util.Optional;

/** An ordered list of rules: {@code rules/<name>.json}. */
public record RuleList(
    @Setting(
            value = "The name that VDBs and other lists refer to.",
            otherwise = "the file's base name",
            format = Format.NAME)
        String name,
    @Setting(value = "Whether the list is gone through at all.", byDefault = "true")
        boolean enabled,
    @Setting(value = "A note for people.", format = Format.PROSE) Optional<String> comment,
    @Setting(
            value =
                "What expressions about tables do with a statement that is not understood: `pass`"
                    + " goes by the tables that were recognised; with `match` they match in rules"
                    + " that refuse or watch.",
            otherwise = "`match` in a list with a `drop` that looks at tables, else `pass`")
        Optional<UnknownStatements> unknown,
    @Setting(value = "The rules, in the order in which they are looked at.", byDefault = "[]")
        List<Rule> rules) {
  public RuleList {
    rules = List.copyOf(rules);
  }
}
