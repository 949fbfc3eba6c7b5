package dev.heimdall.engine.backend;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Session variables that differ from what a fresh server connection has: what must be carried from
 * one server connection to the next. Immutable; names are lower case, values are as
 * `current_setting` gives them.
 */
public final class Variables {
  /** The role that the session acts as: the right to set the others depends on it. */
  public static final String ROLE = "role";

  private static final int OF_NAME = 150;

  public static final Variables NONE = new Variables(new TreeMap<>());

  private final TreeMap<String, String> values;
  private final int hash;
  private final long weight;

  private Variables(TreeMap<String, String> values) {
    this.values = values;
    this.hash = values.hashCode();
    long sum = 0;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      sum += weight(entry.getKey()) + 2L * entry.getValue().length();
    }
    this.weight = sum;
  }

  public static Variables of(Map<String, String> values) {
    return values.isEmpty() ? NONE : new Variables(new TreeMap<>(values));
  }

  /** About how many bytes a name takes in a collection of them. */
  public static long weight(String name) {
    return OF_NAME + 2L * name.length();
  }

  /** About how many bytes they take in memory. */
  public long weight() {
    return weight;
  }

  public String get(String name) {
    return values.get(name);
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  public Map<String, String> asMap() {
    return Collections.unmodifiableMap(values);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  public Variables with(String name, String value) {
    if (value.equals(values.get(name))) {
      return this;
    }
    TreeMap<String, String> changed = new TreeMap<>(values);
    changed.put(name, value);
    return new Variables(changed);
  }

  public Variables without(String name) {
    if (!values.containsKey(name)) {
      return this;
    }
    TreeMap<String, String> changed = new TreeMap<>(values);
    changed.remove(name);
    return of(changed);
  }

  /** True if some of these have to be taken back before a connection has the wanted ones. */
  public boolean exceed(Variables wanted) {
    for (String name : values.keySet()) {
      boolean stays = name.equals(ROLE) ? keepsRole(wanted) : wanted.values.containsKey(name);
      if (!stays) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the variables that remain after those that {@link #exceed} the wanted ones were taken
   * back.
   */
  public Variables restoredTo(Variables wanted) {
    TreeMap<String, String> left = new TreeMap<>(values);
    left.keySet().retainAll(wanted.values.keySet());
    if (!keepsRole(wanted)) {
      left.remove(ROLE);
    }
    return of(left);
  }

  /** True if the role can stay: it is the wanted one, and nothing else has to be changed by it. */
  public boolean keepsRole(Variables wanted) {
    return Objects.equals(get(ROLE), wanted.get(ROLE))
        && (get(ROLE) == null || values.equals(wanted.values));
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Variables that && hash == that.hash && values.equals(that.values));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Names only: values may be secrets of the application. */
  @Override
  public String toString() {
    return "Variables" + values.keySet();
  }
}
