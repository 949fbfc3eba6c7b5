package dev.heimdall.engine.session.state;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SettingRules;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A session's settings: what it began with, what it has set since, and what a statement has touched
 * so that the server is to be asked for its value before another connection may be used.
 */
public final class CarriedSettings {
  private final SettingRules rules;
  private final Variables startup;
  private final SessionPins pins;
  private Variables variables;
  private Set<String> touched;

  /** Those of {@link #touched} that are known by the server's reports alone. */
  private Set<String> unseen = Set.of();

  private long touchedWeight;
  private boolean unread;

  /** Values that the server has reported by itself since settings were last read back. */
  private final Map<String, String> reported = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  CarriedSettings(SettingRules rules, Variables startup, SessionPins pins) {
    this.rules = rules;
    this.startup = startup;
    this.pins = pins;
    this.variables = startup;
    for (String name : variables.names()) {
      PinReason reason = rules.pinOf(name, variables.get(name));
      if (reason != null) {
        pins.add(reason);
      }
    }
  }

  /**
   * Pins the session for values whose effect on the server remains when the value is another one
   * again.
   */
  private void pinForValues(ServerConnection server) {
    for (String name : variables.names()) {
      PinReason reason = rules.pinOf(name, variables.get(name));
      if (reason != null) {
        pins.add(reason, server);
      }
    }
  }

  /** Rules for the meaning of the settings. */
  public SettingRules rules() {
    return rules;
  }

  /** Those that were read back, or were the client's from the start. */
  public Variables variables() {
    return variables;
  }

  /** The session comes from another process, where these were its settings. */
  public void resume(Variables settings) {
    variables = settings;
  }

  /** True if one of these has a value for good once the server has used it. */
  public boolean fixedByUse(Variables those) {
    for (String name : rules.fixedByUse()) {
      if (those.get(name) != null) {
        return true;
      }
    }
    return false;
  }

  /** True if the values of settings are reason enough. */
  boolean demand(PinReason reason) {
    String path = variables.get(rules.path());
    if (reason == PinReason.TEMP_TABLE && path != null && rules.temporary(path)) {
      return true; // what is made next is temporary
    }
    for (String name : variables.names()) {
      if (reason.equals(rules.pinOf(name, variables.get(name)))) {
        return true;
      }
    }
    return false;
  }

  /**
   * True if a statement outside a transaction is one of its own; else one begins with it, and is
   * open when it has been answered. Where it is about to be read back, one is taken for its own.
   */
  public boolean autocommits() {
    String name = rules.autocommit();
    return name == null
        || (touched != null && touched.contains(name))
        || !rules.autocommitOff().equals(variables.get(name));
  }

  public boolean atStartup() {
    return variables.equals(startup);
  }

  /** The session is to have this value, whatever its server connection has. */
  public void set(String name, String value) {
    variables = variables.with(name, value);
  }

  /** A statement has set it, to what the server is to say. */
  void touch(String name) {
    if (!rules.ofTransaction(name)) {
      if (touched == null) {
        touched = new LinkedHashSet<>(4);
      }
      if (touched.add(name)) {
        touchedWeight += Variables.weight(name);
      }
    }
  }

  private void forgetTouched() {
    touched = null;
    unseen = Set.of();
    touchedWeight = 0;
  }

  /** About how many bytes they take. */
  public long weight() {
    return variables.weight() + startup.weight() + touchedWeight;
  }

  /**
   * The client's own start-up values of what these effects put back to its default, for the session
   * or for the transaction: a server's defaults are other ones.
   */
  public Variables afterReset(List<Effect> effects, boolean local) {
    Variables restored = Variables.NONE;
    if (startup.isEmpty()) {
      return restored;
    }
    Effect.Type wanted = local ? Effect.Type.LOCAL_DEFAULT : Effect.Type.RESET_VARIABLE;
    for (Effect effect : effects) {
      if (effect.type() == Effect.Type.RESET_ALL && !local) {
        restored = startupForReset();
      } else if (effect.type() == wanted && startup.get(effect.name()) != null) {
        restored = restored.with(effect.name(), startup.get(effect.name()));
      }
    }
    return restored;
  }

  /** The value of a setting that the client began with; null where it has given none. */
  public String startValue(String name) {
    return startup.get(name);
  }

  /** True if the client began with settings of its own. */
  public boolean hasStartValues() {
    return !startup.isEmpty();
  }

  /** The statement that put it back to its default was followed by one that sets our own. */
  void reset(String name, ServerConnection server) {
    if (touched != null && touched.remove(name)) {
      touchedWeight -= Variables.weight(name);
    }
    Variables applied = server.applied().without(name);
    server.reported().expected(name);
    String own = startup.get(name);
    server.applied(own == null ? applied : applied.with(name, own));
    variables = own == null ? variables.without(name) : variables.with(name, own);
  }

  /** Statements that put all settings back were followed by ours. */
  void resetAll(ServerConnection server) {
    forgetTouched();
    server.reported().takeChanged();
    Variables own = startupForReset();
    for (String name : variables.names()) {
      own = rules.outlivesReset(name) ? own.with(name, variables.get(name)) : own;
    }
    variables = own;
    server.applied(variables);
  }

  /** The start-up values that are in force again when all settings were put back. */
  private Variables startupForReset() {
    Variables own = startup;
    for (String name : startup.names()) {
      own = rules.outlivesReset(name) ? own.without(name) : own;
    }
    return own;
  }

  /**
   * The settings whose values are to be asked for before the connection may go, or an empty set.
   */
  public Set<String> touched() {
    return touched == null ? Set.of() : touched;
  }

  /** No transaction is open, or none takes settings back: what was set stays so. */
  public void areFinal() {
    unread = touched != null;
  }

  /** They are as they were at the start. */
  void begin() {
    forgetTouched();
    variables = startup;
  }

  /** All settings may be other ones. */
  void touchAll() {
    variables.names().forEach(this::touch);
    startup.names().forEach(this::touch);
  }

  /** The connection was lost: what was set on it, and not read back, is not known. */
  void lost() {
    reported.clear();
    forgetTouched();
  }

  /**
   * True if settings that were reported to the client have been changed for good and not been read
   * back: with the server connection they would be lost.
   */
  public boolean unread() {
    return unread && touched != null && !reported.keySet().containsAll(touched);
  }

  /**
   * Settings that the server has reported to be other ones than before, though no statement was
   * seen to set them: a function has, or the server has read its configuration again, which is no
   * setting of the session. They are read back like the others, with who has set them.
   */
  public void changedUnseen(Set<String> reportedNames, ServerConnection server) {
    Set<String> seen = touched == null ? Set.of() : Set.copyOf(touched);
    unseen = new HashSet<>();
    for (String name : reportedNames) {
      String setting = rules.nameOf(name);
      PinReason pin = rules.pinOfChange(setting);
      if (pin != null) {
        pins.add(pin, server);
      } else if (!rules.reportedOnly(setting)) {
        touch(setting);
        if (!seen.contains(setting)) {
          unseen.add(setting);
        }
      }
    }
  }

  /** True if it is known by a report alone that the setting was changed. */
  public boolean unseen(String name) {
    return unseen.contains(name);
  }

  /** The server has reported the value of a setting. */
  public void reported(String name, String value) {
    reported.put(name, value);
  }

  /** No server connection has them any more. */
  void forgetReported() {
    reported.clear();
  }

  /** The value of a setting as the server has reported it last; null for what a fresh one has. */
  public String now(String name) {
    String since = reported.get(name);
    return since == null ? variables.get(name) : since;
  }

  /** The server connection is lost outside a transaction: what the server reported is kept. */
  public void keepReported() {
    if (unread && touched != null) {
      for (String name : touched) {
        String value = unseen.contains(name) ? null : reported.get(name);
        variables = value == null ? variables : variables.with(name, value);
      }
    }
  }

  /** Takes the values that the server gave for what was touched. */
  public void captured(List<String> values, ServerConnection server) {
    int i = 0;
    for (String name : touched) {
      String value = values.get(i++);
      boolean gone = value == null || rules.unset(name, value);
      Variables applied = server.applied();
      server.applied(gone ? applied.without(name) : applied.with(name, value));
      variables = gone ? variables.without(name) : variables.with(name, value);
    }
    if (server.applied().equals(variables)) {
      server.applied(variables);
    }
    forgetTouched();
    reported.clear();
    pinForValues(server);
  }
}
