package dev.heimdall.engine.sql;

import java.util.HashSet;
import java.util.Set;

/**
 * Definitions by the statements of a text, where these are tables, their columns and indexes,
 * sequences and the like, as far as the text shows: nothing that other statements would run from
 * then on but what it names here.
 *
 * @param calls functions in defaults, checks and indexes, which later changes of rows call
 * @param drops whether tables are dropped, so that their names may lead elsewhere
 * @param refers whether tables that were there get foreign keys, so that others' rows change theirs
 */
public record TableDefinitions(Set<FunctionName> calls, boolean drops, boolean refers) {
  /** Of what is nothing but made or changed by itself. */
  public static final TableDefinitions PLAIN = new TableDefinitions(Set.of(), false, false);

  public TableDefinitions {
    calls = Set.copyOf(calls);
  }

  /** Those of two statements. */
  public TableDefinitions and(TableDefinitions other) {
    Set<FunctionName> both = new HashSet<>(calls);
    both.addAll(other.calls);
    return new TableDefinitions(both, drops || other.drops, refers || other.refers);
  }
}
