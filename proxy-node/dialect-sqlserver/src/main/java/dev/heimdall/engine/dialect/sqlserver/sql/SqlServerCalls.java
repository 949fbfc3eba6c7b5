package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.WordTable;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Effects of the server's procedures on the session, and what functions and variables read of it.
 */
final class SqlServerCalls {
  private static final int LAST_IDENTITY = 1;
  private static final int IDENTITY = 2;
  private static final int SPID = 3;

  /** The first of those by which T-SQL reaches the settings of Babelfish's PostgreSQL. */
  private static final int SETTINGS = 9;

  private static final WordTable READ =
      WordTable.of(
          "",
          "@@identity",
          "scope_identity",
          "@@spid",
          "@@rowcount",
          "rowcount_big",
          "@@error",
          "@@fetch_status",
          "@@cursor_rows",
          "set_config",
          "pg_settings",
          "query_to_xml",
          "query_to_xmlschema",
          "query_to_xml_and_xmlschema",
          "ts_stat",
          "ts_rewrite");

  private final EffectList effects;
  private final SqlServerBatch batch;

  SqlServerCalls(EffectList effects, SqlServerBatch batch) {
    this.effects = effects;
    this.batch = batch;
  }

  /** A word is met that may read what is left of the session's earlier batches. */
  void readName(byte[] text, int from, int to) {
    int found = READ.find(text, from, to);
    if (found >= SETTINGS) {
      effects.add(Effect.Type.LAST_USE);
    } else if (found > IDENTITY) {
      if (found == SPID || !batch.ran()) {
        reads(found == SPID ? SqlServerEffect.READS_SPID : SqlServerEffect.READS_LAST_RESULT);
      }
    } else if (found > 0) {
      // What code inserts is in a scope of its own.
      if (!batch.inserted() && !(found == LAST_IDENTITY && batch.called())) {
        reads(SqlServerEffect.READS_IDENTITY);
      }
    }
  }

  /** A name in quotes is met, which no variable has. */
  void readQuoted(byte[] text, int from, int to) {
    if (READ.find(text, from, to) >= SETTINGS) {
      effects.add(Effect.Type.LAST_USE);
    }
  }

  /**
   * True for a name by which T-SQL reaches the settings of Babelfish's PostgreSQL, or runs a text
   * there: a reset switches implicit transactions on behind one of these settings.
   */
  static boolean reachesSettings(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return READ.find(text, 0, text.length) >= SETTINGS;
  }

  private void reads(SqlServerEffect what) {
    effects.addOnce(new Effect(what, "", -1, -1));
  }

  /**
   * A procedure is called.
   *
   * @param schema empty for none
   * @param name its last part
   * @return false if it runs a text that was not read
   */
  boolean called(String schema, String name) {
    switch (name.toLowerCase(Locale.ROOT)) {
      case "sp_getapplock" -> effects.pin(SqlServerPins.APPLICATION_LOCK);
      case "sp_releaseapplock" ->
          effects.unpin(Effect.Type.MAY_UNPIN, SqlServerPins.APPLICATION_LOCK);
      case "sp_setapprole", "sp_unsetapprole" -> effects.pin(SqlServerPins.APPLICATION_ROLE);
      case "sp_set_session_context" -> {
        effects.addOnce(new Effect(SqlServerEffect.SETS_SESSION_CONTEXT, "", -1, -1));
        effects.pin(SqlServerPins.SESSION_CONTEXT);
      }
      case "sp_bindsession", "sp_getbindtoken" -> effects.pin(SqlServerPins.SHARED_TRANSACTION);
      case "sp_reset_connection" -> effects.add(Effect.Type.RESET_SESSION);
      case "sp_executesql", "sp_execute_remote", "sp_msforeachdb", "sp_msforeachtable" -> {
        return false;
      }
      case "sp_prepare",
          "sp_prepexec",
          "sp_prepexecrpc",
          "sp_execute",
          "sp_cursoropen",
          "sp_cursorprepare",
          "sp_cursorprepexec",
          "sp_cursorexecute" -> {
        effects.pin(SqlServerPins.HANDLE);
        return false;
      }
      default -> {
        if (!SystemProcedures.mayChangeSession(name) && isOfUsers(schema)) {
          effects.pin(SqlServerPins.PROCEDURE); // it is called like one of the server's
        }
        effects.addOnce(new Effect(SqlServerEffect.CALLS_UNSEEN, name, -1, -1));
      }
    }
    return true;
  }

  /** True for a schema in which the server has no procedures. */
  private static boolean isOfUsers(String schema) {
    return !schema.isEmpty()
        && !schema.equalsIgnoreCase("sys")
        && !schema.equalsIgnoreCase(SqlServerSql.USUAL_SCHEMA);
  }
}
