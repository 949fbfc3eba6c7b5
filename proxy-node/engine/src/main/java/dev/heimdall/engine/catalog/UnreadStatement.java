package dev.heimdall.engine.catalog;

import dev.heimdall.engine.catalog.Relation.Consequence;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Functions that a statement may call of which only the words are known: those that it seems to
 * call, and all that depend on the tables whose names are among its words. That it may change any
 * table is known already.
 */
final class UnreadStatement {
  private final RoutineBody words;
  private final NamesInScope names;
  private final DatabaseObjects objects;
  private final StatementClass kind;
  private final Map<Routine, String> calls = new LinkedHashMap<>();
  private final Set<Relation> seen = new HashSet<>();

  UnreadStatement(
      RoutineBody words, DatabaseObjects objects, NameScope scope, StatementClass kind) {
    this.words = words;
    this.objects = objects;
    this.kind = kind;
    names = new NamesInScope(objects, scope);
  }

  /** The functions, with what calls them in words; null where the text does. */
  Map<Routine, String> calls() {
    for (FunctionName name : words.calls()) {
      names.routines(name).forEach(this::named);
      Routine builtIn = objects.builtIn(name.name());
      if (builtIn != null && builtIn.effect() != FunctionEffect.REPEATABLE) {
        named(builtIn);
      }
    }
    for (FunctionName name : words.procedures()) {
      if (names.routines(name).isEmpty()) {
        named(unknown(name));
      }
    }
    for (String attribute : words.attributes()) {
      names.routines(new FunctionName(null, attribute)).forEach(this::named);
    }
    for (String operator : words.operators()) {
      names.operators(operator).forEach(this::named);
    }
    for (TableName name : words.mentioned()) {
      names.relations(name).forEach(this::touched);
    }
    if (words.dynamic()
        || (seen.isEmpty() && words.definesOrCopies() && kind != StatementClass.DDL)) {
      // Maintenance of the whole database, or a prepared statement.
      objects.onTables().forEach(calls::putIfAbsent);
    }
    if (words.definesOrCopies()) {
      objects.onDefinition().forEach(calls::putIfAbsent);
    }
    return calls;
  }

  /** A procedure that no catalogue has may do anything. */
  private Routine unknown(FunctionName name) {
    String schema = name.schema() == null ? objects.own().unspelledSchema() : name.schema();
    String because = "is not in the catalogue";
    Routine routine = new Routine(schema, name.name(), false, FunctionEffect.ANYTHING, because);
    routine.changeSessionForGood(because);
    return routine;
  }

  private void named(Routine routine) {
    calls.putIfAbsent(routine, null);
  }

  private void touched(Relation relation) {
    if (relation.system() || !seen.add(relation)) {
      return;
    }
    for (Routine routine : relation.readCalls()) {
      calls.putIfAbsent(routine, relation.toString());
    }
    for (Consequence consequence : relation.consequences()) {
      for (Routine routine : consequence.calls()) {
        calls.putIfAbsent(routine, consequence.through());
      }
      if (consequence.relation() != null) {
        touched(consequence.relation());
      }
    }
    relation.reads().forEach(this::touched);
    relation.children().forEach(this::touched);
  }
}
