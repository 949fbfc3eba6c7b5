package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.Changes;
import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.ReferentialAction;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.RoutineRow;
import dev.heimdall.engine.catalog.WeighedRows;
import dev.heimdall.engine.dialect.mysql.jdbc.MysqlRole;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.mysql.ServerHello;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code information_schema} of one server, as far as its user may see it. Used once. Servers
 * say nothing of what is hidden from the user: where that may be a trigger, anything may be changed
 * by a write; a table that is hidden is one that the catalogue does not have.
 */
final class InformationReader {
  private static final String TABLES =
      """
      SELECT table_schema, table_name, table_type, COALESCE(engine, '')
      FROM information_schema.tables\
      """;

  private static final String VIEWS =
      "SELECT table_schema, table_name, COALESCE(view_definition, ''), character_set_client"
          + " FROM information_schema.views WHERE table_schema"
          + InformationDigest.OF_USERS;

  /** Of what was altered longer ago, a later definition has a later time. */
  private static final String LONG_AGO = " < NOW() - INTERVAL 2 SECOND";

  private static final String ROUTINES =
      "SELECT routine_schema, routine_name, routine_type, routine_definition, sql_mode, definer,"
          + " character_set_client, last_altered, routine_body, last_altered"
          + LONG_AGO
          + " FROM information_schema.routines"
          + " WHERE routine_type IN ('PROCEDURE', 'FUNCTION') AND routine_schema"
          + InformationDigest.OF_USERS;

  private static final int OF_ROUTINE = 9;

  /** Stands for the length of a body in another language. */
  private static final long FOREIGN = Long.MIN_VALUE;

  private static final String PARAMETERS =
      "SELECT specific_schema, specific_name, parameter_name, routine_type"
          + " FROM information_schema.parameters WHERE parameter_name IS NOT NULL"
          + " AND specific_schema"
          + InformationDigest.OF_USERS;

  private static final String TRIGGERS =
      "SELECT event_object_schema, event_object_table, trigger_name, event_manipulation,"
          + " action_statement, trigger_schema, sql_mode, definer, character_set_client, created,"
          + " created"
          + LONG_AGO
          + " FROM information_schema.triggers";

  private static final int OF_TRIGGER = 10;

  private static final String FOREIGN_KEYS =
      """
      SELECT constraint_schema, table_name, unique_constraint_schema, referenced_table_name,
        update_rule, delete_rule
      FROM information_schema.referential_constraints\
      """;

  private static final String COLUMNS =
      """
      SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
      WHERE data_type IN ('time', 'date', 'datetime', 'timestamp') AND table_schema\
      """
          + InformationDigest.OF_USERS;

  /** Columns that are computed whenever they are read. */
  private static final String COMPUTED =
      """
      SELECT table_schema, table_name, data_type, generation_expression
      FROM information_schema.columns WHERE extra LIKE '%VIRTUAL%' AND table_schema\
      """
          + InformationDigest.OF_USERS;

  /** MySQL shows an expression as a literal would have it. */
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)", Pattern.DOTALL);

  private static final String SERVER = "SELECT @@global.lower_case_table_names, @@global.version";

  /** Canonical texts have names in backticks and escapes in literals. */
  private static final LexerMode CANONICAL = new LexerMode(true, true, false);

  /** Engines whose tables have no rows but their own, and replicas the same. */
  private static final Set<String> ORDINARY = Set.of("INNODB", "ROCKSDB", "NDBCLUSTER", "NDB");

  /** Engines whose tables have no rows but their own, without transactions; and unknown engines. */
  private static final Set<String> LASTING =
      Set.of("MYISAM", InformationDigest.MERGE, "ARIA", "CSV", "ARCHIVE", "");

  /**
   * Others whose tables are not other tables by another name, as those of MERGE are, and those of
   * CONNECT, FEDERATED and SPIDER may be.
   */
  private static final Set<String> APART =
      Set.of("MEMORY", "BLACKHOLE", "SEQUENCE", "S3", "COLUMNSTORE", "TOKUDB");

  /**
   * Digest of the catalogue as seen from outside, by which a change is noticed.
   *
   * @param known texts that need not be asked for again
   */
  record Digest(String text, OriginalTexts.Known known) implements CatalogueProtocol.Mark {}

  private record Named(String schema, String name) {}

  private final Connection connection;
  private final ReadingTerms terms;
  private final ObjectsBuilder builder;
  private final Map<Named, Long> relations = new HashMap<>();

  /** Tables whose rows are those of others. */
  private final Map<Long, Named> merges = new HashMap<>();

  /** Tables by whose names others may be written, and their engines. */
  private final Map<Long, String> standingForOthers = new HashMap<>();

  /** Tables whose rows are changed by what statements say, and nothing else. */
  private final Set<Long> plain = new HashSet<>();

  private final Map<String, List<Long>> routines = new HashMap<>();
  private final Set<Named> made = new HashSet<>();
  private final Map<Named, Set<String>> parameters = new HashMap<>();
  private boolean folded;
  private boolean mariaDb;
  private long ids;
  private final WeighedRows rows;
  private OriginalTexts texts;

  InformationReader(Connection connection, ReadingTerms terms) {
    this.connection = connection;
    this.terms = terms;
    rows = new WeighedRows(connection, terms, 0);
    builder = new ObjectsBuilder(terms.builtIns());
  }

  /**
   * Reads everything, unless nothing has changed.
   *
   * @param last of the last reading; null at first
   */
  CatalogueProtocol.Reading read(Digest last, CatalogueProtocol.Progress progress)
      throws SQLException {
    boolean replica = MysqlRole.isReplica(connection);
    if (replica && terms.onlyOfWriter()) {
      connection.rollback();
      return new CatalogueProtocol.Reading(true, null, null);
    }
    String[] version = new String[1];
    rows.each(
        SERVER,
        row -> {
          folded = !row.getString(1).equals("0");
          version[0] = row.getString(2);
        });
    mariaDb = ServerHello.isMariadb(version[0]);
    Set<String> seen = GrantedScope.of(rows, "TRIGGER");
    InformationDigest information = new InformationDigest(connection, version[0]);
    String beginning = information.beginning();
    String digest = version[0] + ' ' + folded + ' ' + seen.size() + beginning + information.take();
    if (last != null && digest.equals(last.text())) {
      connection.rollback();
      return new CatalogueProtocol.Reading(replica, last, null);
    }
    if (!replica) {
      progress.changed();
    }
    progress.beginning(replica, beginning);
    if (folded) {
      builder.folded();
    }
    if (SentAhead.isBorne(connection, rows)) {
      builder.pipelines();
    }
    texts =
        new OriginalTexts(
            connection, rows, last == null ? OriginalTexts.Known.NOTHING : last.known());
    relations();
    routines();
    reading();
    writing(seen);
    keys(uniques());
    progress.unread(texts.unread());
    connection.rollback();
    return new CatalogueProtocol.Reading(
        replica, new Digest(digest, texts.known()), builder.build());
  }

  /** As the server keeps names of databases and tables. */
  private String kept(String name) {
    return folded ? name.toLowerCase(Locale.ROOT) : name;
  }

  private Named named(ResultSet row, int schema) throws SQLException {
    return new Named(kept(row.getString(schema)), kept(row.getString(schema + 1)));
  }

  private void relations() throws SQLException {
    rows.each(
        TABLES,
        row -> {
          Named table = named(row, 1);
          relations.put(table, ++ids);
          RelationKind kind = kind(row.getString(3), row.getString(4));
          builder.relation(ids, table.schema(), table.name(), kind, false);
          String engine = row.getString(4).toUpperCase(Locale.ROOT);
          if (PlainColumns.mayBeIn(engine)) {
            plain.add(ids);
          }
          if (engine.equals(InformationDigest.MERGE)) {
            merges.put(ids, table);
          } else if (kind == RelationKind.FOREIGN && !APART.contains(engine)
              || engine.isEmpty() && row.getString(3).equals("BASE TABLE")) {
            standingForOthers.put(ids, engine.isEmpty() ? "a table without an engine" : engine);
          }
        });
    merged();
    rows.each(
        COLUMNS,
        row ->
            builder.column(
                relations.getOrDefault(named(row, 1), 0L),
                row.getString(3).toLowerCase(Locale.ROOT),
                !row.getString(4).equalsIgnoreCase("time")));
  }

  /** The tables of a MERGE table are to it what partitions are to theirs. */
  private void merged() throws SQLException {
    for (Map.Entry<Long, Named> merge : merges.entrySet()) {
      Named table = merge.getValue();
      List<Named> named = new ArrayList<>();
      List<Long> known = new ArrayList<>();
      for (TableName name : InformationDigest.union(connection, table.schema(), table.name())) {
        Named each = new Named(kept(name.schema()), kept(name.table()));
        named.add(each);
        if (relations.containsKey(each)) {
          known.add(relations.get(each));
        }
      }
      known.forEach(id -> builder.inherits(id, merge.getKey()));
      if (named.isEmpty() || known.size() < named.size()) {
        standingForOthers.put(merge.getKey(), "MERGE");
      }
    }
  }

  private static RelationKind kind(String type, String engine) {
    return switch (type) {
      case "VIEW", "SYSTEM VIEW" -> RelationKind.VIEW;
      case "SEQUENCE" -> RelationKind.SEQUENCE;
      default -> ofEngine(engine.toUpperCase(Locale.ROOT));
    };
  }

  private static RelationKind ofEngine(String engine) {
    if (ORDINARY.contains(engine)) {
      return RelationKind.TABLE;
    }
    return LASTING.contains(engine) ? RelationKind.LASTING : RelationKind.FOREIGN;
  }

  private void routines() throws SQLException {
    MysqlFunctions.EFFECTS.forEach(
        (name, effect) -> {
          builder.builtIn(++ids, name, effect);
          routines.put(name, new ArrayList<>(List.of(ids)));
        });
    List<Definition> definitions = new ArrayList<>();
    rows.each(
        PARAMETERS,
        row ->
            parameters
                .computeIfAbsent(named(row, 1), p -> new HashSet<>())
                .add(row.getString(3).toLowerCase(Locale.ROOT)));
    rows.each(
        ROUTINES,
        Integer.MIN_VALUE,
        row -> {
          String name = row.getString(2).toLowerCase(Locale.ROOT);
          Named routine = named(row, 1);
          definitions.add(
              new Definition(
                  ++ids,
                  row.getString(3),
                  routine.schema(),
                  row.getString(2),
                  OriginalTexts.key(row, OF_ROUTINE),
                  row.getBoolean(OF_ROUTINE + 1),
                  row.getString(9).equals("SQL") ? length(row.getBytes(4)) : FOREIGN));
          routines.computeIfAbsent(name, n -> new ArrayList<>(1)).add(ids);
          made.add(new Named(routine.schema(), name));
        });
    for (Definition definition : definitions) {
      Named routine = new Named(definition.schema(), kept(definition.name()));
      add(definition, BodyTokens.Head.ROUTINE, parameters.getOrDefault(routine, Set.of()));
    }
  }

  private static long length(byte[] text) {
    return text == null ? -1 : text.length;
  }

  /**
   * A routine or trigger.
   *
   * @param name as it is written
   * @param settled whether it was made long ago
   * @param length of its body; negative where the user may not see it, {@link #FOREIGN} for one in
   *     another language
   */
  private record Definition(
      long id,
      String type,
      String schema,
      String name,
      OriginalTexts.Key key,
      boolean settled,
      long length) {}

  private record TableTrigger(long table, int when, Definition definition) {}

  private void add(Definition definition, BodyTokens.Head head, Set<String> given)
      throws SQLException {
    String schema = definition.schema();
    OriginalTexts.Found found =
        definition.length() == FOREIGN
            ? new OriginalTexts.Found(null, "is in another language than SQL")
            : texts.text(
                definition.type(),
                schema,
                definition.name(),
                definition.key(),
                definition.settled(),
                definition.length());
    String name = definition.name().toLowerCase(Locale.ROOT);
    builder.routine(
        found.text() == null
            ? hidden(definition.id(), schema, name, found.because())
            : RoutineRow.of(
                definition.id(),
                schema,
                name,
                true,
                body(schema, given, found.text(), head),
                List.of()));
  }

  private RoutineBody body(
      String schema, Set<String> given, OriginalText text, BodyTokens.Head head) {
    return new BodyReader(schema, given, new Known()).read(text, head);
  }

  /** Names that bodies may use. */
  private final class Known implements BodyReader.Names {
    @Override
    public String kept(String name) {
      return InformationReader.this.kept(name);
    }

    @Override
    public boolean callable(String schema, String name) {
      return schema == null ? routines.containsKey(name) : made.contains(new Named(schema, name));
    }
  }

  private static RoutineRow hidden(long id, String schema, String name, String because) {
    RoutineRow.Unread unread = new RoutineRow.Unread(FunctionEffect.ANYTHING, because, true, true);
    return new RoutineRow(id, schema, name, true, null, unread, null, List.of());
  }

  private void reading() throws SQLException {
    rows.each(
        VIEWS,
        row -> {
          Named view = named(row, 1);
          String text = row.getString(3);
          rows.weighs(text.length());
          OriginalText query = OriginalText.canonical(text, CANONICAL);
          RoutineBody body = body(view.schema(), Set.of(), query, BodyTokens.Head.NOTHING);
          List<Long> reads = new ArrayList<>();
          for (TableName name : body.mentioned()) {
            Long read = relations.get(new Named(kept(name.schema()), kept(name.table())));
            if (read != null) {
              reads.add(read);
            }
          }
          List<Long> calls = new ArrayList<>();
          boolean session = false;
          for (FunctionName call : body.calls()) {
            calls.addAll(routines.getOrDefault(call.name(), List.of()));
            FunctionEffect effect =
                MysqlFunctions.EFFECTS.getOrDefault(call.name(), FunctionEffect.REPEATABLE);
            session |= effect != FunctionEffect.REPEATABLE;
          }
          boolean hides = OriginalText.mayHide(text, row.getString(4));
          if (text.isEmpty() || hides || !body.understood() || body.dynamic()) {
            String because =
                hides
                    ? "is behind a view whose text may have another meaning in its character set"
                    : "is behind a view that the catalogue's user cannot read";
            builder.routine(hidden(++ids, view.schema(), view.name(), because));
            calls.add(ids);
          }
          long id = relations.getOrDefault(view, 0L);
          builder.view(id, reads, calls, session, body.locks());
          builder.computes(id, MysqlSql.DIALECT.parse(text, CANONICAL).names());
        });
    computed();
  }

  /**
   * Columns that rest on more than their rows: MariaDB lets them have the clock, chance and the
   * session in them, and both servers make a time the one of a day.
   */
  private void computed() throws SQLException {
    rows.each(
        COMPUTED,
        row -> {
          Named table = named(row, 1);
          long id = relations.getOrDefault(table, 0L);
          String shown = row.getString(4);
          if (shown == null) {
            builder.varies(id);
            return;
          }
          String expression = mariaDb ? shown : ESCAPED.matcher(shown).replaceAll("$1");
          String query = "SELECT CAST((" + expression + ") AS " + row.getString(3) + ")";
          RoutineBody body =
              body(
                  table.schema(),
                  Set.of(),
                  OriginalText.canonical(query, CANONICAL),
                  BodyTokens.Head.NOTHING);
          boolean repeatable =
              body.calls().stream()
                  .allMatch(
                      call -> MysqlFunctions.EFFECTS.get(call.name()) == FunctionEffect.REPEATABLE);
          if (repeatable && body.understood() && !body.dynamic()) {
            builder.computes(id, MysqlSql.DIALECT.parse(query, CANONICAL).names());
          } else {
            builder.varies(id);
          }
        });
  }

  private void writing(Set<String> seen) throws SQLException {
    List<TableTrigger> triggers = new ArrayList<>();
    rows.each(
        TRIGGERS,
        Integer.MIN_VALUE,
        row ->
            triggers.add(
                new TableTrigger(
                    relations.getOrDefault(named(row, 1), 0L),
                    changes(row.getString(4)),
                    new Definition(
                        ++ids,
                        "TRIGGER",
                        kept(row.getString(6)),
                        row.getString(3),
                        OriginalTexts.key(row, OF_TRIGGER),
                        row.getBoolean(OF_TRIGGER + 1),
                        length(row.getBytes(5))))));
    for (TableTrigger trigger : triggers) {
      plain.remove(trigger.table());
      Definition definition = trigger.definition();
      add(definition, BodyTokens.Head.TRIGGER, Set.of());
      builder.trigger(trigger.table(), definition.name(), trigger.when(), List.of(definition.id()));
    }
    if (!seen.contains(null)) {
      builder.routine(
          hidden(++ids, "", "triggers", "may be hidden: the catalogue's user needs TRIGGER"));
      long unseen = ids;
      relations.forEach(
          (table, id) -> {
            if (!seen.contains(table.schema())) {
              plain.remove(id);
              builder.trigger(id, "that may be hidden", Changes.ALL, List.of(unseen));
            }
          });
    }
    standingForOthers.forEach(
        (id, engine) -> {
          String because = "may write other tables: it is not known what is behind " + engine;
          RoutineRow.Unread others =
              new RoutineRow.Unread(FunctionEffect.ANYTHING, because, true, false);
          builder.routine(new RoutineRow(++ids, "", "engine", true, null, others, null, List.of()));
          builder.trigger(id, "of its engine", Changes.ALL, List.of(ids));
          builder.standsForOthers(id);
        });
    rows.each(
        FOREIGN_KEYS,
        row ->
            builder.foreignKey(
                relations.getOrDefault(named(row, 1), 0L),
                relations.getOrDefault(named(row, 3), 0L),
                action(row.getString(5)),
                action(row.getString(6))));
  }

  private void keys(UniqueColumns uniques) throws SQLException {
    Map<KeyColumn, KeyColumn> kinds = new HashMap<>();
    rows.each(
        PlainColumns.QUERY,
        row -> {
          long id = relations.getOrDefault(named(row, 1), 0L);
          KeyColumn key =
              plain.contains(id)
                  ? PlainColumns.of(
                      row.getString(4),
                      row.getString(5),
                      row.getLong(6),
                      row.getString(7),
                      row.getString(8))
                  : null;
          if (key != null) {
            String name = row.getString(3).toLowerCase(Locale.ROOT);
            KeyColumn kind = uniques.everyHas(id, name) ? key.ofEveryUnique() : key;
            builder.key(id, name, kinds.computeIfAbsent(kind.at(row.getInt(9)), same -> same));
          }
        });
    rows.each(
        PlainColumns.COUNTS,
        row -> builder.columns(relations.getOrDefault(named(row, 1), 0L), row.getInt(3)));
  }

  private UniqueColumns uniques() throws SQLException {
    Set<String> read = GrantedScope.of(rows, "SELECT");
    UniqueColumns uniques = new UniqueColumns();
    relations.forEach(
        (table, id) -> {
          if (plain.contains(id) && (read.contains(null) || read.contains(table.schema()))) {
            uniques.table(id);
          }
        });
    rows.each(
        UniqueColumns.QUERY,
        row ->
            uniques.add(
                relations.getOrDefault(named(row, 1), 0L),
                row.getString(3),
                row.getString(4),
                row.getString(5) == null));
    return uniques;
  }

  /**
   * @param events one, or several with commas between them
   */
  private static int changes(String events) {
    int changes =
        (events.contains("INSERT") ? Changes.INSERT : 0)
            | (events.contains("UPDATE") ? Changes.UPDATE : 0)
            | (events.contains("DELETE") ? Changes.DELETE : 0);
    return changes == 0 ? Changes.ALL : changes;
  }

  private static ReferentialAction action(String rule) {
    return switch (rule) {
      case "CASCADE" -> ReferentialAction.CASCADE;
      case "SET NULL", "SET DEFAULT" -> ReferentialAction.SET;
      default -> ReferentialAction.NONE;
    };
  }
}
