package dev.heimdall.test.catalog;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** What a parser says of statements, written by hand. */
final class Said {
  private Said() {}

  /** A query of tables, {@code schema.table} or {@code table}. */
  static ParsedStatement reads(String... tables) {
    return said(StatementClass.READ, List.of(tables), List.of(), List.of());
  }

  /** A query that calls functions and names no table. */
  static ParsedStatement calls(String... functions) {
    return said(StatementClass.READ, List.of(), List.of(), List.of(functions));
  }

  static ParsedStatement inserts(String table) {
    return changes(RowChange.INSERT, table);
  }

  static ParsedStatement updates(String table) {
    return changes(RowChange.UPDATE, table);
  }

  static ParsedStatement deletes(String table) {
    return changes(RowChange.DELETE, table);
  }

  static ParsedStatement truncates(String table) {
    return changes(RowChange.TRUNCATE, table);
  }

  static ParsedStatement said(
      StatementClass kind, List<String> reads, List<String> writes, List<String> functions) {
    return ParsedStatement.of(
        kind,
        reads.stream().map(Said::table).toList(),
        writes.stream().map(Said::table).toList(),
        EnumSet.allOf(RowChange.class),
        functions.stream().map(Said::function).toList());
  }

  private static ParsedStatement changes(RowChange change, String table) {
    return ParsedStatement.of(
        StatementClass.WRITE, List.of(), List.of(table(table)), EnumSet.of(change), List.of());
  }

  private static TableName table(String name) {
    String[] parts = split(name);
    return new TableName(null, parts[0], parts[1]);
  }

  private static FunctionName function(String name) {
    String[] parts = split(name);
    return new FunctionName(parts[0], parts[1]);
  }

  private static String[] split(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? new String[] {null, name}
        : Arrays.asList(name.substring(0, dot), name.substring(dot + 1)).toArray(String[]::new);
  }
}
