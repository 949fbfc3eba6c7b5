package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.OutOfSight;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Objects that every database of an engine has without having been created by a user, and the
 * lookup of its names. Never changes.
 */
public class BuiltInObjects {
  /** Those of an engine of which nothing is known. */
  public static final BuiltInObjects NONE = new BuiltInObjects("", Map.of(), Map.of());

  /** Property of a function that cannot be derived, only known. */
  public enum Trait {
    /** It reads or writes files, or returns rows of tables that no text names. */
    READS_UNNAMED,
    /** Its effects on the session remain after the session's state was reset, or may remain. */
    OUTLIVES_RESET,
    /** Names in statements may mean something else after it. */
    MOVES_NAMES,
    /** It sends a notification. */
    NOTIFIES,
    /** It answers with what the session has taken from sequences. */
    READS_SEQUENCES,
    /** It answers with the id that the session has generated last. */
    READS_GENERATED_ID,
    /** It answers with the number of rows that the session's statement before has found. */
    READS_FOUND_ROWS,
    /** It may leave a transaction open. */
    BEGINS_TRANSACTION,
    /** It reads text as a value of the type that an argument says. */
    READS_ANY_TYPE
  }

  private final String functionSchema;
  private final Map<Trait, Set<String>> traits;
  private final Map<String, Routine> functions = new HashMap<>();

  /**
   * @param functionSchema where functions are that the server brings
   * @param functions what they do, by name, as far as that is known without asking
   * @param traits functions by what only those have
   */
  protected BuiltInObjects(
      String functionSchema,
      Map<String, FunctionEffect> functions,
      Map<Trait, Set<String>> traits) {
    this.functionSchema = functionSchema;
    this.traits = traits;
    functions.forEach((name, effect) -> this.functions.put(name, function(name, effect)));
  }

  // ---- functions and operators

  /** The function of the server, or the keyword that looks like one, that is listed; or null. */
  final Routine listed(String name) {
    return functions.get(name);
  }

  /** A function of the server. */
  final Routine function(String name, FunctionEffect effect) {
    String because =
        switch (effect) {
          case REPEATABLE, MOMENT, VARYING, SERVER, METADATA -> null;
          case SESSION -> "changes the session";
          case LOCK, SESSION_LOCK -> "takes or gives back locks";
          case WRITE -> "changes something in the server, or only the writer can answer it";
          case ANYTHING -> "may do anything";
        };
    Routine routine = new Routine(functionSchema, name, true, effect, because);
    if (effect == FunctionEffect.ANYTHING || has(Trait.OUTLIVES_RESET, name)) {
      routine.changeSessionForGood(because);
    } else if (effect.changesSession()) {
      routine.changeSession(because);
    }
    if (has(Trait.READS_UNNAMED, name)) {
      routine.cannotBeRead();
    }
    if (has(Trait.MOVES_NAMES, name)) {
      routine.movePath();
    }
    return routine;
  }

  /** True if it is known of a function of this name. */
  public final boolean has(Trait trait, String function) {
    return traits.getOrDefault(trait, Set.of()).contains(function);
  }

  /** Action of a function that a text does not show which calls it out of sight; null for none. */
  final OutOfSight outOfSight(String function) {
    if (has(Trait.READS_SEQUENCES, function)) {
      return OutOfSight.READS_SEQUENCES;
    }
    if (has(Trait.READS_GENERATED_ID, function)) {
      return OutOfSight.READS_GENERATED_ID;
    }
    if (has(Trait.READS_FOUND_ROWS, function)) {
      return OutOfSight.READS_FOUND_ROWS;
    }
    return has(Trait.BEGINS_TRANSACTION, function) ? OutOfSight.BEGINS_TRANSACTION : null;
  }

  /** True if it is where functions are that the server brings. */
  final boolean isFunctionSchema(String schema) {
    return schema.equals(functionSchema);
  }

  /** True if functions that the server brings may be called by this schema. */
  protected boolean hasFunctionsIn(String schema) {
    return schema.equals(functionSchema);
  }

  /**
   * True if all functions, also users' own, change nothing and may only read: one that is in no
   * catalogue leaves its session as it is.
   *
   * @param caller how such a thing is called
   */
  protected boolean functionsOnlyRead(StatementClass caller) {
    return false;
  }

  /** True if it is an operator of the server's own, which only computes. */
  protected boolean hasOperator(String name) {
    return true;
  }

  /** Operators that words of the language stand for, with these words. */
  protected Map<String, Set<String>> operatorsBehindWords() {
    return Map.of();
  }

  /** Words with which a statement does more than to return columns and literals as they are. */
  protected Set<String> computingWords() {
    return Set.of();
  }

  // ---- relations

  /** True if what is in a schema is the server's own. */
  protected boolean isOfServer(String schema) {
    return false;
  }

  /** True if a table of which nothing is known looks like one of the server's own. */
  protected boolean looksOfServer(TableName name) {
    return false;
  }

  /** True if one of the server's own tables holds values that stand in other tables. */
  protected boolean holdsOthersValues(String schema, String name) {
    return false;
  }

  /** True if names without a schema, in code that runs anywhere, may mean what is in this one. */
  protected boolean maySearch(String schema) {
    return true;
  }

  /** True if a relation that the catalogue does not have is one that no session can write. */
  protected boolean neverWritten(TableName name) {
    return false;
  }

  /**
   * True if a name that the catalogue does not have may be that of a view, or of another name, for
   * tables that it does have: of another database than it is of.
   *
   * @param database that it is of
   */
  protected boolean mayBeElsewhere(TableName name, String database) {
    return false;
  }

  // ---- names

  /** The schema that is left out where tables are spelled in full, besides the usual one. */
  protected String unspelledSchema() {
    return TableName.USUAL_SCHEMA;
  }

  /** True if names that {@link #folded} makes equal count as one where no catalogue is read. */
  protected boolean foldsUnread() {
    return false;
  }

  /** A name as servers compare it that fold names: in small letters. */
  protected String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /**
   * True if schemas are what a client calls databases: all of a server are read as one, and a
   * session looks into the one that it logged in to unless it has said otherwise.
   */
  protected boolean schemasAreDatabases() {
    return false;
  }

  /** The schemas that a session looks into that has said nothing of them. */
  protected List<String> usualPath() {
    return List.of();
  }

  /**
   * The schemas that a session looks into for a name, in order.
   *
   * @param configured what is set
   * @param user as whom it works; null where that is not known
   */
  protected List<String> searched(List<String> configured, String user) {
    return configured;
  }
}
