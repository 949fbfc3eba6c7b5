package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Lexer;
import java.util.Locale;
import java.util.Set;

/** Options that SET gives values. */
final class SqlServerOptions {
  private static final Set<String> CARRIED =
      Set.of(
          "ansi_defaults",
          "ansi_null_dflt_off",
          "ansi_null_dflt_on",
          "ansi_nulls",
          "ansi_padding",
          "ansi_warnings",
          "arithabort",
          "arithignore",
          "concat_null_yields_null",
          "cursor_close_on_commit",
          "datefirst",
          "dateformat",
          "deadlock_priority",
          "implicit_transactions",
          "language",
          "lock_timeout",
          "nocount",
          "numeric_roundabort",
          "query_governor_cost_limit",
          "quoted_identifier",
          "rowcount",
          "textsize",
          "transaction",
          "xact_abort");

  /** Options with a second word, or of which no other connection may know. */
  private static final Set<String> OF_ONE_CONNECTION =
      Set.of(
          "fips_flagger",
          "forceplan",
          "offsets",
          "remote_proc_transactions",
          "result_set_caching",
          "showplan_all",
          "showplan_text",
          "showplan_xml",
          "statistics");

  private final EffectList effects;

  SqlServerOptions(EffectList effects) {
    this.effects = effects;
  }

  /**
   * An option is set.
   *
   * @return false if it is none that is known
   */
  boolean set(byte[] text, int from, int to) {
    String name = Lexer.decode(text, from, to).toLowerCase(Locale.ROOT);
    if (CARRIED.contains(name)) {
      effects.add(Effect.Type.SET_VARIABLE, name, from, to);
    } else if (name.equals("context_info")) {
      effects.addOnce(new Effect(SqlServerEffect.SETS_CONTEXT_INFO, "", -1, -1));
    } else if (name.equals("identity_insert")) {
      effects.pin(SqlServerPins.IDENTITY_INSERT);
    } else if (OF_ONE_CONNECTION.contains(name)) {
      effects.pin(SqlServerPins.OPTION);
    } else {
      return false;
    }
    return true;
  }
}
