package dev.heimdall.manager.wizard;

import java.util.Map;
import java.util.Set;

/**
 * A step's form as its page shows it.
 *
 * @param values by field; none of a secret
 * @param problems what is wrong, by field
 * @param kept the secret fields that have a value already
 */
public record Form(Map<String, String> values, Map<String, String> problems, Set<String> kept) {
  public String of(String field) {
    return values.getOrDefault(field, "");
  }

  public String of(String field, String otherwise) {
    return values.containsKey(field) ? values.get(field) : otherwise;
  }

  public boolean is(String field, String value) {
    return of(field).equals(value);
  }

  public String problem(String field) {
    return problems.getOrDefault(field, "");
  }

  public boolean keeps(String field) {
    return kept.contains(field);
  }
}
