package dev.heimdall.engine.dialect.postgres.catalog;

import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.Changes;
import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.Overloads;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.ReferentialAction;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.TypeUses;
import dev.heimdall.engine.catalog.WeighedRows;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the system tables of one database. Each question has a snapshot of its own, so that none
 * lasts and keeps VACUUM from its work; that nothing was written between them is asked at the end.
 */
final class CatalogueReader {
  /** Rows that are fetched at once: big catalogues must not lie in memory twice. */
  private static final int FETCH_SIZE = 2000;

  private static final KeyColumn INTEGER = new KeyColumn(KeyType.INTEGER);
  private static final KeyColumn UUID = new KeyColumn(KeyType.UUID);
  private static final KeyColumn TEXT = new KeyColumn(KeyType.TEXT);

  /** Of rows that have the body of a function in them. */
  private static final int FETCH_BODIES = 200;

  private static final int STATEMENT_SECONDS = 60;

  /**
   * Time limit for reading in one snapshot: VACUUM is kept from removing rows for no longer than a
   * query.
   */
  private static final Duration ONE_SNAPSHOT = Duration.ofSeconds(STATEMENT_SECONDS);

  /** The last one is in one snapshot: constant changes of definitions are not waited for. */
  private static final int ATTEMPTS = 3;

  /** Bits of {@code pg_trigger.tgtype}. */
  private static final int ON_INSERT = 1 << 2;

  private static final int ON_DELETE = 1 << 3;
  private static final int ON_UPDATE = 1 << 4;
  private static final int ON_TRUNCATE = 1 << 5;

  /** Rights to write a table, as the server's parsed queries have them. */
  private static final int MAY_INSERT = 1;

  private static final int MAY_UPDATE = 1 << 2;
  private static final int MAY_DELETE = 1 << 3;

  /**
   * External view of the system tables.
   *
   * @param moment the same as long as no transaction has written anything; see {@link
   *     CatalogueDigest#MOMENT}
   * @param counted where an event trigger counts changes of definitions, else null
   */
  record Mark(String moment, Counted counted, Digest digest) implements CatalogueProtocol.Mark {}

  /**
   * A digest of the system tables.
   *
   * @param text the same as long as nothing in them was written
   * @param moment when it was taken, as the server has it
   * @param taken the same by the clock of this machine
   */
  record Digest(String text, String moment, long taken) {
    boolean isOf(String now) {
      return moment.equals(now);
    }
  }

  /**
   * Result of a check of the system tables.
   *
   * @param digest the same as long as nothing in them was written
   * @param defaults the same as long as sessions begin with the same settings
   */
  private record Seen(String digest, String defaults) {}

  /**
   * Changes that an event trigger has counted.
   *
   * @param counter another one once the event trigger was switched off or replaced
   * @param from the first transaction that had not begun when the counter was seen first; those
   *     before may have changed definitions before it counted
   * @param changes the same as long as nothing was counted; null while there are such transactions
   */
  record Counted(String counter, long from, String changes) {
    boolean countsLike(Counted earlier) {
      return changes != null && equals(earlier);
    }
  }

  private final Connection connection;
  private final ReadingTerms terms;
  private final WeighedRows rows;

  CatalogueReader(Connection connection, ReadingTerms terms) {
    this.connection = connection;
    this.terms = terms;
    rows = new WeighedRows(connection, terms, FETCH_SIZE);
  }

  /**
   * Reads everything, unless nothing was written since.
   *
   * @param last of the last reading; null at first
   */
  CatalogueProtocol.Reading read(Mark last, CatalogueProtocol.Progress progress)
      throws SQLException {
    begin("");
    boolean[] replica = new boolean[1];
    String[] moment = new String[1];
    rows.each(
        CatalogueDigest.MOMENT,
        row -> {
          replica[0] = row.getBoolean(1);
          moment[0] = row.getString(2);
        });
    if (replica[0] && terms.onlyOfWriter()) {
      connection.rollback(); // a snapshot that is kept for long holds back what the replica replays
      return new CatalogueProtocol.Reading(true, null, null);
    }
    boolean close =
        last != null && System.nanoTime() - last.digest().taken() < terms.uncounted().toNanos();
    if (last != null
        && moment[0].equals(last.moment())
        && (close || last.digest().isOf(moment[0]))) {
      connection.rollback();
      return new CatalogueProtocol.Reading(replica[0], last, null);
    }
    String[] path = new String[1];
    rows.each(CatalogueQueries.USUAL_PATH, row -> path[0] = row.getString(1));
    // Before the digest: what is counted meanwhile is looked at once more.
    Counted counted = replica[0] ? null : counted(last, path[0]);
    if (close && counted != null && counted.countsLike(last.counted())) {
      connection.rollback();
      return new CatalogueProtocol.Reading(
          replica[0], new Mark(moment[0], counted, last.digest()), null);
    }
    long taken = System.nanoTime();
    Consumer<String> beginning = defaults -> progress.beginning(replica[0], defaults);
    Seen seen = seen(path[0], beginning);
    if (last != null && seen.digest().equals(last.digest().text())) {
      connection.rollback();
      Mark same = new Mark(moment[0], counted, new Digest(seen.digest(), moment[0], taken));
      return new CatalogueProtocol.Reading(replica[0], same, null);
    }
    for (int attempt = 1; ; attempt++) {
      if (!replica[0]) {
        progress.changed();
      }
      boolean oneSnapshot = attempt == ATTEMPTS;
      if (oneSnapshot) {
        connection.rollback();
        begin("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; ");
        rows.endWithin(ONE_SNAPSHOT);
        seen = seen(path[0], beginning);
      }
      // Of the moment before: whatever was committed since is looked at once more.
      Mark mark = new Mark(moment[0], counted, new Digest(seen.digest(), moment[0], taken));
      ObjectsBuilder builder = objects(path[0]);
      Seen afterwards = oneSnapshot ? seen : seen(path[0], beginning);
      // What others have told of meanwhile is read again in any case, and this not believed.
      if (afterwards.equals(seen) || progress.overtaken()) {
        connection.rollback();
        return new CatalogueProtocol.Reading(replica[0], mark, builder.build());
      }
      seen = afterwards;
    }
  }

  /** Its queries have backslashes in plain literals, which are none where a role has it so. */
  private void begin(String first) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          first
              + "SET LOCAL search_path = pg_catalog; SET LOCAL standard_conforming_strings = on;"
              + " SET LOCAL statement_timeout = '"
              + STATEMENT_SECONDS
              + "s'");
    }
  }

  /** Both of one snapshot: a setting that is made and taken back between two would be missed. */
  private Seen seen(String path, Consumer<String> beginning) throws SQLException {
    Seen[] seen = new Seen[1];
    rows.each(
        CatalogueDigest.MARK,
        row -> seen[0] = new Seen(path + ' ' + row.getString(1), row.getString(2)));
    beginning.accept(seen[0].defaults());
    return seen[0];
  }

  private ObjectsBuilder objects(String path) throws SQLException {
    rows.anew();
    ObjectsBuilder builder = new ObjectsBuilder(terms.builtIns());
    paths(builder, path);
    relations(builder);
    routines(builder);
    reading(builder);
    writing(builder);
    comparisons(builder);
    if (builder.hasUnnamed()) {
      types(builder.types());
    }
    if (builder.hasOverloads()) {
      overloads(builder);
    }
    return builder;
  }

  private Counted counted(Mark last, String path) throws SQLException {
    String[] counter = new String[1];
    long[] transactions = new long[2];
    rows.each(
        CatalogueDigest.COUNTER,
        row -> {
          counter[0] = row.getString(1);
          transactions[0] = row.getLong(2);
          transactions[1] = row.getLong(3);
        });
    if (counter[0] == null) {
      return null;
    }
    Counted before = last == null ? null : last.counted();
    long from =
        before != null && before.counter().equals(counter[0]) ? before.from() : transactions[1];
    if (transactions[0] < from) {
      return new Counted(counter[0], from, null);
    }
    Savepoint here = connection.setSavepoint();
    try {
      StringBuilder changes = new StringBuilder(path);
      rows.each(CatalogueDigest.COUNTED, row -> changes.append(' ').append(row.getString(1)));
      return new Counted(counter[0], from, changes.toString());
    } catch (SQLException e) {
      // It is being taken away just now: then the digest tells.
      connection.rollback(here);
      return null;
    }
  }

  /** The search path that connections are started with; null where it is left to the server. */
  private static List<String> pathOf(Map<String, String> parameters) {
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      if (parameter.getKey().equalsIgnoreCase("search_path")) {
        return SearchPath.parse(parameter.getValue());
      }
    }
    return null;
  }

  private void paths(ObjectsBuilder builder, String usual) throws SQLException {
    List<String> pathOfConnections = pathOf(terms.parameters());
    if (pathOfConnections != null) {
      builder.path(pathOfConnections);
    } else {
      builder.path(SearchPath.parse(usual));
      rows.each(
          CatalogueQueries.ROLE_SETTINGS,
          row -> {
            String role = row.getString(1);
            String setting = row.getString(2);
            List<String> schemas = SearchPath.parse(setting.substring(setting.indexOf('=') + 1));
            if (role == null) {
              builder.path(schemas);
            } else {
              builder.rolePath(role, schemas);
            }
          });
    }
    rows.each(CatalogueQueries.SCHEMAS, row -> builder.openSchema(row.getString(1)));
  }

  private void relations(ObjectsBuilder builder) throws SQLException {
    rows.each(
        CatalogueQueries.RELATIONS,
        row ->
            builder.relation(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                kind(character(row, 4)),
                row.getBoolean(5)));
    rows.each(CatalogueQueries.TEXTLESS, row -> builder.textless(row.getString(1)));
    rows.each(CatalogueQueries.VARYING_COLUMNS, row -> builder.varies(row.getLong(1)));
    rows.each(
        CatalogueQueries.KEYS,
        row -> builder.key(row.getLong(1), row.getString(2), key(character(row, 3))));
    rows.each(
        CatalogueQueries.INDEXES,
        row -> builder.index(row.getString(1), row.getString(2), row.getLong(3)));
    rows.each(
        CatalogueQueries.INHERITANCE, row -> builder.inherits(row.getLong(1), row.getLong(2)));
  }

  private void routines(ObjectsBuilder builder) throws SQLException {
    rows.each(
        CatalogueQueries.BUILT_INS,
        row -> {
          String name = row.getString(2);
          FunctionEffect effect = ListedFunctions.ofBuiltIn(name, character(row, 3));
          builder.builtIn(row.getLong(1), name, effect);
        });
    // Before 14 there were no bodies in standard SQL.
    boolean parsedBodies = connection.getMetaData().getDatabaseMajorVersion() >= 14;
    rows.each(
        CatalogueQueries.routines(parsedBodies),
        FETCH_BODIES,
        row -> {
          String body = row.getString(7);
          rows.weighs(body == null ? 0 : body.length());
          builder.routine(
              PostgresRoutines.row(
                  row.getLong(1),
                  row.getString(2),
                  row.getString(3),
                  character(row, 4),
                  character(row, 5),
                  row.getString(6),
                  body,
                  row.getBoolean(8),
                  row.getString(9),
                  row.getBoolean(10),
                  ids(row, 11)));
        });
    rows.each(
        CatalogueQueries.OPERATORS,
        row ->
            builder.operator(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                ids(row, 4),
                row.getBoolean(5)));
    rows.each(
        CatalogueQueries.UNNAMED,
        row -> {
          long function = row.getLong(1);
          if (row.getArray(4) == null) {
            builder.unnamed(function, row.getString(2), ids(row, 3));
          } else {
            builder.unnamedAt(function, row.getString(2), ids(row, 4));
          }
        });
    rows.each(
        CatalogueQueries.EVENT_TRIGGERS,
        row -> builder.eventTrigger(row.getString(1), row.getLong(2)));
  }

  private void reading(ObjectsBuilder builder) throws SQLException {
    rows.each(
        CatalogueQueries.RULES,
        row -> {
          long relation = row.getLong(1);
          String name = row.getString(2);
          List<Long> relations = ids(row, 4);
          List<Long> calls = ids(row, 5);
          int when =
              switch (character(row, 3)) {
                case '1' -> 0;
                case '2' -> Changes.UPDATE;
                case '3' -> Changes.INSERT;
                default -> Changes.DELETE;
              };
          if (when == 0) {
            builder.view(relation, relations, calls, false, row.getBoolean(6));
          } else {
            builder.rule(relation, name, when, relations, calls);
            builder.ruleOnItself(relation, name, when, written(row.getInt(7)));
          }
        });
    rows.each(
        CatalogueQueries.POLICIES, row -> builder.policy(row.getLong(1), ids(row, 2), ids(row, 3)));
  }

  private static int written(int rights) {
    return ((rights & MAY_INSERT) != 0 ? Changes.INSERT : 0)
        | ((rights & MAY_UPDATE) != 0 ? Changes.UPDATE : 0)
        | ((rights & MAY_DELETE) != 0 ? Changes.DELETE : 0);
  }

  private void writing(ObjectsBuilder builder) throws SQLException {
    rows.each(
        CatalogueQueries.FOREIGN_KEYS,
        row ->
            builder.foreignKey(
                row.getLong(1),
                row.getLong(2),
                action(character(row, 3)),
                action(character(row, 4))));
    rows.each(
        CatalogueQueries.TRIGGERS,
        row -> {
          List<Long> calls = new ArrayList<>(ids(row, 5));
          calls.add(row.getLong(4));
          builder.trigger(row.getLong(1), row.getString(2), changes(row.getInt(3)), calls);
        });
    rows.each(
        CatalogueQueries.EXPRESSIONS,
        row -> {
          long domain = row.getLong(2);
          for (Long call : ids(row, 3)) {
            if (domain != 0) {
              builder.unnamed(call, "the check or default of a domain", List.of(domain));
            }
          }
          builder.expressions(row.getLong(1), ids(row, 3));
        });
  }

  /** Reads the uses of types, only where these matter. */
  private void types(TypeUses types) throws SQLException {
    rows.each(
        CatalogueQueries.TYPES,
        row -> {
          if (row.getString(2) == null) {
            types.contains(row.getLong(1), row.getLong(3));
          } else {
            types.type(
                row.getLong(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5));
          }
        });
    rows.each(
        CatalogueQueries.TYPES_OF_RELATIONS, row -> types.relation(row.getLong(1), row.getLong(2)));
    rows.each(
        CatalogueQueries.TYPES_OF_ROUTINES, row -> types.routine(row.getLong(1), row.getLong(2)));
  }

  /** Reads by what the server tells operators and functions of one name apart. */
  private void overloads(ObjectsBuilder builder) throws SQLException {
    Overloads overloads = builder.overloads();
    rows.each(
        CatalogueQueries.TYPES_OF_OVERLOADS,
        row ->
            overloads.type(
                row.getLong(1),
                row.getString(2),
                row.getLong(3),
                row.getLong(4),
                row.getBoolean(5),
                row.getBoolean(6),
                row.getBoolean(7),
                row.getBoolean(8)));
    rows.each(
        CatalogueQueries.IMPLICIT_CASTS, row -> overloads.cast(row.getLong(1), row.getLong(2)));
    rows.each(
        CatalogueQueries.OPERATOR_OVERLOADS,
        row ->
            builder.overload(
                row.getString(1), row.getString(2), ids(row, 3), row.getLong(4), ids(row, 5)));
    rows.each(
        CatalogueQueries.FUNCTION_OVERLOADS,
        row ->
            builder.overload(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                ids(row, 4),
                row.getInt(5),
                row.getBoolean(6),
                row.getLong(7)));
    rows.each(CatalogueQueries.RESULTS, row -> overloads.returns(row.getString(1), ids(row, 2)));
    rows.each(
        CatalogueQueries.COLUMN_TYPES,
        row -> {
          String[] names = (String[]) row.getArray(2).getArray();
          rows.weighs(12L * names.length);
          builder.columnTypes(row.getLong(1), names, (Long[]) row.getArray(3).getArray());
        });
  }

  private void comparisons(ObjectsBuilder builder) throws SQLException {
    rows.each(
        CatalogueQueries.COMPARISONS, row -> builder.expressions(row.getLong(1), ids(row, 2)));
  }

  /**
   * @param letter as {@code pg_class.relkind} has it
   */
  private static RelationKind kind(char letter) {
    return switch (letter) {
      case 'v' -> RelationKind.VIEW;
      case 'm' -> RelationKind.MATERIALIZED_VIEW;
      case 'p' -> RelationKind.PARTITIONED;
      case 'f' -> RelationKind.FOREIGN;
      case 'S' -> RelationKind.SEQUENCE;
      default -> RelationKind.TABLE;
    };
  }

  private static KeyColumn key(char letter) {
    return switch (letter) {
      case 'i' -> INTEGER;
      case 'u' -> UUID;
      default -> TEXT;
    };
  }

  /**
   * @param letter as {@code pg_constraint.confupdtype} and {@code confdeltype} have it
   */
  private static ReferentialAction action(char letter) {
    return switch (letter) {
      case 'c' -> ReferentialAction.CASCADE;
      case 'n', 'd' -> ReferentialAction.SET;
      default -> ReferentialAction.NONE;
    };
  }

  private static int changes(int triggerType) {
    return ((triggerType & ON_INSERT) != 0 ? Changes.INSERT : 0)
        | ((triggerType & ON_UPDATE) != 0 ? Changes.UPDATE : 0)
        | ((triggerType & ON_DELETE) != 0 ? Changes.DELETE : 0)
        | ((triggerType & ON_TRUNCATE) != 0 ? Changes.TRUNCATE : 0);
  }

  private static char character(ResultSet row, int column) throws SQLException {
    return row.getString(column).charAt(0);
  }

  private static List<Long> ids(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((Long[]) array.getArray());
  }
}
