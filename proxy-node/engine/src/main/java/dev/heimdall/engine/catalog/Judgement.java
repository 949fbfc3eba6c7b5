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

/** Says what functions do, from what their databases hold of them. */
final class Judgement {
  /** Lookup of the names in bodies: in every schema, unless they have one. */
  interface Names {
    List<Relation> relations(TableName name);

    /** Functions that are not the server's own. */
    List<Routine> routines(FunctionName name);

    /** One of the server's own functions, or null. */
    Routine builtIn(FunctionName name);

    /** The functions behind operators of this name that are not the server's own. */
    List<Routine> operators(String name);
  }

  private Judgement() {}

  /** A function, without what its body does: {@link #complete} adds that. */
  static Routine of(RoutineRow row) {
    if (row.body() != null) {
      FunctionEffect least = row.mayWrite() ? FunctionEffect.MOMENT : FunctionEffect.REPEATABLE;
      Routine routine = new Routine(row.schema(), row.name(), false, least, null);
      routine.setTemporaryPath(row.temporaryPath());
      return ofBody(routine, row.body(), row.mayWrite());
    }
    RoutineRow.Unread known = row.instead();
    Routine routine = new Routine(row.schema(), row.name(), false, known.effect(), known.because());
    if (known.effect().changesSession()) {
      routine.changeSessionForGood(known.because());
    }
    if (known.readsUnnamed()) {
      routine.cannotBeRead();
    }
    if (known.movesNames()) {
      routine.movePath();
    }
    return routine;
  }

  /** A block of code: a function without a name, that is called once. */
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

  /**
   * Adds what a function reads, writes and calls, now that every name can be looked up.
   *
   * @param also functions that it calls besides those in its body
   */
  static void complete(Routine routine, RoutineRow row, List<Routine> also, Names names) {
    complete(routine, row.mayWrite(), row.body(), also, names);
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
      Routine builtIn = names.builtIn(name);
      if (builtIn != null && builtIn.effect() != FunctionEffect.REPEATABLE) {
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
