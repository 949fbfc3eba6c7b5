package dev.heimdall.engine.catalog;

import dev.heimdall.engine.catalog.Catalogue.Knowledge;
import dev.heimdall.engine.catalog.Relation.Consequence;
import dev.heimdall.engine.catalog.Verdict.Trait;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.OutOfSight;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RunText;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Follows what one statement names to all that it reads, writes and calls. Visits each relation and
 * function once (a relation again when it is changed in yet another way), so that cycles end. Used
 * once.
 */
final class Resolution {
  /** One thing to follow: one of the two is null. */
  private record Step(Relation relation, Routine routine, int changes, String through) {}

  private final DatabaseObjects objects;
  private final Knowledge knowledge;
  private final ParsedStatement parsed;
  private final NameScope scope;

  /** Object ids of the types that the statement's parameters are declared to be of. */
  private final int[] declared;

  private final ArrayDeque<Step> steps = new ArrayDeque<>();
  private final Map<Relation, Boolean> read = new IdentityHashMap<>();
  private final Map<Relation, Integer> written = new IdentityHashMap<>();
  private final Map<Routine, Boolean> called = new IdentityHashMap<>();
  private final SortedSet<String> tablesRead = new TreeSet<>();
  private final SortedSet<String> tablesWritten = new TreeSet<>();

  private final Choice choice;
  private final Verdict verdict;
  private boolean readsAnyType;
  private boolean defines;
  private Routine temporaryPath;

  Resolution(
      DatabaseObjects objects,
      Knowledge knowledge,
      ParsedStatement parsed,
      NameScope scope,
      int[] declared) {
    this.objects = objects;
    this.knowledge = knowledge;
    this.parsed = parsed;
    this.scope = scope;
    this.declared = declared;
    choice = new Choice(objects, parsed, scope, declared);
    verdict = new Verdict(parsed);
  }

  Statement run() {
    parsed.reads().forEach(this::readNamed);
    parsed.writes().forEach(this::writeNamed);
    parsed.functions().forEach(this::callNamed);
    parsed.attributes().forEach(this::callAttribute);
    parsed.operators().forEach(this::callOperator);
    parsed.runs().forEach(this::run);
    writesWithoutNames();
    follow();
    callUnnamed();
    if (!objects.textless().containsAll(parsed.conversions())
        || MixedTimes.mayBeIn(parsed.names(), read.keySet())) {
      verdict.restsOn(Basis.MOMENT);
    }
    boolean hidden = knowledge == Knowledge.DOUBTED && Catalogue.hides(parsed, objects, scope);
    verdict.is(Trait.NOT_UNDERSTOOD, hidden); // rules on tables are to guess
    if (temporaryPath != null && defines) {
      verdict.changesSession(temporaryPath + " " + temporaryPath.temporaryPath());
    }
    boolean readOnly = called.keySet().stream().allMatch(Routine::readsOfServer);
    verdict.is(Trait.READS_BY_CALL, parsed.onlyCalls() && !called.isEmpty() && readOnly);
    verdict.is(Trait.KEEPS_CODE, keepsCode());
    return verdict.statement(tablesRead, tablesWritten, callsCode(), keys());
  }

  /** Returns its tables, and by what their rows can be told apart; empty where they cannot. */
  private List<KeyColumns> keys() {
    boolean reads = parsed.writes().isEmpty();
    boolean clear =
        knowledge == Knowledge.FRESH
            && parsed.understood()
            && parsed.statements() == 1
            && !objects.hidesBuiltIns(scope);
    if (!clear || callsCode() || !verdict.touchesNamedTables() || (reads && !written.isEmpty())) {
      return List.of();
    }
    if (reads) {
      return KeyTables.read(parsed.reads(), name -> columns(only(name)), tablesRead);
    }
    Relation table = parsed.writes().size() == 1 ? only(parsed.writes().get(0)) : null;
    if (table == null || tablesWritten.size() != 1 || !tablesWritten.containsAll(tablesRead)) {
      return List.of();
    }
    int changes = written.getOrDefault(table, Changes.ALL);
    boolean more = table.consequences().stream().anyMatch(c -> (changes & c.when()) != 0);
    return more || table.keys().isEmpty() ? List.of() : List.of(columns(table));
  }

  /** The only thing that a name may stand for; null where there are more, or none. */
  private Relation only(TableName name) {
    List<Relation> found = objects.relations(name, scope);
    return found.size() == 1 ? found.get(0) : null;
  }

  private KeyColumns columns(Relation table) {
    return table == null ? null : new KeyColumns(spelled(table), table.name(), table.keys());
  }

  /** True if all code is as it was behind the statement, as far as it is known at all. */
  private boolean keepsCode() {
    if (!knowledge.code() || verdict.runsUnread()) {
      return false;
    }
    if (parsed.definitions() != null && parsed.kind() != StatementClass.DDL) {
      return true; // nothing is defined
    }
    if (parsed.definitions() == null) {
      return parsed.understood() && parsed.kind().compareTo(StatementClass.CALL) <= 0;
    }
    return new Resolution(objects, Knowledge.FRESH, parsed, scope, declared)
        .keepsCode(parsed.definitions());
  }

  /**
   * True if who uses what is defined from now on runs nothing that changes its session: by the
   * functions that it is to call, its types and operators, by what its name may hide, and by event
   * triggers, which might bring anything.
   */
  private boolean keepsCode(TableDefinitions defined) {
    for (FunctionName name : defined.calls()) {
      List<Routine> found = objects.routines(name, scope);
      if (found.isEmpty()) {
        return false;
      }
      found.forEach(routine -> call(routine, "a definition"));
    }
    parsed.attributes().forEach(this::callAttribute);
    parsed.operators().forEach(this::callOperator);
    objects.onDefinition().forEach(this::call);
    follow();
    callUnnamed();
    return verdict.leavesNothing()
        && parsed.writes().stream().allMatch(name -> keepsCode(name, defined));
  }

  private boolean keepsCode(TableName name, TableDefinitions defined) {
    boolean hides = name.schema() == null && objects.relations(name, scope.unsure()).size() > 1;
    boolean fires = objects.relations(name, scope).stream().anyMatch(Relation::fires);
    return !(defined.drops() && hides) && !(defined.refers() && fires);
  }

  private boolean callsCode() {
    return called.keySet().stream().anyMatch(routine -> !routine.builtIn())
        || read.keySet().stream().anyMatch(relation -> relation.view() && !relation.system());
  }

  /**
   * Calls the functions behind casts, domains and the operators that words stand for, as far as the
   * types that take part in the statement have such functions; they may bring more with them.
   */
  private void callUnnamed() {
    List<Unnamed> left = new ArrayList<>(objects.unnamed());
    boolean more =
        left.stream().anyMatch(one -> one.isOf(declared)) || !left.isEmpty() && computes();
    while (more) {
      more = false;
      for (Iterator<Unnamed> i = left.iterator(); i.hasNext(); ) {
        Unnamed one = i.next();
        if (takesPart(one)) {
          i.remove();
          verdict.restsOn(one.basis());
          if (one.changes() || one.reads()) {
            call(one.routine(), one.through());
            follow();
            more = true;
          }
        }
      }
    }
  }

  /** True if the statement does more than to return columns and literals as they are. */
  private boolean computes() {
    return parsed.kind() != StatementClass.READ
        || !parsed.understood()
        || !called.isEmpty()
        || !parsed.functions().isEmpty()
        || !parsed.operators().isEmpty()
        || objects.own().computingWords().stream().anyMatch(parsed.names()::contains)
        || read.keySet().stream().anyMatch(relation -> relation.view() || relation.restricted());
  }

  private boolean takesPart(Unnamed one) {
    return saysSo(one)
        && (one.ofServer()
            || one.isOf(declared)
            || one.types().stream().anyMatch(this::mentions)
            || one.relations().stream().anyMatch(r -> read.containsKey(r) || written.containsKey(r))
            || readsAnyType
            || parsed.runs().stream().anyMatch(run -> !run.body().understood()));
  }

  /** True if the statement has a keyword for this use, or the use needs no keyword. */
  private boolean saysSo(Unnamed one) {
    return one.words().isEmpty()
        || !parsed.understood()
        || !parsed.runs().isEmpty()
        || one.words().stream().anyMatch(parsed.names()::contains);
  }

  private boolean mentions(String type) {
    return parsed.names().contains(type)
        || parsed.runs().stream()
            .anyMatch(
                run -> run.body().mentioned().stream().anyMatch(name -> name.table().equals(type)));
  }

  /** Statements that write and name nothing, or change functions and types that tables rest on. */
  private void writesWithoutNames() {
    StatementClass said = parsed.kind();
    boolean writes =
        said == StatementClass.WRITE || said == StatementClass.DDL || said == StatementClass.CALL;
    boolean named =
        said == StatementClass.CALL ? !parsed.functions().isEmpty() : !parsed.writes().isEmpty();
    if (writes && !named) {
      verdict.anything("it does not name what it changes");
    }
    if (writes && knowledge != Knowledge.FRESH) {
      verdict.anything("triggers and cascades of what it changes " + doubt());
    }
    if (said == StatementClass.DDL) {
      objects.onDefinition().forEach(this::call);
    }
  }

  private void readNamed(TableName name) {
    List<Relation> found = objects.relations(name, scope);
    if (found.isEmpty()) {
      tablesRead.add(spelled(name));
      unknownTable(name);
    }
    for (Relation relation : found) {
      steps.add(new Step(relation, null, 0, null));
      if (isOutdated() && !relation.system()) {
        doubtRead(name);
      }
    }
  }

  private boolean isOutdated() {
    return knowledge != Knowledge.NONE && knowledge != Knowledge.FRESH;
  }

  private void unknownTable(TableName name) {
    BuiltInObjects own = objects.own();
    verdict.restsOn(own.looksOfServer(name) ? Basis.SERVER : Basis.ANYTHING);
    boolean ofOthers = own.holdsOthersValues(name.schema(), name.table());
    if (ofOthers || objects.partial() || own.mayBeElsewhere(name, scope.database())) {
      verdict.is(Trait.NOT_UNDERSTOOD);
      String what = ofOthers ? " holds values of other tables" : " is in no catalogue";
      verdict.because("the table " + spelled(name) + what);
    }
    if (knowledge == Knowledge.FRESH && !own.neverWritten(name)) {
      // A temporary table, or one younger than the catalogue: only the writer surely has it.
      verdict.raise(
          StatementClass.WRITE, "the table " + spelled(name) + " is not in the catalogue");
    } else if (isOutdated()) {
      doubtRead(name);
    }
  }

  /**
   * Counts a read as doubtful: a table that existed a moment ago may now be a view that does
   * anything.
   */
  private void doubtRead(TableName name) {
    verdict.restsOn(Basis.ANYTHING);
    verdict.raise(StatementClass.WRITE, null);
    verdict.anything("what is behind the table " + spelled(name) + ' ' + doubt());
  }

  private void writeNamed(TableName name) {
    List<Relation> found = objects.relations(name, scope);
    if (found.isEmpty()) {
      verdict.is(Trait.OUTLIVES_ROLLBACK);
      tablesWritten.add(spelled(name));
      if (knowledge == Knowledge.FRESH && parsed.kind() != StatementClass.DDL) {
        verdict.add("the table " + spelled(name) + " is not in the catalogue");
      }
    }
    int changes =
        switch (parsed.kind()) {
          case LOCK, UTILITY -> 0;
          // TRUNCATE may be taken for one of these; no other fires triggers, but one beside it may.
          case DDL ->
              Changes.of(parsed.changes())
                  & (parsed.statements() > 1 ? Changes.ALL : Changes.TRUNCATE);
          default -> Changes.of(parsed.changes());
        };
    for (Relation relation : found) {
      write(relation, changes, null);
      if (parsed.kind() == StatementClass.UTILITY) {
        // It computes what indexes and statistics are made of.
        relation.computes().forEach(routine -> call(routine, "an expression of " + relation));
      }
    }
  }

  private void callNamed(FunctionName name) {
    List<Routine> found = objects.routines(name, scope);
    if (found.isEmpty()) {
      unknownCall("the function " + name, objects.own().functionsOnlyRead(parsed.kind()));
    }
    call(name.schema() == null ? meant(found, name.name(), false) : found);
  }

  /** Functions behind a name that the types of its operands allow. */
  private List<Routine> meant(List<Routine> found, String name, boolean operator) {
    return knowledge == Knowledge.FRESH && parsed.kind() == StatementClass.READ
        ? choice.meant(found, name, operator)
        : found;
  }

  private void unknownCall(String what, boolean onlyReads) {
    String why = knowledge.code() ? what + " is not in the catalogue" : what + ' ' + doubt();
    verdict.restsOn(Basis.ANYTHING);
    verdict.is(Trait.NOT_UNDERSTOOD, onlyReads);
    if (!onlyReads) {
      verdict.runsAnyCode(why);
      verdict.changesSessionForGood(why);
      verdict.is(Trait.MOVES_PATH);
    }
  }

  private void callOperator(String name) {
    String operator = name.equals("!=") ? "<>" : name; // as the server reads it
    List<Routine> found = objects.operators().get(operator);
    if (found != null) {
      call(meant(found, operator, true));
    } else if (!objects.own().hasOperator(operator)) {
      unknownCall("the operator " + operator, false);
    }
  }

  /** {@code t.f} calls a function that takes a row of t, unless t has a column of that name. */
  private void callAttribute(String name) {
    call(
        objects.routines(new FunctionName(null, name), scope).stream()
            .filter(routine -> !routine.builtIn())
            .toList());
  }

  private void run(RunText text) {
    if (!text.body().understood()) {
      verdict.changesSessionForGood("not all of the text was understood");
    } else if (!text.block()) {
      new UnreadStatement(text.body(), objects, scope, parsed.kind())
          .calls()
          .forEach(
              (routine, through) -> {
                if (through == null) {
                  call(List.of(routine));
                } else {
                  call(routine, through);
                }
              });
    } else if (knowledge.code()) {
      call(Judgement.ofBlock(text.body(), new NamesInScope(objects, scope)), null);
    } else {
      verdict.changesSessionForGood("what the code block does " + doubt());
    }
  }

  private void call(List<Routine> found) {
    for (Routine routine : found) {
      if (routine.builtIn() || knowledge.code()) {
        call(routine, null);
        if (isOutdated() && !routine.builtIn()) {
          doubtTables(routine);
        }
      } else {
        verdict.restsOn(Basis.ANYTHING);
        verdict.raise(StatementClass.WRITE, null);
        verdict.is(Trait.NOT_UNDERSTOOD);
        verdict.anything(routine + " " + doubt());
        verdict.changesSessionForGood(routine + " " + doubt());
        verdict.is(Trait.MOVES_PATH);
        call(routine, null); // what it did before is the least that rules are to know
      }
    }
  }

  /**
   * Doubts the tables that a function names: its effect is known, but not the current state of
   * those tables.
   */
  private void doubtTables(Routine routine) {
    verdict.restsOn(Basis.ANYTHING);
    verdict.raise(StatementClass.WRITE, null);
    verdict.is(Trait.NOT_UNDERSTOOD);
    verdict.anything("what tables are behind " + routine + ' ' + doubt());
  }

  private String doubt() {
    return isOutdated() ? "may have changed just now" : "cannot be known without the catalogue";
  }

  private void follow() {
    for (Step step = steps.poll(); step != null; step = steps.poll()) {
      if (step.routine != null) {
        enter(step.routine, step.through);
      } else if (step.changes == 0) {
        enter(step.relation, step.through);
      } else {
        change(step.relation, step.changes, step.through);
      }
    }
  }

  /** A relation is read. */
  private void enter(Relation relation, String through) {
    if (read.put(relation, true) != null) {
      return;
    }
    tablesRead.add(spelled(relation));
    verdict.restsOn(relation.basis());
    for (Relation child : relation.children()) {
      steps.add(new Step(child, null, 0, through));
    }
    if (relation.system()) {
      // The server's own views read what only it changes.
      if (objects.own().holdsOthersValues(relation.schema(), relation.name())) {
        verdict.is(Trait.NOT_UNDERSTOOD);
        verdict.because(relation + " holds values of other tables");
      }
      return;
    }
    for (Relation behind : relation.reads()) {
      steps.add(new Step(behind, null, 0, through));
    }
    if (relation.locksRows()) {
      verdict.raise(StatementClass.LOCK, "view " + relation + " locks rows");
    }
    if (!relation.materializedView()) {
      String inside = relation.view() ? "view " + relation : "a policy of " + relation;
      relation.readCalls().forEach(routine -> call(routine, inside));
    }
  }

  private void write(Relation relation, int changes, String through) {
    verdict.is(Trait.OUTLIVES_ROLLBACK, relation.lasting());
    if (changes == 0) {
      tablesWritten.add(spelled(relation));
      descend(relation, 0, through);
      ascend(relation);
    } else {
      steps.add(new Step(relation, null, changes, through));
    }
    if (relation.materializedView()) {
      relation.reads().forEach(behind -> steps.add(new Step(behind, null, 0, through)));
      relation.readCalls().forEach(routine -> call(routine, "materialised view " + relation));
    }
  }

  /** Rows of a relation are changed. */
  private void change(Relation relation, int asked, String through) {
    // A row that leaves its partition is deleted there and inserted elsewhere.
    boolean moves = relation.partitioned() && (asked & Changes.UPDATE) != 0;
    int changes = moves ? asked | Changes.INSERT | Changes.DELETE : asked;
    int before = written.getOrDefault(relation, 0);
    if ((before | changes) == before) {
      return;
    }
    written.put(relation, before | changes);
    verdict.is(Trait.OUTLIVES_ROLLBACK, relation.lasting());
    tablesWritten.add(spelled(relation));
    if (through != null) {
      verdict.because(through + " writes " + spelled(relation));
    }
    descend(relation, changes, through);
    if (before == 0) {
      ascend(relation);
    }
    if (relation.view()) {
      verdict.does(OutOfSight.WRITES_VIEW);
      relation.reads().forEach(behind -> steps.add(new Step(behind, null, changes, through)));
      relation.readCalls().forEach(routine -> call(routine, "view " + relation));
    } else {
      relation.readCalls().forEach(routine -> call(routine, "a policy of " + relation));
    }
    for (Consequence consequence : relation.consequences()) {
      int fired = changes & consequence.when();
      if (fired == 0) {
        continue;
      }
      if (consequence.relation() != null) {
        int then = consequence.then() == 0 ? changes : consequence.then();
        steps.add(new Step(consequence.relation(), null, then, consequence.through()));
      }
      consequence.calls().forEach(routine -> call(routine, consequence.through()));
    }
  }

  private void descend(Relation relation, int changes, String through) {
    for (Relation child : relation.children()) {
      if (changes == 0) {
        if (tablesWritten.add(spelled(child))) {
          descend(child, 0, through);
        }
      } else {
        steps.add(new Step(child, null, changes, through));
      }
    }
  }

  /** Adds the parents of a written relation: readers of the parent see the row too. */
  private void ascend(Relation relation) {
    for (Relation parent : relation.parents()) {
      if (tablesWritten.add(spelled(parent))) {
        ascend(parent);
      }
    }
  }

  private void call(Routine routine, String through) {
    steps.add(new Step(null, routine, 0, through));
  }

  private void enter(Routine routine, String through) {
    // What the text itself calls is in sight, as long as everybody knows what it does.
    boolean inSight =
        routine.builtIn() && through == null && routine.effect() != FunctionEffect.ANYTHING;
    if (routine.changesSession() != null && !inSight) {
      verdict.changesSession(routine.does(through, routine.changesSession()));
      verdict.is(Trait.OUTLIVES_DISCARD, routine.outlivesDiscard());
    }
    if (through != null && routine.builtIn()) {
      reads(routine.name());
    }
    if (called.put(routine, true) != null) {
      return;
    }
    verdict.is(Trait.MAY_NOTIFY, routine.notifies(objects.own()));
    readsAnyType |= isBuiltIn(routine, BuiltInObjects.Trait.READS_ANY_TYPE);
    defines |= routine.defines();
    if (routine.temporaryPath() != null) {
      temporaryPath = routine;
    }
    verdict.restsOn(routine.basis());
    verdict.is(Trait.MOVES_PATH, routine.movesPath());
    verdict.is(Trait.MAY_SEED, routine.maySeed());
    verdict.is(Trait.NOT_UNDERSTOOD, routine.unread());
    verdict.is(Trait.RUNS_UNREAD, routine.runsUnread());
    String why = routine.does(through, routine.because());
    switch (routine.effect()) {
      case REPEATABLE, MOMENT, VARYING, SERVER, METADATA -> {}
      case SESSION -> verdict.raise(StatementClass.SESSION, why);
      case LOCK, SESSION_LOCK -> verdict.raise(StatementClass.LOCK, why);
      case WRITE -> verdict.raise(StatementClass.WRITE, why);
      case ANYTHING -> verdict.runsAnyCode(why);
    }
    if (routine.changesSession() != null) {
      verdict.raise(StatementClass.SESSION, routine.does(through, routine.changesSession()));
    }
    if (routine.locks()) {
      verdict.raise(StatementClass.LOCK, routine.does(through, "takes locks"));
    }
    routine.reads().forEach(relation -> steps.add(new Step(relation, null, 0, null)));
    routine
        .writes()
        .forEach(
            (relation, changes) -> {
              String writes = "writes " + spelled(relation);
              verdict.raise(StatementClass.WRITE, routine.does(through, writes));
              steps.add(new Step(relation, null, changes, routine.toString()));
            });
    routine.calls().forEach(inner -> call(inner, routine.toString()));
    if (routine.defines()) {
      objects.onDefinition().forEach(this::call);
    }
  }

  /** One of the server's functions is called out of sight. */
  private void reads(String function) {
    OutOfSight does = objects.own().outOfSight(function);
    if (does != null) {
      verdict.does(does);
    }
  }

  private boolean isBuiltIn(Routine routine, BuiltInObjects.Trait trait) {
    return routine.builtIn() && objects.own().has(trait, routine.name());
  }

  private String spelled(TableName name) {
    return objects.full(name, scope).spelled();
  }

  private String spelled(Relation relation) {
    return objects.full(new TableName(null, relation.schema(), relation.name()), scope).spelled();
  }
}
