package dev.heimdall.engine.dialect.postgres.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.catalog.RoutineRow;
import dev.heimdall.engine.dialect.postgres.sql.RoutineReader;
import dev.heimdall.engine.sql.RoutineBody;
import java.util.List;
import java.util.Set;

/** Functions and procedures as PostgreSQL's system tables have them. */
public final class PostgresRoutines {
  /** Languages of functions that only a superuser can have installed with an extension. */
  private static final Set<String> COMPILED = Set.of("c", "internal");

  private PostgresRoutines() {}

  /**
   * @param kind {@code f}, {@code p}, {@code a} or {@code w}: {@code pg_proc.prokind}
   * @param volatility {@code i}, {@code s} or {@code v}: {@code pg_proc.provolatile}
   * @param body its source, in whatever language
   * @param givenTimes whether one of its parameters may be, or have, a date or time
   * @param settings what is set while it runs, as {@code name=value} in lines; empty for nothing
   * @param ofExtension whether an extension brought it
   * @param also functions that it calls besides what its body says, by their ids: those that an
   *     aggregate is made of, and those in the defaults of its parameters
   */
  public static RoutineRow row(
      long id,
      String schema,
      String name,
      char kind,
      char volatility,
      String language,
      String body,
      boolean givenTimes,
      String settings,
      boolean ofExtension,
      List<Long> also) {
    boolean mayWrite = volatility == 'v';
    RoutineBody read = body(kind, language, body, givenTimes);
    RoutineRow.Unread instead =
        read == null ? unread(name, kind, volatility, language, ofExtension) : null;
    String temporaryPath =
        read != null && settings.contains("pg_temp")
            ? "may create in pg_temp, which is in its search_path"
            : null;
    return new RoutineRow(id, schema, name, mayWrite, read, instead, temporaryPath, also);
  }

  /**
   * The body of a function, if it is in a language that can be read.
   *
   * @return null where there is none
   */
  private static RoutineBody body(char kind, String language, String body, boolean givenTimes) {
    boolean sql = language.equals("sql");
    if (kind == 'a' || !(sql || language.equals("plpgsql"))) {
      return null;
    }
    return RoutineReader.read(body, !sql, givenTimes);
  }

  private static RoutineRow.Unread unread(
      String name, char kind, char volatility, String language, boolean ofExtension) {
    if (kind == 'a') {
      return RoutineRow.Unread.NOTHING;
    }
    if (ofExtension && COMPILED.contains(language)) {
      return new RoutineRow.Unread(
          ListedFunctions.ofExtension(name, volatility),
          "is of an extension and may change something",
          PostgresObjects.INSTANCE.has(BuiltInObjects.Trait.READS_UNNAMED, name),
          false);
    }
    // What it is declared to be binds the statements that it runs, not itself: it may take locks,
    // set variables of its language or the server, or open connections.
    return new RoutineRow.Unread(FunctionEffect.ANYTHING, "is written in " + language, true, true);
  }
}
