package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says what functions do, from what the system tables hold of them. */
final class Judgement {
  /** Where the names in bodies are looked up: in every schema, unless they have one. */
  interface Names {
    List<Relation> relations(TableName name);

    /** Functions that are not the server's own. */
    List<Routine> routines(FunctionName name);

    /** One of the server's own functions, or null. */
    Routine builtIn(String name);

    /** The functions behind operators of this name that are not the server's own. */
    List<Routine> operators(String name);
  }

  /**
   * Functions of the server and of its extensions that read or write its files, those of tables
   * among them, or return rows of tables that no text names: from the log, from pages, of cursors.
   */
  private static final Set<String> READ_UNNAMED =
      Set.of(
          "bt_page_items",
          "cursor_to_xml",
          "cursor_to_xmlschema",
          "get_raw_page",
          "lo_export",
          "lo_import",
          "pg_file_read",
          "pg_file_write",
          "pg_get_wal_block_info",
          "pg_get_wal_fpi_info",
          "pg_logical_slot_get_binary_changes",
          "pg_logical_slot_get_changes",
          "pg_logical_slot_peek_binary_changes",
          "pg_logical_slot_peek_changes",
          "pg_read_binary_file",
          "pg_read_file",
          "pg_read_file_old");

  /** Functions of the server whose traces DISCARD ALL does not remove. */
  private static final Set<String> OUTLIVING_DISCARD =
      Set.of(
          "pg_backup_start",
          "pg_copy_logical_replication_slot",
          "pg_copy_physical_replication_slot",
          "pg_create_logical_replication_slot",
          "pg_create_physical_replication_slot",
          "pg_replication_origin_session_setup",
          "pg_start_backup");

  /** Languages of functions that only a superuser can have installed with an extension. */
  private static final Set<String> COMPILED = Set.of("c", "internal");

  private Judgement() {}

  /** A function of the server. */
  static Routine builtIn(String name, Effect effect) {
    String because =
        switch (effect) {
          case REPEATABLE, MOMENT, VARYING, SERVER -> null;
          case SESSION -> "changes the session";
          case LOCK, SESSION_LOCK -> "takes or gives back locks";
          case WRITE -> "changes something in the server, or only the writer can answer it";
          case ANYTHING -> "may do anything";
        };
    Routine routine = new Routine("pg_catalog", name, true, effect, because);
    if (effect == Effect.ANYTHING || OUTLIVING_DISCARD.contains(name)) {
      routine.changeSessionForGood(because);
    } else if (effect.changesSession()) {
      routine.changeSession(because);
    }
    if (READ_UNNAMED.contains(name)) {
      routine.cannotBeRead();
    }
    if (name.equals("set_config")) {
      routine.movePath();
    }
    return routine;
  }

  /** Any other function, without what its body does: {@link #complete} adds that. */
  static Routine of(RoutineRow row, RoutineBody body) {
    if (row.kind() == 'a') {
      return plain(row, Effect.REPEATABLE, null);
    }
    if (body != null) {
      return ofBody(row, body);
    }
    if (row.ofExtension() && COMPILED.contains(row.language())) {
      Effect effect = BuiltIns.ofExtension(row.name(), row.volatility());
      String because = "is of an extension and may change something";
      Routine routine = plain(row, effect, because);
      if (effect.changesSession()) {
        routine.changeSessionForGood(because);
      }
      if (READ_UNNAMED.contains(row.name())) {
        routine.cannotBeRead();
      }
      return routine;
    }
    // What it is declared to be binds the statements that it runs, not itself: it may take locks,
    // set variables of its language or the server, or open connections.
    String because = "is written in " + row.language();
    Routine routine = plain(row, Effect.ANYTHING, because);
    routine.cannotBeRead();
    routine.changeSessionForGood(because);
    routine.movePath();
    return routine;
  }

  /**
   * The body of a function, if it is in a language that can be read.
   *
   * @return null where there is none
   */
  static RoutineBody body(RoutineRow row) {
    boolean sql = row.language().equals("sql");
    if (row.kind() == 'a' || !(sql || row.language().equals("plpgsql"))) {
      return null;
    }
    return RoutineBody.read(row.body(), !sql);
  }

  private static Routine ofBody(RoutineRow row, RoutineBody body) {
    // The server keeps others than volatile functions from changing anything by themselves.
    boolean mayWrite = row.volatility() == 'v';
    Routine routine = plain(row, mayWrite ? Effect.MOMENT : Effect.REPEATABLE, null);
    if (row.settings().contains("pg_temp")) {
      routine.setTemporaryPath();
    }
    return ofBody(routine, body, mayWrite);
  }

  /** A block of PL/pgSQL: a function without a name, that is called once. */
  static Routine ofBlock(RoutineBody body, Names names) {
    Routine block = ofBody(Routine.codeBlock(), body, true);
    complete(block, true, body, List.of(), names);
    return block;
  }

  private static Routine ofBody(Routine routine, RoutineBody body, boolean mayWrite) {
    if (body.changesSession() != null) {
      routine.changeSession("has " + body.changesSession());
    }
    if (!body.understood()) {
      routine.cannotBeRead();
      routine.doAnything("has a body that was not understood");
      routine.changeSessionForGood(routine.because());
    } else if (body.dynamic()) {
      routine.doAnything("runs statements that are put together as it runs");
      routine.changeSessionForGood(routine.because());
    } else if (mayWrite && body.definesOrCopies()) {
      routine.doAnything("has statements that are not about rows");
      routine.define();
      if (body.definesCode()) {
        routine.changeSessionForGood("defines what it may run");
      }
    }
    if (body.loads()) {
      routine.changeSessionForGood("has LOAD");
    }
    if (body.movesPath()) {
      routine.movePath();
    }
    if (body.maySeed()) {
      routine.seed();
    }
    if (mayWrite && body.locks()) {
      routine.lock();
    }
    return routine;
  }

  private static Routine plain(RoutineRow row, Effect effect, String because) {
    return new Routine(row.schema(), row.name(), false, effect, because);
  }

  /**
   * Adds what a function reads, writes and calls, now that every name can be looked up.
   *
   * @param body null where it cannot be read
   * @param also functions that it calls besides those in its body
   */
  static void complete(
      Routine routine, RoutineRow row, RoutineBody body, List<Routine> also, Names names) {
    complete(routine, row.volatility() == 'v', body, also, names);
  }

  private static void complete(
      Routine routine, boolean mayWrite, RoutineBody body, List<Routine> also, Names names) {
    Set<Relation> reads = new LinkedHashSet<>();
    Set<Routine> calls = new LinkedHashSet<>(also);
    Map<Relation, Integer> writes = new LinkedHashMap<>();
    if (body != null) {
      for (TableName name : body.mentioned()) {
        reads.addAll(names.relations(name));
      }
      calls(body, names, calls);
      if (mayWrite) {
        writes(routine, body, names, writes);
      }
    }
    routine.does(new ArrayList<>(reads), writes, new ArrayList<>(calls));
  }

  private static void calls(RoutineBody body, Names names, Set<Routine> calls) {
    for (FunctionName name : body.calls()) {
      calls.addAll(names.routines(name));
      boolean ofServer = name.schema() == null || name.schema().equals("pg_catalog");
      Routine builtIn = ofServer ? names.builtIn(name.name()) : null;
      if (builtIn != null && builtIn.effect() != Effect.REPEATABLE) {
        calls.add(builtIn);
      }
    }
    for (String operator : body.operators()) {
      calls.addAll(names.operators(operator));
    }
    for (String attribute : body.attributes()) {
      calls.addAll(names.routines(new FunctionName(null, attribute)));
    }
  }

  private static void writes(
      Routine routine, RoutineBody body, Names names, Map<Relation, Integer> writes) {
    body.targets()
        .forEach(
            (name, changes) -> {
              List<Relation> found = names.relations(name);
              if (found.isEmpty()) {
                routine.doAnything("writes " + name.spelled() + ", which is not in the catalogue");
                if (body.definesOrCopies()) {
                  // It may have made it as it likes: with a trigger, or with another's defaults.
                  routine.changeSessionForGood(routine.because());
                }
              }
              int bits = Changes.of(changes);
              found.forEach(relation -> writes.merge(relation, bits, (a, b) -> a | b));
            });
  }
}
