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
    @Setting("A note for people.") Optional<String> comment,
    @Setting(value = "The rules, in the order in which they are looked at.", byDefault = "[]")
        List<Rule> rules) {
  public RuleList {
    rules = List.copyOf(rules);
  }
}
