package dev.heimdall.engine.catalog;

import dev.heimdall.engine.catalog.Relation.Consequence;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.NameSet;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Puts the objects of a database together from what it holds of them. Things are named by their ids
 * there; unknown ids (temporary tables, say) are passed over. The order is: schemas and relations,
 * routines, then what connects them.
 */
public final class ObjectsBuilder {
  private final Map<Long, Relation> relationsById = new HashMap<>();
  private final Map<String, Map<String, Relation>> relations = new HashMap<>();
  private final Map<String, Map<String, Relation>> indexes = new HashMap<>();
  private final Map<String, List<Relation>> sameName = new HashMap<>();
  private final Map<Long, Routine> routinesById = new HashMap<>();
  private final Map<String, Routine> builtIns = new HashMap<>();
  private final Map<String, List<Routine>> routines = new HashMap<>();
  private final List<Unfinished> unfinished = new ArrayList<>();
  private final Set<String> openSchemas = new HashSet<>();
  private final Map<String, List<String>> rolePaths = new HashMap<>();
  private final Map<String, List<Routine>> operators = new HashMap<>();
  private final List<Unjudged> unnamed = new ArrayList<>();
  private final TypeUses types = new TypeUses();
  private final Map<Routine, String> onDefinition = new LinkedHashMap<>();
  private Overloads overloads;
  private List<String> path;
  private final Map<String, String> columns = new HashMap<>();
  private final Set<String> textless = new HashSet<>();
  private boolean folded;
  private boolean pipelines;
  private boolean partial;

  /** Routine not judged yet; {@code types} or {@code at} decides where, the other is null. */
  private record Unjudged(
      Routine routine, String through, List<Long> types, List<Long> at, Set<String> words) {}

  private final SharedBuiltIns shared;
  private final BuiltInObjects own;

  /**
   * @param shared the server's own functions, as other databases of it have them
   */
  public ObjectsBuilder(SharedBuiltIns shared) {
    this.shared = shared;
    own = shared.own();
    path = own.usualPath();
  }

  private record Unfinished(RoutineRow row, Routine routine) {
    RoutineBody body() {
      return row.body();
    }
  }

  /** Names of schemas and relations are in small letters, however statements write them. */
  public ObjectsBuilder folded() {
    folded = true;
    return this;
  }

  /** The server is known to take commands before it has answered those ahead of them. */
  public ObjectsBuilder pipelines() {
    pipelines = true;
    return this;
  }

  /** There may be relations that the reader may not see. */
  public ObjectsBuilder partial() {
    partial = true;
    return this;
  }

  /** A schema that every role may look into. */
  public ObjectsBuilder openSchema(String name) {
    openSchemas.add(name);
    return this;
  }

  /** The search path of roles without one of their own. */
  public ObjectsBuilder path(List<String> schemas) {
    path = List.copyOf(schemas);
    return this;
  }

  public ObjectsBuilder rolePath(String role, List<String> schemas) {
    rolePaths.put(role, List.copyOf(schemas));
    return this;
  }

  /**
   * @param rowSecurity whether policies may hide rows from some
   */
  public ObjectsBuilder relation(
      long id, String schema, String name, RelationKind kind, boolean rowSecurity) {
    Relation relation = new Relation(schema, name, kind, own.isOfServer(schema), rowSecurity);
    relationsById.put(id, relation);
    relations.computeIfAbsent(schema, s -> new HashMap<>()).put(name, relation);
    if (own.maySearch(schema)) {
      sameName.computeIfAbsent(name, n -> new ArrayList<>(1)).add(relation);
    }
    return this;
  }

  /** A name that only columns have which hold no text, and nothing that is made of it. */
  public ObjectsBuilder textless(String column) {
    textless.add(column);
    return this;
  }

  /**
   * A column with times that have no date, or with dates.
   *
   * @param name in small letters
   */
  public ObjectsBuilder column(long id, String name, boolean date) {
    Relation relation = relationsById.get(id);
    if (relation != null) {
      relation.addColumn(columns.computeIfAbsent(name, n -> n), date);
    }
    return this;
  }

  /**
   * A column of a table by whose values its rows can be told apart: its equality is the plain one
   * of its type, and a row has in it what was written, in this table and no other.
   */
  public ObjectsBuilder key(long id, String name, KeyColumn key) {
    Relation relation = relationsById.get(id);
    if (relation != null && name.chars().allMatch(c -> c >= ' ')) {
      relation.addKey(columns.computeIfAbsent(name, n -> n), key);
    }
    return this;
  }

  /** So many columns a table has in all. */
  public ObjectsBuilder columns(long id, int count) {
    Relation relation = relationsById.get(id);
    if (relation != null) {
      relation.countColumns(count);
    }
    return this;
  }

  /** The words and names of a view's query, or of what a column of a table is computed from. */
  public ObjectsBuilder computes(long id, NameSet names) {
    Relation relation = relationsById.get(id);
    if (relation != null) {
      List<Relation> read = relation.view() ? relation.reads() : List.of(relation);
      if (MixedTimes.mayBeIn(names, read)) {
        relation.dependOnSession();
      }
    }
    return this;
  }

  /** The relation has columns whose values mean something else at another time. */
  public ObjectsBuilder varies(long id) {
    Relation relation = relationsById.get(id);
    if (relation != null) {
      relation.dependOnSession();
    }
    return this;
  }

  /** Marks that writes by its name may go to other, unknown tables. */
  public ObjectsBuilder standsForOthers(long id) {
    Relation relation = relationsById.get(id);
    if (relation != null) {
      relation.standForOthers();
    }
    return this;
  }

  public ObjectsBuilder index(String schema, String name, long table) {
    Relation indexed = relationsById.get(table);
    if (indexed != null) {
      indexes.computeIfAbsent(schema, s -> new HashMap<>()).put(name, indexed);
    }
    return this;
  }

  public ObjectsBuilder inherits(long child, long parent) {
    Relation lower = relationsById.get(child);
    Relation upper = relationsById.get(parent);
    if (lower != null && upper != null) {
      upper.addChild(lower);
    }
    return this;
  }

  /** A function of the server; of overloads each is told. */
  public ObjectsBuilder builtIn(long id, String name, FunctionEffect effect) {
    Routine known = builtIns.get(name);
    if (known == null || known.effect().compareTo(effect) < 0) {
      known = shared.routine(name, effect);
      builtIns.put(name, known);
    }
    routinesById.put(id, known);
    return this;
  }

  public ObjectsBuilder routine(RoutineRow row) {
    Routine routine = Judgement.of(row);
    routinesById.put(row.id(), routine);
    routines.computeIfAbsent(row.name(), n -> new ArrayList<>(1)).add(routine);
    if (row.body() != null || !row.also().isEmpty()) {
      unfinished.add(new Unfinished(row, routine));
    }
    return this;
  }

  /** The query of a view. */
  public ObjectsBuilder view(
      long view, List<Long> reads, List<Long> calls, boolean sessionDependent, boolean locks) {
    Relation relation = relationsById.get(view);
    if (relation != null) {
      for (Relation read : known(reads)) {
        if (read != relation) {
          relation.addRead(read);
        }
      }
      noteworthy(calls).forEach(relation::addReadCall);
      if (sessionDependent) {
        relation.dependOnSession();
      }
      if (locks) {
        relation.lockWhenRead();
      }
    }
    return this;
  }

  /** A policy of row security. */
  public ObjectsBuilder policy(long table, List<Long> reads, List<Long> calls) {
    return view(table, reads, calls, true, false);
  }

  /**
   * A rule that does something else or more when the relation is changed: in others, as each names
   * its own by the old and the new row.
   */
  public ObjectsBuilder rule(
      long relation, String name, int when, List<Long> touches, List<Long> calls) {
    Relation ruled = relationsById.get(relation);
    if (ruled != null) {
      String through = "rule " + name + " on " + ruled;
      List<Routine> called = noteworthy(calls);
      if (!called.isEmpty()) {
        ruled.add(new Consequence(when, null, 0, called, through));
      }
      for (Relation touched : known(touches)) {
        if (touched != ruled) {
          ruled.add(new Consequence(when, touched, Changes.ALL, List.of(), through));
        }
      }
    }
    return this;
  }

  /** Changes that such a rule makes in its own relation. */
  public ObjectsBuilder ruleOnItself(long relation, String name, int when, int then) {
    Relation ruled = relationsById.get(relation);
    if (ruled != null && then != 0) {
      String through = "rule " + name + " on " + ruled;
      ruled.add(new Consequence(when, ruled, then, List.of(), through));
    }
    return this;
  }

  /**
   * A foreign key.
   *
   * @param onUpdate what happens to referencing rows
   * @param onDelete the same where the other row is deleted
   */
  public ObjectsBuilder foreignKey(
      long referencing, long referenced, ReferentialAction onUpdate, ReferentialAction onDelete) {
    Relation from = relationsById.get(referencing);
    Relation to = relationsById.get(referenced);
    if (from != null && to != null) {
      String through = "a foreign key to " + to;
      if (onUpdate != ReferentialAction.NONE) {
        to.add(new Consequence(Changes.UPDATE, from, Changes.UPDATE, List.of(), through));
      }
      if (onDelete != ReferentialAction.NONE) {
        int then = onDelete == ReferentialAction.CASCADE ? Changes.DELETE : Changes.UPDATE;
        to.add(new Consequence(Changes.DELETE, from, then, List.of(), through));
      }
      // TRUNCATE … CASCADE empties them whatever the constraint says.
      to.add(new Consequence(Changes.TRUNCATE, from, Changes.TRUNCATE, List.of(), through));
    }
    return this;
  }

  /** A trigger that is not switched off; {@code calls} has its function and those of its WHEN. */
  public ObjectsBuilder trigger(long relation, String name, int when, List<Long> calls) {
    return onWrite(relation, when, calls, "trigger " + name + " on ");
  }

  /** Functions in defaults, checks, indexes and policies, called when rows are changed. */
  public ObjectsBuilder expressions(long relation, List<Long> calls) {
    Relation computing = relationsById.get(relation);
    if (computing != null) {
      noteworthy(calls).forEach(computing::addComputed);
    }
    return onWrite(relation, Changes.INSERT | Changes.UPDATE, calls, "an expression of ");
  }

  private ObjectsBuilder onWrite(long relation, int when, List<Long> calls, String through) {
    Relation written = relationsById.get(relation);
    List<Routine> called = noteworthy(calls);
    if (written != null && !called.isEmpty()) {
      written.add(new Consequence(when, null, 0, called, through + written));
    }
    return this;
  }

  /** The function of an operator that is written in texts. */
  public ObjectsBuilder operator(String schema, String name, long function) {
    operators.computeIfAbsent(name, n -> new ArrayList<>(1)).addAll(noteworthy(List.of(function)));
    return this;
  }

  /**
   * The function of an operator.
   *
   * @param types its operands' types that are not the server's own
   * @param ordering whether an operator class has it, so that words may stand for it
   */
  public ObjectsBuilder operator(
      String schema, String name, long function, List<Long> types, boolean ordering) {
    Set<String> words = ordering ? Set.of() : own.operatorsBehindWords().get(name);
    if (words != null) {
      unnamed(function, "operator " + schema + '.' + name, types, words);
    }
    return operator(schema, name, function);
  }

  /**
   * A function that statements call without naming it: that of an operator, a cast or the check of
   * a domain.
   *
   * @param types the types that it is of; none where they are the server's own
   */
  public ObjectsBuilder unnamed(long function, String through, List<Long> types) {
    return unnamed(function, through, types, Set.of());
  }

  private ObjectsBuilder unnamed(
      long function, String through, List<Long> types, Set<String> words) {
    for (Routine routine : noteworthy(List.of(function))) {
      unnamed.add(new Unjudged(routine, through, List.copyOf(types), null, words));
    }
    return this;
  }

  /**
   * A function that statements call without naming it, whatever the types, where they have one of
   * these relations: support of an index.
   */
  public ObjectsBuilder unnamedAt(long function, String through, List<Long> relations) {
    for (Routine routine : noteworthy(List.of(function))) {
      unnamed.add(new Unjudged(routine, through, null, List.copyOf(relations), Set.of()));
    }
    return this;
  }

  /** True if there are such functions, so that it matters where their types are used. */
  public boolean hasUnnamed() {
    return !unnamed.isEmpty();
  }

  public TypeUses types() {
    return types;
  }

  /**
   * True if users' own operators or functions that may do more than to compute share their names
   * with others, so that it matters which of them is meant.
   */
  public boolean hasOverloads() {
    Set<Routine> unread = Collections.newSetFromMap(new IdentityHashMap<>());
    unfinished.forEach(one -> unread.add(one.routine));
    return operators.values().stream().anyMatch(all -> matter(all, unread))
        || routines.entrySet().stream()
            .anyMatch(
                sameName ->
                    (sameName.getValue().size() > 1 || builtIns.containsKey(sameName.getKey()))
                        && matter(sameName.getValue(), unread));
  }

  private static boolean matter(List<Routine> all, Set<Routine> unread) {
    return all.stream()
        .anyMatch(one -> one.effect() != FunctionEffect.REPEATABLE || unread.contains(one));
  }

  /** Operators and functions by the types of their operands, which are told from now on. */
  public Overloads overloads() {
    if (overloads == null) {
      overloads = new Overloads();
    }
    return overloads;
  }

  /**
   * An operator by the types of its operands.
   *
   * @param functions its own, and those that the server may call in its place
   */
  public ObjectsBuilder overload(
      String schema, String name, List<Long> operands, long result, List<Long> functions) {
    boolean ofServer = own.isFunctionSchema(schema);
    overloads()
        .operator(
            name,
            new Overloads.Signature(
                schema,
                ofServer,
                array(operands),
                operands.size(),
                false,
                result,
                ofUsers(functions)));
    return this;
  }

  /**
   * A function by the types of its parameters.
   *
   * @param least how many must be given
   * @param variadic whether the last one stands for any number
   */
  public ObjectsBuilder overload(
      long id,
      String schema,
      String name,
      List<Long> operands,
      int least,
      boolean variadic,
      long result) {
    boolean ofServer = own.isFunctionSchema(schema);
    overloads()
        .function(
            name,
            new Overloads.Signature(
                schema, ofServer, array(operands), least, variadic, result, ofUsers(List.of(id))));
    return this;
  }

  /** Names and types of a relation's columns. */
  public ObjectsBuilder columnTypes(long id, String[] names, Long[] ofColumns) {
    Relation relation = relationsById.get(id);
    if (relation != null) {
      String[] shared = new String[names.length];
      for (int i = 0; i < names.length; i++) {
        shared[i] = columns.computeIfAbsent(names[i], n -> n);
      }
      overloads().columns(relation, shared, array(List.of(ofColumns)));
    }
    return this;
  }

  private static long[] array(List<Long> ids) {
    return ids.stream().mapToLong(id -> id).toArray();
  }

  private List<Routine> ofUsers(List<Long> functions) {
    return noteworthy(functions).stream().filter(routine -> !routine.builtIn()).toList();
  }

  public ObjectsBuilder eventTrigger(String name, long function) {
    Routine routine = routinesById.get(function);
    if (routine != null) {
      onDefinition.put(routine, "event trigger " + name);
    }
    return this;
  }

  public DatabaseObjects build() {
    Judgement.Names names = new BodyNames();
    for (Unfinished one : unfinished) {
      Judgement.complete(one.routine, one.row, noteworthy(one.row.also()), names);
    }
    List<Unnamed> judged = unnamed();
    if (overloads != null) {
      overloads.complete();
    }
    return new DatabaseObjects(
        own,
        relations,
        indexes,
        shared.same(builtIns),
        routines,
        operators,
        openSchemas,
        path,
        rolePaths,
        judged,
        onTables(),
        onDefinition,
        textless,
        folded,
        pipelines,
        partial,
        routinesById,
        overloads);
  }

  private List<Unnamed> unnamed() {
    List<Unnamed> judged = new ArrayList<>();
    for (Unjudged one : unnamed) {
      Set<String> names = new HashSet<>();
      Set<Relation> places = Collections.newSetFromMap(new IdentityHashMap<>());
      Set<Long> involved = one.types == null ? Set.of() : types.involved(one.types);
      if (one.at != null) {
        places.addAll(known(one.at));
      }
      for (Long type : involved) {
        if (types.name(type) != null) {
          names.add(types.name(type));
        }
        places.addAll(known(List.copyOf(types.relationsOf(type))));
        for (Long routine : types.routinesOf(type)) {
          Routine using = routinesById.get(routine);
          // The server's own ones have no types of users, and are other databases' as well.
          if (using != null && !using.builtIn()) {
            using.alsoCalls(one.routine);
          }
        }
      }
      for (Unfinished body : unfinished) {
        if (body.body() != null
            && body.body().mentioned().stream().anyMatch(name -> names.contains(name.table()))) {
          body.routine.alsoCalls(one.routine);
        }
      }
      boolean changes = changesSomething(one.routine);
      boolean reads = any(one.routine, routine -> !routine.reads().isEmpty());
      Basis basis = basis(one.routine);
      if (changes || basis != Basis.TABLES) {
        judged.add(
            new Unnamed(
                one.routine,
                one.through,
                names,
                involved,
                places,
                one.at == null && one.types.isEmpty(),
                one.words,
                changes,
                reads,
                basis));
      }
    }
    return judged;
  }

  private Map<Routine, String> onTables() {
    Map<Routine, String> all = new LinkedHashMap<>();
    for (Relation relation : relationsById.values()) {
      if (!relation.system()) {
        relation.readCalls().forEach(routine -> all.putIfAbsent(routine, relation.toString()));
        for (Consequence consequence : relation.consequences()) {
          consequence.calls().forEach(one -> all.putIfAbsent(one, consequence.through()));
        }
      }
    }
    all.keySet().removeIf(routine -> !any(routine, one -> one.changesSession() != null));
    return all;
  }

  /** True if a function, or one that it calls, does more than to compute and to read. */
  private static boolean changesSomething(Routine routine) {
    return any(
        routine,
        one ->
            one.effect().changesSomething()
                || one.locks()
                || one.changesSession() != null
                || !one.writes().isEmpty());
  }

  /**
   * Returns the basis of results where a function, and those that it calls, may be called. What it
   * reads counts as anything: it would be added to the tables of every statement.
   */
  private static Basis basis(Routine routine) {
    if (any(routine, one -> one.basis().compareTo(Basis.MOMENT) > 0 || !one.reads().isEmpty())) {
      return Basis.ANYTHING;
    }
    return any(routine, one -> one.basis() == Basis.MOMENT) ? Basis.MOMENT : Basis.TABLES;
  }

  private static boolean any(Routine routine, Predicate<Routine> is) {
    Map<Routine, Boolean> seen = new IdentityHashMap<>();
    List<Routine> left = new ArrayList<>(List.of(routine));
    while (!left.isEmpty()) {
      Routine next = left.remove(left.size() - 1);
      if (seen.put(next, true) == null) {
        if (is.test(next)) {
          return true;
        }
        left.addAll(next.calls());
      }
    }
    return false;
  }

  private List<Relation> known(List<Long> ids) {
    List<Relation> found = new ArrayList<>(ids.size());
    for (Long id : ids) {
      Relation relation = relationsById.get(id);
      if (relation != null) {
        found.add(relation);
      }
    }
    return found;
  }

  /** Without the server's functions that only compute. */
  private List<Routine> noteworthy(List<Long> ids) {
    List<Routine> found = new ArrayList<>(ids.size());
    for (Long id : ids) {
      Routine routine = routinesById.get(id);
      if (routine != null
          && !(routine.builtIn() && routine.effect() == FunctionEffect.REPEATABLE)) {
        found.add(routine);
      }
    }
    return found;
  }

  /** Bodies are looked up in all schemas: the path that they run with is their caller's. */
  private final class BodyNames implements Judgement.Names {
    @Override
    public List<Relation> relations(TableName name) {
      if (name.schema() == null) {
        return sameName.getOrDefault(name.table(), List.of());
      }
      Relation found = relations.getOrDefault(name.schema(), Map.of()).get(name.table());
      return found == null ? List.of() : List.of(found);
    }

    @Override
    public List<Routine> routines(FunctionName name) {
      List<Routine> found = routines.getOrDefault(name.name(), List.of());
      return name.schema() == null
          ? found
          : found.stream().filter(r -> r.schema().equals(name.schema())).toList();
    }

    @Override
    public List<Routine> operators(String name) {
      return operators.getOrDefault(name, List.of());
    }

    @Override
    public Routine builtIn(FunctionName name) {
      if (name.schema() != null && !own.isFunctionSchema(name.schema())) {
        return null;
      }
      Routine found = builtIns.get(name.name());
      return found == null ? own.listed(name.name()) : found;
    }
  }
}
