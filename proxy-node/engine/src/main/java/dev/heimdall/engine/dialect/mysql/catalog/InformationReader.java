package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.Changes;
import dev.heimdall.engine.catalog.Effect;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.ReferentialAction;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.RoutineRow;
import dev.heimdall.engine.catalog.WeighedRows;
import dev.heimdall.engine.jdbc.MysqlRole;
import dev.heimdall.engine.parse.StatementParser;
import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.TableName;
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

/**
 * Reads {@code information_schema} of one server, as far as its user may see it. Used once. Servers
 * say nothing of what is hidden from the user: where that may be a trigger, anything may be changed
 * by a write; a table that is hidden is one that the catalogue does not have.
 */
final class InformationReader {
  private static final String OF_SERVER =
      " NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

  private static final String TABLES =
      """
      SELECT table_schema, table_name, table_type, COALESCE(engine, '')
      FROM information_schema.tables\
      """;

  private static final String VIEWS =
      "SELECT table_schema, table_name, COALESCE(view_definition, '') FROM information_schema.views"
          + " WHERE table_schema"
          + OF_SERVER;

  private static final String ROUTINES =
      "SELECT routine_schema, routine_name, routine_type, routine_definition, sql_mode,"
          + " last_altered FROM information_schema.routines WHERE routine_schema"
          + OF_SERVER;

  private static final String PARAMETERS =
      "SELECT specific_schema, specific_name, parameter_name, routine_type"
          + " FROM information_schema.parameters WHERE parameter_name IS NOT NULL"
          + " AND specific_schema"
          + OF_SERVER;

  private static final String TRIGGERS =
      "SELECT event_object_schema, event_object_table, trigger_name, event_manipulation,"
          + " action_statement, sql_mode, trigger_schema FROM information_schema.triggers";

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
          + OF_SERVER;

  /** Where triggers are seen: everywhere, or in certain databases. */
  private static final String TRIGGER_RIGHTS =
      """
      SELECT NULL FROM information_schema.user_privileges
      WHERE privilege_type = 'TRIGGER' AND grantee = %1$s
      UNION SELECT table_schema FROM information_schema.schema_privileges
      WHERE privilege_type = 'TRIGGER' AND grantee = %1$s
      """;

  /** {@code CURRENT_USER()} as rows of rights have it. */
  private static final String GRANTEE =
      "CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''',"
          + " SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')";

  private static final String SERVER = "SELECT @@global.lower_case_table_names, @@global.version";

  /** Canonical texts have names in backticks and escapes in literals. */
  private static final LexerMode CANONICAL = new LexerMode(true, true, false);

  /** Engines whose tables have no rows but their own, and replicas the same. */
  private static final Set<String> ORDINARY = Set.of("INNODB", "ROCKSDB", "NDBCLUSTER", "NDB");

  /** The same without transactions; or nobody knows. */
  private static final Set<String> LASTING =
      Set.of("MYISAM", InformationDigest.MERGE, "ARIA", "CSV", "ARCHIVE", "");

  /**
   * Others whose tables are not other tables by another name, as those of MERGE are, and those of
   * CONNECT, FEDERATED and SPIDER may be.
   */
  private static final Set<String> APART =
      Set.of("MEMORY", "BLACKHOLE", "SEQUENCE", "S3", "COLUMNSTORE", "TOKUDB");

  /** What it looks like from outside, by which a change is noticed. */
  record Digest(String text) implements CatalogueProtocol.Mark {}

  private record Named(String schema, String name) {}

  private final Connection connection;
  private final ReadingTerms terms;
  private final ObjectsBuilder builder;
  private final Map<Named, Long> relations = new HashMap<>();

  /** Tables whose rows are those of others. */
  private final Map<Long, Named> merges = new HashMap<>();

  /** Tables by whose names others may be written, and their engines. */
  private final Map<Long, String> standingForOthers = new HashMap<>();

  private final Map<String, List<Long>> routines = new HashMap<>();
  private final Map<Named, Set<String>> parameters = new HashMap<>();
  private boolean folded;
  private long ids;
  private final WeighedRows rows;

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
    Set<String> seen = new HashSet<>();
    rows.each(TRIGGER_RIGHTS.formatted(GRANTEE), row -> seen.add(row.getString(1)));
    InformationDigest information = new InformationDigest(connection, version[0]);
    String beginning = information.beginning();
    Digest digest =
        new Digest(version[0] + ' ' + folded + ' ' + seen.size() + beginning + information.take());
    if (digest.equals(last)) {
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
    relations();
    routines();
    reading();
    writing(seen);
    connection.rollback();
    return new CatalogueProtocol.Reading(replica, digest, builder.build());
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
    List<RoutineText> texts = new ArrayList<>();
    rows.each(
        PARAMETERS,
        row ->
            parameters
                .computeIfAbsent(named(row, 1), p -> new HashSet<>())
                .add(row.getString(3).toLowerCase(Locale.ROOT)));
    rows.each(
        ROUTINES,
        row -> {
          String name = row.getString(2).toLowerCase(Locale.ROOT);
          texts.add(
              new RoutineText(
                  ++ids,
                  named(row, 1),
                  name,
                  row.getString(4),
                  BodyReader.mode(String.valueOf(row.getString(5)))));
          routines.computeIfAbsent(name, n -> new ArrayList<>(1)).add(ids);
          rows.weighs(texts.get(texts.size() - 1).length());
        });
    for (RoutineText text : texts) {
      builder.routine(row(text));
    }
  }

  /**
   * @param body null where the user may not see it
   */
  private record RoutineText(long id, Named routine, String name, String body, LexerMode mode) {
    int length() {
      return body == null ? 0 : body.length();
    }
  }

  private RoutineRow row(RoutineText text) {
    String schema = text.routine().schema();
    return text.body() == null
        ? hidden(text.id(), schema, text.name(), "has a body that the catalogue's user may not see")
        : RoutineRow.of(
            text.id(),
            schema,
            text.name(),
            true,
            body(
                schema,
                parameters.getOrDefault(text.routine(), Set.of()),
                text.body(),
                text.mode()),
            List.of());
  }

  private RoutineBody body(String schema, Set<String> given, String text, LexerMode mode) {
    return new BodyReader(schema, given, routines::containsKey).read(text, mode);
  }

  private static RoutineRow hidden(long id, String schema, String name, String because) {
    RoutineRow.Unread unread = new RoutineRow.Unread(Effect.ANYTHING, because, true, true);
    return new RoutineRow(id, schema, name, true, null, unread, null, List.of());
  }

  private void reading() throws SQLException {
    rows.each(
        VIEWS,
        row -> {
          Named view = named(row, 1);
          String text = row.getString(3);
          rows.weighs(text.length());
          RoutineBody body = body(view.schema(), Set.of(), text, CANONICAL);
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
            Effect effect = MysqlFunctions.EFFECTS.getOrDefault(call.name(), Effect.REPEATABLE);
            session |= effect != Effect.REPEATABLE;
          }
          if (text.isEmpty() || !body.understood() || body.dynamic()) {
            String because = "is behind a view that the catalogue's user cannot read";
            builder.routine(hidden(++ids, view.schema(), view.name(), because));
            calls.add(ids);
          }
          long id = relations.getOrDefault(view, 0L);
          builder.view(id, reads, calls, session, body.locks());
          builder.namesOfView(
              id, new StatementParser().parse(text, Dialect.MYSQL, CANONICAL).names());
        });
  }

  private void writing(Set<String> seen) throws SQLException {
    rows.each(
        TRIGGERS,
        row -> {
          Named table = named(row, 1);
          String name = row.getString(3);
          String text = String.valueOf(row.getString(5));
          rows.weighs(text.length());
          LexerMode mode = BodyReader.mode(String.valueOf(row.getString(6)));
          String schema = kept(row.getString(7));
          builder.routine(
              RoutineRow.of(
                  ++ids, schema, name, true, body(schema, Set.of(), text, mode), List.of()));
          builder.trigger(
              relations.getOrDefault(table, 0L), name, change(row.getString(4)), List.of(ids));
        });
    if (!seen.contains(null)) {
      builder.routine(
          hidden(++ids, "", "triggers", "may be hidden: the catalogue's user needs TRIGGER"));
      long unseen = ids;
      relations.forEach(
          (table, id) -> {
            if (!seen.contains(table.schema())) {
              builder.trigger(id, "that may be hidden", Changes.ALL, List.of(unseen));
            }
          });
    }
    standingForOthers.forEach(
        (id, engine) -> {
          String because = "may write other tables: nobody knows what is behind " + engine;
          RoutineRow.Unread others = new RoutineRow.Unread(Effect.ANYTHING, because, true, false);
          builder.routine(new RoutineRow(++ids, "", "engine", true, null, others, null, List.of()));
          builder.trigger(id, "of its engine", Changes.ALL, List.of(ids));
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

  private static int change(String event) {
    return switch (event) {
      case "INSERT" -> Changes.INSERT;
      case "UPDATE" -> Changes.UPDATE;
      default -> Changes.DELETE;
    };
  }

  private static ReferentialAction action(String rule) {
    return switch (rule) {
      case "CASCADE" -> ReferentialAction.CASCADE;
      case "SET NULL", "SET DEFAULT" -> ReferentialAction.SET;
      default -> ReferentialAction.NONE;
    };
  }
}
