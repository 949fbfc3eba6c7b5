package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.GivenValue;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerPins;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Meaning of what a batch or a call does, for what its session has to find again. */
final class SessionEffects {
  private SessionEffects() {}

  /**
   * Returns the facts of a batch in the terms of all dialects.
   *
   * @param code that it calls
   */
  static StatementFacts of(StatementFacts facts, CalledCode code) {
    return changed(facts, code, false);
  }

  /** Returns those of a call: options and temporary tables of its statement end with it. */
  static StatementFacts ofCall(StatementFacts facts, CalledCode code) {
    return changed(facts, code, true);
  }

  /**
   * Returns these facts behind a reset of the session.
   *
   * @param alone if they are those of the reset itself
   */
  static StatementFacts behindReset(StatementFacts facts, boolean alone) {
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect(Effect.Type.RESET_SESSION, ""));
    if (!alone) {
      effects.addAll(facts.effects());
    }
    return facts.with(effects);
  }

  /** Returns the effect of giving an option this value. */
  static Effect setting(String name, String value) {
    return new Effect(Effect.Type.SET_VARIABLE, name, -1, -1, new GivenValue(value));
  }

  /** True if a request sets this option. */
  static boolean sets(StatementFacts facts, String name) {
    return facts.effects().stream()
        .anyMatch(one -> one.type() == Effect.Type.SET_VARIABLE && one.name().equals(name));
  }

  /** Options with the values that a request gives them. */
  static Map<String, String> given(StatementFacts facts) {
    Map<String, String> given = new HashMap<>();
    for (Effect effect : facts.effects()) {
      if (effect.detail() instanceof GivenValue value) {
        given.put(effect.name(), value.value());
      }
    }
    return given;
  }

  /** Returns these facts without those that pin for this reason. */
  static StatementFacts without(StatementFacts facts, PinReason pin) {
    return facts.with(facts.effects().stream().filter(effect -> effect.detail() != pin).toList());
  }

  /** True if the server waits for rows behind a statement with these facts. */
  static boolean awaitsRows(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      if (effect.detail() == SqlServerPins.BULK_LOAD) {
        return true;
      }
    }
    return false;
  }

  private static StatementFacts changed(StatementFacts facts, CalledCode code, boolean call) {
    if (facts.effects().isEmpty()) {
      return facts;
    }
    List<Effect> effects = new ArrayList<>(facts.effects().size());
    for (Effect effect : facts.effects()) {
      Effect meant = meant(effect, code);
      if (meant != null && !(call && SqlServerPins.endsWithCall(meant))) {
        effects.add(meant);
      }
    }
    return facts.with(effects);
  }

  /** Null for what means nothing to the session's state. */
  private static Effect meant(Effect effect, CalledCode code) {
    return switch (effect.type()) {
      case OWN -> own(effect, code);
      // No batch may call sp_reset_connection: nothing is known of what it has done.
      case RESET_SESSION -> new Effect(Effect.Type.PIN, PinReason.UNKNOWN_STATEMENT);
      default -> effect;
    };
  }

  private static Effect own(Effect own, CalledCode code) {
    return switch ((SqlServerEffect) own.detail()) {
      case AWAITS_ROWS -> new Effect(Effect.Type.PIN, SqlServerPins.BULK_LOAD);
      case USES_DATABASE -> new Effect(Effect.Type.SET_VARIABLE, SessionOptions.DATABASE);
      case SETS_CONTEXT_INFO -> new Effect(Effect.Type.PIN, SqlServerPins.SESSION_CONTEXT);
      case RUNS_TEXT -> own; // by which its errors are known
      case CALLS_UNSEEN ->
          code.leavesSession(own.name())
              ? own // by which errors of what it calls are known
              : new Effect(Effect.Type.PIN, SqlServerPins.PROCEDURE);
      // What a branch leaves out is pinned or in question already. The server reports what becomes
      // of transactions; no other session can tell the rest from its own.
      case BRANCHES,
          NAMES_TRANSACTION,
          ROLLS_BACK_TO_NAME,
          SETS_SESSION_CONTEXT,
          GENERATES_IDENTITY,
          READS_IDENTITY,
          READS_LAST_RESULT,
          READS_SPID,
          KILLS_CONNECTION,
          RUNS_ELSEWHERE ->
          null;
    };
  }
}
