package dev.heimdall.engine.sql;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Facts that a text gives by itself, before the database was queried for the meaning of its names.
 * Of several statements in one text it is the sum, with the most careful kind of all.
 *
 * @param kind what it does, as far as the text tells
 * @param understood false where the text could not be read: then it may read and write anything,
 *     and the lists hold what was recognised all the same
 * @param statements how many non-empty statements the text has
 * @param reads tables, views and the like that are read, as written; names of WITH queries left out
 * @param writes those that are written, created, altered, dropped or locked
 * @param changes the ways in which rows of {@code writes} may be changed, over all statements: an
 *     INSERT … ON CONFLICT DO UPDATE has two, a MERGE those of its branches, COPY … FROM is an
 *     INSERT; all of them where the text does not tell
 * @param functions functions and procedures that are called by name
 * @param locking whether rows are locked (FOR UPDATE, FOR SHARE and their kin)
 * @param hints contents of comments of the form {@code /*+ … *}{@code /}, in order
 * @param attributes what stands behind a dot without being called: mostly columns, but {@code t.f}
 *     calls a function {@code f} that takes a row of {@code t}
 * @param operators operators that are written in the text, without those that other words stand for
 * @param conversions columns that are converted to a date or time, if they are none: text would be
 *     read by the clock. Types of users, behind two colons, to which something is converted. Where
 *     anything else is converted than columns and constants, the server's function that reads text
 *     is among {@code functions}
 * @param doubt why it is not understood, as the end of a sentence that begins with the statement;
 *     null where it is
 * @param names all words and names in the text, and {@code ::} for a conversion
 * @param runs bodies of DO statements, and statements that were not understood, by their words
 * @param definitions what its statements define, where none defines more than that; else null.
 *     Where the kind is unknown, they define nothing
 * @param applications places where operators and functions are applied, as far as types may be
 *     known there; none of a name where nothing is known of its operands
 */
public record ParsedStatement(
    StatementClass kind,
    boolean understood,
    int statements,
    List<TableName> reads,
    List<TableName> writes,
    Set<RowChange> changes,
    List<FunctionName> functions,
    boolean locking,
    List<String> hints,
    Set<String> attributes,
    Set<String> operators,
    Set<String> conversions,
    String doubt,
    NameSet names,
    List<RunText> runs,
    TableDefinitions definitions,
    List<Application> applications) {
  private static final String UNTOLD = "was not understood";

  /** Of a text that was not read. */
  public static final ParsedStatement UNREAD =
      new ParsedStatement(
          StatementClass.UNKNOWN,
          false,
          1,
          List.of(),
          List.of(),
          EnumSet.allOf(RowChange.class),
          List.of(),
          false,
          List.of(),
          Set.of(),
          Set.of(),
          Set.of(),
          "was not read, because the node is stopping or overloaded",
          NameSet.EMPTY,
          List.of(new RunText(false, RoutineBody.UNREADABLE)),
          null,
          List.of());

  public ParsedStatement {
    reads = List.copyOf(reads);
    writes = List.copyOf(writes);
    changes = unmodifiable(changes);
    functions = List.copyOf(functions);
    hints = List.copyOf(hints);
    attributes = Set.copyOf(attributes);
    operators = Set.copyOf(operators);
    conversions = Set.copyOf(conversions);
    runs = List.copyOf(runs);
    applications = List.copyOf(applications);
    doubt = understood ? null : doubt == null ? UNTOLD : doubt;
  }

  /**
   * Of a text that was understood, and does no more than this.
   *
   * @param changes how rows are changed
   */
  public static ParsedStatement of(
      StatementClass kind,
      List<TableName> reads,
      List<TableName> writes,
      Set<RowChange> changes,
      List<FunctionName> functions) {
    return new ParsedStatement(
        kind,
        true,
        1,
        reads,
        writes,
        changes,
        functions,
        false,
        List.of(),
        Set.of(),
        Set.of(),
        Set.of(),
        null,
        NameSet.EMPTY,
        List.of(),
        null,
        List.of());
  }

  /** True for one statement that does nothing but call. */
  public boolean onlyCalls() {
    return kind == StatementClass.CALL && understood && statements == 1 && writes.isEmpty();
  }

  /** About how many bytes it takes in memory. */
  public long weight() {
    long sum = 400;
    for (TableName name : reads) {
      sum += weight(name);
    }
    for (TableName name : writes) {
      sum += weight(name);
    }
    for (FunctionName name : functions) {
      sum += 100 + Weight.of(name.schema()) + Weight.of(name.name());
    }
    return sum
        + Weight.of(hints)
        + Weight.of(attributes)
        + Weight.of(operators)
        + Weight.of(conversions)
        + 150L * applications.size()
        + (definitions == null ? 0 : 100L * (1 + definitions.calls().size()));
  }

  private static long weight(TableName name) {
    return 60 + Weight.of(name.database()) + Weight.of(name.schema()) + Weight.of(name.table());
  }

  private static Set<RowChange> unmodifiable(Collection<RowChange> changes) {
    EnumSet<RowChange> copy = EnumSet.noneOf(RowChange.class);
    copy.addAll(changes);
    return Collections.unmodifiableSet(copy);
  }
}
