package dev.heimdall.engine.sql;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Facts that the body of a function or procedure gives about what it does. Found by its tokens and
 * not by its grammar, so that it errs on the side of more: a variable that is called like a table
 * is among the names.
 *
 * @param understood false where the text ends inside a token or has a name that cannot be read:
 *     then it may do anything
 * @param dynamic whether it runs statements that are put together when it runs
 * @param definesOrCopies whether it has statements that write other than to named tables: CREATE,
 *     COPY, REFRESH and their kin
 * @param definesCode whether it makes or switches on what may run code that no catalogue knows yet:
 *     functions, triggers, rules and the like
 * @param locks whether it locks rows or tables
 * @param changesSession the first word that changes the session beyond the transaction, such as
 *     {@code SET}; null if there is none. Calls of functions do not count
 * @param loads whether it loads a library into the server process
 * @param movesPath whether it may set {@code search_path} or the role, if only until the
 *     transaction ends
 * @param maySeed whether it sets something of a computed name until the transaction ends, which may
 *     be the random seed
 * @param targets tables whose rows it changes, and how
 * @param mentioned every name that could be that of a table it reads
 * @param calls every name that could be that of a function it calls. A {@code set_config} that
 *     holds for the transaction only is left out
 * @param procedures those of {@code calls} that are called as procedures, and may do anything where
 *     no catalogue has them; only of a statement that was not understood
 * @param attributes every name behind a dot: a function of a row can be called like a column of it
 * @param operators every operator
 */
public record RoutineBody(
    boolean understood,
    boolean dynamic,
    boolean definesOrCopies,
    boolean definesCode,
    boolean locks,
    String changesSession,
    boolean loads,
    boolean movesPath,
    boolean maySeed,
    Map<TableName, Set<RowChange>> targets,
    Set<TableName> mentioned,
    Set<FunctionName> calls,
    Set<FunctionName> procedures,
    Set<String> attributes,
    Set<String> operators) {
  /** Of a text that cannot be read. */
  public static final RoutineBody UNREADABLE =
      new RoutineBody(
          false, false, false, false, false, null, false, false, false, Map.of(), Set.of(),
          Set.of(), Set.of(), Set.of(), Set.of());

  public RoutineBody {
    targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
    mentioned = Collections.unmodifiableSet(new LinkedHashSet<>(mentioned));
    calls = Collections.unmodifiableSet(new LinkedHashSet<>(calls));
    procedures = Set.copyOf(procedures);
    attributes = Collections.unmodifiableSet(new LinkedHashSet<>(attributes));
    operators = Set.copyOf(operators);
  }
}
