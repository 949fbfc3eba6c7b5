package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Definitions that a database reported at one moment, and the meaning of statements by them. Never
 * changes; made anew when the database has changed.
 */
public final class Catalogue {
  /** Degree to which the catalogue can be relied on. */
  enum Knowledge {
    /** Nothing was read. */
    NONE,
    /** Definitions in the database are being changed since it was read. */
    DOUBTED,
    /** The same by the session that asks, in a transaction that is still open. */
    REDEFINED,
    /**
     * Definitions are being changed since it was read, but no change seen since has touched code
     * that statements may run: it does what it did when it was read.
     */
    TABLES_CHANGED,
    FRESH;

    /** True if what functions, triggers, views and the like do is known. */
    boolean code() {
      return this == TABLES_CHANGED || this == FRESH;
    }
  }

  /**
   * Identity of the catalogue that a finding is based on: the same one or another, whatever
   * database or data source it is of. Keeps nothing of the catalogue in memory. As settings that
   * sessions begin with are part of it, so is what a server has said of them meanwhile.
   */
  public static final class Edition {
    /** Of all of an engine that know nothing: they give the same answers. */
    private static final Edition UNKNOWN = new Edition();

    private static final int MOST_USERS = 1_000;

    private final Set<String> committedReaders = ConcurrentHashMap.newKeySet(1);

    private Edition() {}

    /** A server says that transactions of a user, if they say nothing, are at READ COMMITTED. */
    public void readsCommitted(String user) {
      if (this != UNKNOWN && committedReaders.size() < MOST_USERS) {
        committedReaders.add(user);
      }
    }

    /** True if a server has said so. */
    public boolean isCommittedReader(String user) {
      return committedReaders.contains(user);
    }
  }

  /**
   * Tables of which rows have changed.
   *
   * @param tables in full, as statements' tables are spelled
   * @param further those of them of which other rows may have changed than were named
   * @param others whether others may have, too
   */
  public record Changed(SortedSet<String> tables, Set<String> further, boolean others) {}

  private static final int[] NO_TYPES = {};

  private final String database;
  private final long version;
  private final Knowledge knowledge;
  private final boolean confirmed;
  private final DatabaseObjects objects;
  private final Edition edition;
  private final Catalogue doubted;
  private final Catalogue tablesChanged;

  /**
   * @param confirmed whether the database is known to have said the same lately
   */
  Catalogue(
      String database,
      long version,
      Knowledge knowledge,
      boolean confirmed,
      DatabaseObjects objects) {
    this.database = database;
    this.version = version;
    this.knowledge = knowledge;
    this.confirmed = confirmed;
    this.objects = objects;
    edition = knowledge == Knowledge.NONE ? Edition.UNKNOWN : new Edition();
    doubted =
        knowledge.code()
            ? new Catalogue(database, -version, Knowledge.REDEFINED, false, objects)
            : this;
    tablesChanged =
        knowledge == Knowledge.FRESH
            ? new Catalogue(database, -version, Knowledge.TABLES_CHANGED, false, objects)
            : this;
  }

  /** Copies a catalogue, as confirmed or not. */
  private Catalogue(Catalogue same, boolean confirmed) {
    database = same.database;
    version = same.version;
    knowledge = same.knowledge;
    this.confirmed = confirmed;
    objects = same.objects;
    edition = same.edition;
    doubted = same.doubted;
    tablesChanged = same.tablesChanged;
  }

  /** Returns the catalogue of a database that was just read. */
  public static Catalogue read(String database, ObjectsBuilder holds) {
    return new Catalogue(database, 1, Knowledge.FRESH, true, holds.build());
  }

  /**
   * Returns the catalogue of a database that cannot be queried: the server's own functions are
   * known; tables are assumed to be tables and keep the names they are written with, so that
   * reading them is a READ though never repeatable; any other function and any write may change
   * anything.
   *
   * @param own what the server brings
   */
  public static Catalogue unknown(String database, BuiltInObjects own) {
    return new Catalogue(database, 0, Knowledge.NONE, false, DatabaseObjects.unknown(own));
  }

  /** The database's name at the server. */
  public String database() {
    return database;
  }

  /**
   * Grows with each change of what {@link #resolve} would answer, among the catalogues of one data
   * source as long as its settings stay; 0 for one that knows nothing, and the negative of the
   * original for {@link #doubted}. For people: {@link #edition} tells catalogues apart.
   */
  public long version() {
    return version;
  }

  /**
   * Edition of the catalogue: results of {@link #resolve} for one scope may be kept as long as this
   * is the same.
   */
  public Edition edition() {
    return edition;
  }

  /** True if the database was asked at all. */
  public boolean known() {
    return knowledge != Knowledge.NONE;
  }

  /** True if the database was asked, and no change of definitions was seen since. */
  public boolean fresh() {
    return knowledge == Knowledge.FRESH;
  }

  /**
   * True if what statements read and write may be told by it: it is {@link #fresh}, and nothing has
   * happened since that may have changed definitions. Else a read must see whatever was written,
   * and a write counts for all tables.
   */
  public boolean confirmed() {
    return fresh() && confirmed;
  }

  /** True if its server is known to take commands before it has answered those ahead of them. */
  public boolean pipelines() {
    return known() && objects.pipelines();
  }

  /** Basis on which statements are judged, for people. */
  public String state() {
    if (knowledge == Knowledge.FRESH) {
      return confirmed ? "confirmed" : "not confirmed";
    }
    return known() ? "changed" : "unknown";
  }

  /** Returns this catalogue, marked as known or not known to be still what the database reports. */
  Catalogue confirmed(boolean now) {
    return now == confirmed ? this : new Catalogue(this, now);
  }

  /**
   * Returns this catalogue for a session that has changed definitions in a transaction that is
   * still open, where no other session sees them: tables and functions count as if they might do
   * anything.
   */
  public Catalogue doubted() {
    return doubted;
  }

  /** Returns this catalogue for a session whose uncommitted changes leave all code as it is. */
  public Catalogue tablesChanged() {
    return tablesChanged;
  }

  /** True if what code does is known that statements may run, whatever became of tables. */
  public boolean knowsCode() {
    return knowledge.code();
  }

  /**
   * Resolves the effects of a statement: names are looked up along the search path; views,
   * partitions, cascades, triggers, rules and functions are followed. Where something cannot be
   * known it counts as a write. Only looks things up: may run on an event loop, but takes the
   * longer the more tables are involved, so that the result is worth keeping.
   */
  public Statement resolve(ParsedStatement parsed, NameScope scope) {
    return resolve(parsed, scope, NO_TYPES);
  }

  /**
   * Resolves the effects of a statement with parameters declared to be of certain types: their
   * values are converted and checked though the text names no type.
   *
   * @param declared object ids as the Parse message has them
   */
  public Statement resolve(ParsedStatement parsed, NameScope scope, int[] declared) {
    return new Resolution(objects, knowledge, parsed, scope, declared).run();
  }

  /**
   * The tables of which rows have changed when some of others have: those, what they unite, and
   * what their foreign keys change with them, out of sight of triggers and logs. Meant for {@link
   * #confirmed} catalogues: another may not know of a foreign key.
   *
   * @param rows tables with their schemas, and how they were changed
   */
  public Changed cascades(Map<TableName, Set<RowChange>> rows) {
    return new Cascades(objects).of(rows, new NameScope(database, null, null));
  }

  /**
   * Key columns of a table whose written rows a log has; null where it has none, or may be another
   * table by now.
   *
   * @param table with its schema
   */
  public KeyColumns keys(TableName table) {
    List<Relation> found =
        confirmed() ? objects.relations(table, new NameScope(database, null, null)) : List.of();
    return found.size() != 1 || found.get(0).keys().isEmpty()
        ? null
        : new KeyColumns(
            table.spelled(), table.table(), found.get(0).keys(), found.get(0).columns());
  }

  /** True if it makes a difference to a statement that its parameters are of these types. */
  public boolean minds(int[] declared) {
    if (declared.length > 0) {
      for (Unnamed one : objects.unnamed()) {
        if (one.isOf(declared)) {
          return true;
        }
      }
      for (int type : declared) {
        if (objects.overloads() != null
            && objects.overloads().minds(Integer.toUnsignedLong(type))) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * True if what a statement does hangs on code that may be another by now: on functions, blocks
   * and procedures that a text calls, and where tables are asked for, on views, triggers and what
   * is not in the catalogue.
   */
  public boolean restsOnCode(ParsedStatement parsed, NameScope scope, boolean tables) {
    if (parsed.kind() == StatementClass.DDL) {
      return false;
    }
    return parsed.runs().stream().anyMatch(run -> run.block() || !run.body().procedures().isEmpty())
        || parsed.functions().stream().anyMatch(name -> callsCode(name, scope))
        || (tables && hides(parsed, objects, scope));
  }

  /**
   * True if a statement calls a function, or has an operator, that was made since this was read, if
   * it is there.
   */
  public boolean lacksCode(ParsedStatement parsed, NameScope scope) {
    return knowledge.code() && lacks(parsed, scope);
  }

  private boolean lacks(ParsedStatement parsed, NameScope scope) {
    return parsed.functions().stream().anyMatch(name -> objects.routines(name, scope).isEmpty())
        || parsed.operators().stream().anyMatch(this::lacksOperator);
  }

  /**
   * True if a statement leaves its session as it was, going by what was read alone, be that out of
   * date.
   */
  public boolean leavesSession(ParsedStatement parsed, NameScope scope, int[] declared) {
    return known()
        && new Resolution(objects, Knowledge.FRESH, parsed, scope, declared).run().changesSession()
            == null;
  }

  /**
   * True if a statement leaves its session as it was, or calls code that is not in the catalogue,
   * for which that is unknown.
   */
  public boolean mayLeaveSession(ParsedStatement parsed, NameScope scope, int[] declared) {
    return !known() || lacks(parsed, scope) || leavesSession(parsed, scope, declared);
  }

  private boolean lacksOperator(String name) {
    return !objects.own().hasOperator(name)
        && !name.equals("!=")
        && !objects.operators().containsKey(name);
  }

  private boolean callsCode(FunctionName name, NameScope scope) {
    List<Routine> found = objects.routines(name, scope);
    return found.isEmpty() || found.stream().anyMatch(routine -> !routine.builtIn());
  }

  /** True if a statement names what may read or write other tables, or is not known. */
  static boolean hides(ParsedStatement parsed, DatabaseObjects objects, NameScope scope) {
    return parsed.kind() != StatementClass.DDL
        && Stream.concat(parsed.reads().stream(), parsed.writes().stream())
            .filter(name -> !objects.own().looksOfServer(name))
            .anyMatch(name -> hidesCode(objects.relations(name, scope)));
  }

  private static boolean hidesCode(List<Relation> found) {
    return found.isEmpty()
        || found.stream()
            .anyMatch(
                relation ->
                    !relation.system()
                        && (relation.view()
                            || relation.consequences().stream().anyMatch(Catalogue::isCode)));
  }

  private static boolean isCode(Relation.Consequence consequence) {
    return consequence.relation() != null
        || consequence.calls().stream().anyMatch(routine -> !routine.builtIn());
  }

  /** The name of the function with this OID; null where there is none that is known. */
  public FunctionName function(int number) {
    Routine routine = objects.byNumber().get(Integer.toUnsignedLong(number));
    return routine == null ? null : new FunctionName(routine.schema(), routine.name());
  }

  /** Without what is in it: names of tables may be confidential, and there may be many. */
  @Override
  public String toString() {
    return "catalogue of %s, version %d, %s".formatted(database, version, knowledge);
  }
}
