package dev.heimdall.engine.dialect.sqlserver.catalog;

import static dev.heimdall.engine.catalog.RoutineRow.Unread.NOTHING;
import static dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql.USUAL_SCHEMA;

import dev.heimdall.engine.catalog.Changes;
import dev.heimdall.engine.catalog.DatabaseObjects;
import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.ReferentialAction;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.RoutineRow;
import dev.heimdall.engine.dialect.sqlserver.sql.CodeNames;
import dev.heimdall.engine.dialect.sqlserver.sql.CodeReader;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.dialect.sqlserver.sql.SystemProcedures;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Definitions of one database as its system views have them, put together. Names are folded; those
 * of which two are one name then count as one thing. Used once.
 */
final class DatabaseDefinitions {
  private static final int DATABASE = 0;
  private static final int UPDATED = 2;
  private static final int DELETED = 3;
  private static final int OF_COLUMN = 100;

  /** Column of a database's row. */
  private static final int LOCAL_CURSORS = 16;

  private static final String HIDDEN =
      "has a text that is encrypted, or hidden from the catalogue's user, who needs VIEW"
          + " DEFINITION";

  private static final RoutineRow.Unread COMPILED =
      new RoutineRow.Unread(FunctionEffect.VARYING, "is no T-SQL", true, false);

  /**
   * Name of an object.
   *
   * @param schema folded, as the name is
   */
  record Named(String schema, String name) {}

  /**
   * Code that has a name.
   *
   * @param type as {@code sys.objects} has it
   */
  private record Code(long id, Named named, String type) {
    boolean mayWrite() {
      return switch (type) {
        case "FN", "IF", "TF", "FS", "FT", "AF" -> false;
        default -> true;
      };
    }

    /** True if it is called by EXEC alone. */
    boolean isProcedure() {
      return switch (type) {
        case "P", "PC", "X", "RF" -> true;
        default -> false;
      };
    }

    boolean compiled() {
      return switch (type) {
        case "FS", "FT", "AF" -> true;
        default -> false;
      };
    }
  }

  private record TableTrigger(long id, String name, int parentClass, long parent) {}

  private final SystemReader.About about;
  private final SystemRows rows;
  private final ObjectsBuilder builder;
  private final Set<String> databases = new HashSet<>();
  private final Map<Integer, String> schemas = new HashMap<>();
  private final Set<String> searched = new LinkedHashSet<>();
  private final Map<Long, Long> histories = new HashMap<>();
  private final Set<Long> foreign = new HashSet<>();
  private final GraphTables graph = new GraphTables();
  private final Map<Named, Long> relations = new HashMap<>();
  private final Map<String, List<Long>> relationsByName = new HashMap<>();

  /** By the ids of the server: of things whose names are one, one has the relation. */
  private final Map<Long, Long> sameName = new HashMap<>();

  private final Set<Long> views = new HashSet<>();
  private final Map<Long, Code> codes = new LinkedHashMap<>();
  private final Map<String, List<Code>> codesByName = new HashMap<>();
  private final Map<String, List<Long>> builtIns = new HashMap<>();
  private final Map<Long, RoutineBody> viewBodies = new HashMap<>();
  private final List<TableTrigger> triggers = new ArrayList<>();
  private final Map<Long, Integer> events = new HashMap<>();
  private final Map<Long, String> synonyms = new HashMap<>();
  private final Map<Long, Named> standIns = new LinkedHashMap<>();
  private final Set<String> synonymNames = new HashSet<>();
  private final MasterNames master;
  private final Set<Long> policies = new HashSet<>();
  private final Set<Long> tables = new HashSet<>();
  private final PlainColumns plain = new PlainColumns();
  private final List<Runnable> behindRoutines = new ArrayList<>();
  private final Names names = new Names();
  private final Names sources = new Sources();
  private final Set<Long> read = new HashSet<>();
  private boolean localCursors;
  private long ids;

  DatabaseDefinitions(SystemReader.About about, ReadingTerms terms, SystemRows rows) {
    this.about = about;
    this.rows = rows;
    master = new MasterNames(about.seesMaster());
    builder = new ObjectsBuilder(terms.builtIns()).folded();
    SqlServerObjects.EFFECTS.forEach(
        (name, effect) -> {
          builder.builtIn(--ids, name, effect);
          builtIns.put(name, List.of(ids));
        });
    if (about.schema() != null) {
      searched.add(FoldedName.of(about.schema()));
    }
  }

  void take(SystemView view, ResultSet row) throws SQLException {
    switch (view) {
      case DATABASES -> database(row);
      case SCHEMAS -> schemas.put(row.getInt(1), FoldedName.of(row.getString(2)));
      case DATABASE_PRINCIPALS -> principal(row);
      case TABLES -> table(row);
      case OBJECTS -> object(row);
      case COLUMNS -> column(row);
      case TRIGGERS -> trigger(row);
      case TRIGGER_EVENTS -> events.merge(row.getLong(1), event(row.getInt(2)), (a, b) -> a | b);
      case SYNONYMS -> synonyms.put(row.getLong(1), row.getString(2));
      case FOREIGN_KEYS -> foreignKey(row);
      case SECURITY_POLICIES -> {
        if (row.getBoolean(2)) {
          policies.add(row.getLong(1));
        }
      }
      case SECURITY_PREDICATES -> predicate(row.getLong(1), row.getLong(2), row.getString(3));
      case COMPUTED_COLUMNS -> computed(row.getLong(1), row.getString(2), row.getBoolean(3));
      case CHECK_CONSTRAINTS -> {
        if (!row.getBoolean(3)) {
          onWrite(row.getLong(1), row.getString(2));
        }
      }
      case DEFAULT_CONSTRAINTS -> onWrite(row.getLong(1), row.getString(2));
      case SYSTEM_OBJECTS, ALL_OBJECTS -> master.add(row.getString(1));
      case SQL_MODULES -> module(row.getLong(1), row.getString(2));
      default -> {}
    }
  }

  // ---- things

  private void database(ResultSet row) throws SQLException {
    String name = FoldedName.of(row.getString(1));
    databases.add(name);
    localCursors |= names.isOwn(name) && row.getBoolean(LOCAL_CURSORS);
  }

  private void principal(ResultSet row) throws SQLException {
    String schema = row.getString(4);
    if (schema != null) {
      String folded = FoldedName.of(schema);
      searched.add(folded);
      builder.rolePath(row.getString(2), path(folded));
    }
  }

  /** Schemas that names are looked for in, each once: else a table would be two. */
  private static List<String> path(String first) {
    return first.equals(USUAL_SCHEMA) ? List.of(first) : List.of(first, USUAL_SCHEMA);
  }

  private void table(ResultSet row) throws SQLException {
    Map<String, Integer> columns = new HashMap<>();
    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
      columns.put(row.getMetaData().getColumnLabel(i), i);
    }
    long id = row.getLong(columns.get("object_id"));
    if (isSet(row, columns.get("is_external"))
        || isSet(row, columns.get("is_filetable"))
        || isSet(row, columns.get("durability"))) { // rows end with the server
      foreign.add(id);
    }
    if (isSet(row, columns.get("is_node"))) {
      rows.weighs(graph.node(id));
    }
    Integer history = columns.get("history_table_id");
    if (history != null && row.getLong(history) != 0) {
      histories.put(id, row.getLong(history));
    }
  }

  private static boolean isSet(ResultSet row, Integer column) throws SQLException {
    return column != null && row.getBoolean(column);
  }

  private void object(ResultSet row) throws SQLException {
    long id = row.getLong(1);
    String schema = schemas.get(row.getInt(3));
    String type = row.getString(6).strip();
    Named named = new Named(schema == null ? "" : schema, FoldedName.of(row.getString(2)));
    switch (type) {
      case "U" ->
          relation(id, named, foreign.contains(id) ? RelationKind.FOREIGN : RelationKind.TABLE);
      case "ET", "SQ" -> relation(id, named, RelationKind.FOREIGN);
      case "SO" -> relation(id, named, RelationKind.SEQUENCE);
      case "EC" -> rows.weighs(graph.constrained(row.getLong(5)));
      case "V", "SN" -> {
        views.add(id);
        if (type.equals("SN")) {
          standIns.put(id, named);
          synonymNames.add(named.name());
        }
        relation(id, named, RelationKind.VIEW);
      }
      case "P", "FN", "IF", "TF", "TR", "PC", "FS", "FT", "TA", "AF", "X", "RF" ->
          code(new Code(id, named, type));
      default -> {}
    }
  }

  private void column(ResultSet row) throws SQLException {
    long table = row.getLong(1);
    if (tables.contains(table) && !row.getBoolean(10)) {
      rows.weighs(OF_COLUMN);
      plain.take(table, row.getString(3), row.getInt(4), row.getInt(5), row.getString(8));
    }
  }

  /** Two tables that are one thing here have columns of both. */
  private void keys() {
    tables.removeAll(sameName.keySet());
    tables.removeAll(sameName.values());
    for (long table : tables) {
      plain.each(table, (name, key) -> builder.key(table, name, key));
    }
  }

  private void relation(long id, Named named, RelationKind kind) {
    Long other = relations.get(named);
    if (kind == RelationKind.TABLE) {
      tables.add(id);
    }
    if (other == null) {
      relations.put(named, id);
      relationsByName.computeIfAbsent(named.name(), n -> new ArrayList<>(1)).add(id);
      builder.relation(id, named.schema(), named.name(), kind, false);
    } else {
      sameName.put(id, other);
      if (kind != RelationKind.TABLE) {
        builder.standsForOthers(other);
        hide(other, "which another thing may have the name of");
      }
    }
  }

  private long relation(long id) {
    return sameName.getOrDefault(id, id);
  }

  private void code(Code code) {
    codes.put(code.id(), code);
    codesByName.computeIfAbsent(code.named().name(), n -> new ArrayList<>(1)).add(code);
  }

  private void trigger(ResultSet row) throws SQLException {
    long id = row.getLong(1);
    int parentClass = row.getInt(3);
    if (!row.getBoolean(5)) {
      triggers.add(new TableTrigger(id, row.getString(2), parentClass, row.getLong(4)));
      if (parentClass == DATABASE) {
        code(new Code(id, new Named("", FoldedName.of(row.getString(2))), "TR"));
      }
    }
  }

  private static int event(int type) {
    return switch (type) {
      case 1 -> Changes.INSERT;
      case UPDATED -> Changes.UPDATE;
      case DELETED -> Changes.DELETE;
      default -> 0;
    };
  }

  // ---- what connects them

  private void foreignKey(ResultSet row) throws SQLException {
    if (!row.getBoolean(6)) {
      builder.foreignKey(
          relation(row.getLong(2)),
          relation(row.getLong(3)),
          action(row.getInt(4)),
          action(row.getInt(5)));
    }
  }

  private static ReferentialAction action(int number) {
    return switch (number) {
      case 0 -> ReferentialAction.NONE;
      case 1 -> ReferentialAction.CASCADE;
      default -> ReferentialAction.SET;
    };
  }

  private void predicate(long policy, long table, String definition) throws SQLException {
    if (policies.contains(policy)) {
      RoutineBody body = expression(definition, names);
      behindRoutines.add(
          () -> builder.policy(relation(table), reads(body), calls(body, "a security predicate")));
    }
  }

  private void computed(long table, String definition, boolean persisted) throws SQLException {
    RoutineBody body = expression(definition, sources);
    behindRoutines.add(
        () -> {
          List<Long> calls = calls(body, "a computed column");
          builder.expressions(relation(table), calls);
          if (!persisted) {
            builder.view(relation(table), List.of(), calls, false, false);
          }
        });
  }

  private void onWrite(long table, String definition) throws SQLException {
    RoutineBody body = expression(definition, names);
    behindRoutines.add(() -> builder.expressions(relation(table), calls(body, "a constraint")));
  }

  private RoutineBody expression(String definition, CodeNames known) throws SQLException {
    if (definition == null) {
      return RoutineBody.UNREADABLE;
    }
    rows.weighs(definition.length());
    return CodeReader.code(definition, known);
  }

  private void module(long id, String definition) throws SQLException {
    if (definition == null || !read.add(id)) {
      return;
    }
    rows.weighs(2L * definition.length());
    Code code = codes.get(id);
    if (code != null && code.isProcedure() && master.mayHave(code.named().name())) {
      unread(id, code.named(), MasterNames.UNCERTAIN);
    } else if (code != null) {
      RoutineBody body = CodeReader.module(definition, code.mayWrite() ? names : sources);
      Named named = code.named();
      builder.routine(
          RoutineRow.of(id, named.schema(), named.name(), code.mayWrite(), body, List.of()));
    } else if (views.contains(id)) {
      viewBodies.put(id, CodeReader.module(definition, sources));
    }
  }

  // ---- all together

  /** Puts together what was taken. */
  DatabaseObjects objects() {
    for (Code code : codes.values()) {
      if (!read.contains(code.id())) {
        unread(
            code.id(),
            code.named(),
            code.compiled()
                ? COMPILED
                : new RoutineRow.Unread(FunctionEffect.ANYTHING, HIDDEN, true, false));
      }
    }
    standIns.forEach(this::synonym);
    if (about.sees()) { // else one of that name may be a user's, which Babelfish runs instead
      master.reading().forEach((name, how) -> unread(--ids, name, how));
    }
    behindRoutines.forEach(Runnable::run);
    for (long view : views) {
      if (!standIns.containsKey(view)) {
        RoutineBody body = viewBodies.getOrDefault(view, RoutineBody.UNREADABLE);
        builder.view(
            relation(view),
            reads(body),
            calls(body, "a view that nobody can read"),
            false,
            body.locks());
      }
    }
    histories.forEach(
        (table, history) ->
            builder.rule(
                relation(table),
                "of system versioning",
                Changes.UPDATE | Changes.DELETE,
                List.of(relation(history)),
                List.of()));
    triggers.forEach(this::fires);
    graph.cascades(
        (edges, nodes) ->
            builder.foreignKey(
                relation(edges),
                relation(nodes),
                ReferentialAction.NONE,
                ReferentialAction.CASCADE));
    keys();
    if (!about.sees()) {
      builder.partial();
      relations.values().forEach(id -> hide(id, "which triggers may be hidden of"));
    }
    searched.add(USUAL_SCHEMA);
    builder.path(List.copyOf(searched));
    if (about.login() != null && about.schema() != null) {
      builder.rolePath(about.login(), path(FoldedName.of(about.schema())));
    }
    return builder.build();
  }

  private void fires(TableTrigger trigger) {
    if (trigger.parentClass() == DATABASE) {
      builder.eventTrigger(trigger.name(), trigger.id());
    } else {
      int when = events.getOrDefault(trigger.id(), 0);
      builder.trigger(
          relation(trigger.parent()),
          trigger.name(),
          when == 0 ? Changes.ALL : when,
          List.of(trigger.id()));
    }
  }

  /** Counts changes of the relation as ones that may do anything. */
  private void hide(long relation, String because) {
    List<Long> calls = List.of(anything(because));
    builder.trigger(relation, "that may be hidden", Changes.ALL, calls);
  }

  private long anything(String because) {
    long id = --ids;
    unread(
        id,
        new Named("", "code"),
        new RoutineRow.Unread(FunctionEffect.ANYTHING, "is behind " + because, true, false));
    return id;
  }

  private void unread(long id, Named named, RoutineRow.Unread how) {
    builder.routine(
        new RoutineRow(id, named.schema(), named.name(), true, null, how, null, List.of()));
  }

  /** It stands for a table or view, for code, or for what is elsewhere. */
  private void synonym(long id, Named own) {
    SynonymBase base = SynonymBase.of(synonyms.get(id));
    boolean here = isHere(base);
    List<Long> reads = here ? reads(base.schema(), base.name()) : List.of();
    List<Long> calls = List.of();
    if (!here) {
      calls = List.of(anything("a synonym for something elsewhere"));
    } else if (reads.isEmpty() && codes(base.schema(), base.name()).isEmpty()) {
      calls = builtIns.get(SqlServerSql.UNKNOWN_SOURCE.name());
    }
    builder.view(relation(id), reads, calls, false, false);
    for (Code code : here ? List.copyOf(codes(base.schema(), base.name())) : List.<Code>of()) {
      Code alias = new Code(--ids, own, code.type());
      builder.routine(
          new RoutineRow(
              alias.id(), own.schema(), own.name(), true, null, NOTHING, null, List.of(code.id())));
      codesByName.computeIfAbsent(own.name(), n -> new ArrayList<>(1)).add(alias);
    }
    if (here && standsForCode(base) && master.mayHave(own.name())) {
      unread(--ids, own, MasterNames.UNCERTAIN);
    }
    if (!standsForCode(base) && codesByName.containsKey(own.name())) {
      // Who calls code of that name may mean what the synonym stands for.
      unread(
          --ids, own, new RoutineRow.Unread(FunctionEffect.ANYTHING, "is elsewhere", true, false));
    }
  }

  private boolean isHere(SynonymBase base) {
    return base.parts() < 4 && (base.database() == null || names.isOwn(base.database()));
  }

  /** True if a synonym with this base stands for code that the catalogue has. */
  private boolean standsForCode(SynonymBase base) {
    return isHere(base)
        && !SystemProcedures.isOfServer(base.schema(), base.name())
        && !master.mayHave(base.name())
        && !codes(base.schema(), base.name()).isEmpty();
  }

  private List<Code> codes(String schema, String name) {
    return codesByName.getOrDefault(name, List.of()).stream()
        .filter(code -> schema == null || schema.equals(code.named().schema()))
        .toList();
  }

  private List<Long> reads(String schema, String name) {
    List<Long> all = relationsByName.getOrDefault(name, List.of());
    if (schema == null) {
      return all;
    }
    Long found = relations.get(new Named(schema, name));
    return found == null ? List.of() : List.of(found);
  }

  private List<Long> reads(RoutineBody body) {
    Set<Long> ids = new LinkedHashSet<>();
    for (TableName name : body.mentioned()) {
      ids.addAll(reads(name.schema(), name.table()));
    }
    return List.copyOf(ids);
  }

  private List<Long> calls(RoutineBody body, String unreadable) {
    List<Long> ids = new ArrayList<>();
    for (FunctionName call : body.calls()) {
      if (call.schema() == null) {
        ids.addAll(builtIns.getOrDefault(call.name(), List.of()));
      }
      codes(call.schema(), call.name()).forEach(code -> ids.add(code.id()));
    }
    if (!body.understood() || body.dynamic()) {
      ids.add(anything(unreadable));
    }
    return ids;
  }

  /** Names that code uses which only reads: what it does not know may be anything that changes. */
  private final class Sources extends Names {
    @Override
    public boolean isTable(String schema, String name) {
      return !reads(schema, name).isEmpty();
    }

    @Override
    public boolean isFunction(String schema, String name) {
      return (schema == null && builtIns.containsKey(name))
          || !codes(schema, name).isEmpty()
          || synonymNames.contains(name);
    }
  }

  /** Names that code may use. */
  private class Names implements CodeNames {
    @Override
    public boolean isOwn(String database) {
      return database.equals(FoldedName.of(about.database()));
    }

    @Override
    public boolean isOther(String database) {
      return !isOwn(database) && databases.contains(database);
    }

    @Override
    public boolean callable(String schema, String name) {
      if (master.mayHave(name)) {
        return false;
      }
      boolean known = !codes(schema, name).isEmpty();
      for (Map.Entry<Long, Named> synonym : standIns.entrySet()) {
        Named named = synonym.getValue();
        if (named.name().equals(name) && (schema == null || schema.equals(named.schema()))) {
          if (standsForCode(SynonymBase.of(synonyms.get(synonym.getKey())))) {
            known = true;
          } else {
            return false;
          }
        }
      }
      return known;
    }

    @Override
    public boolean cursorsAreLocal() {
      return localCursors;
    }
  }
}
