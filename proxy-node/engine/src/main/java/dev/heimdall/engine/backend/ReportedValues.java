package dev.heimdall.engine.backend;

import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.wire.Greeting;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Values that a server has reported on one connection: server_version, TimeZone and so on. They are
 * as the session has them that used the connection last.
 */
public final class ReportedValues {
  /** PostgreSQL's servers report some 15 values. */
  static final int MOST = 1_000;

  private final Greeting welcome;
  private final Map<String, String> values;

  /** Values that were reported at log-in and are the default there. */
  private Map<String, String> usual;

  /** Values as they were before they changed. */
  private final Map<String, String> changed = new HashMap<>();

  ReportedValues(Greeting welcome) {
    this.welcome = welcome;
    this.values = new HashMap<>(welcome.reported());
    this.usual = welcome.reported();
  }

  /** Values that the server reports to sessions like the connection's current one. */
  public Greeting greeting() {
    return new Greeting(new TreeMap<>(values), welcome.warned(), welcome.said());
  }

  /** By their names. */
  public Map<String, String> values() {
    return values;
  }

  /** Null where none was reported. */
  public String get(String name) {
    return values.get(name);
  }

  /** The value that sessions have there that have not set their own; null where none is known. */
  public String usual(String name) {
    return usual.get(name);
  }

  /** The configuration that the server reads again while it runs may give another one. */
  public void usual(String name, String value) {
    usual = new HashMap<>(usual);
    usual.put(name, value);
  }

  /**
   * True if the server has come to allow no writes since the connection was made, as it has
   * reported on it, for sessions that have not set that themselves.
   *
   * @param rules which names the values have that say so
   */
  public boolean hasBecomeReadOnly(SettingRules rules) {
    return hasTurnedOn(rules.standby()) || hasTurnedOn(rules.readOnly());
  }

  private boolean hasTurnedOn(String name) {
    return "on".equals(values.get(name)) && "off".equals(welcome.reported().get(name));
  }

  /** True if a server that goes on reporting new names is to be taken for a broken one. */
  boolean tooMany(String name) {
    return values.size() >= MOST && !values.containsKey(name);
  }

  /**
   * The server has reported a value.
   *
   * @return whether it is another one than before: a part that asked again about unchanged values
   *     might be told so without end
   */
  boolean report(String name, String value) {
    String before = values.put(name, value);
    if (value.equals(before)) {
      return false;
    }
    if (!changed.containsKey(name)) {
      changed.put(name, before);
    } else if (value.equals(changed.get(name))) {
      changed.remove(name);
    }
    return true;
  }

  /** True if values differ from those when they were last taken note of. */
  public boolean hasChanged() {
    return !changed.isEmpty();
  }

  /** A value was to change. */
  public void expected(String name) {
    if (!changed.isEmpty()) {
      changed.keySet().removeIf(name::equalsIgnoreCase);
    }
  }

  /** Takes note of the values: the names of those that differ. */
  public Set<String> takeChanged() {
    if (changed.isEmpty()) {
      return Set.of();
    }
    Set<String> names = Set.copyOf(changed.keySet());
    changed.clear();
    return names;
  }
}
