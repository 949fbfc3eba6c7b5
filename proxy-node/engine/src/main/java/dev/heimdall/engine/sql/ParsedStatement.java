package dev.heimdall.engine.sql;

import java.util.List;

/**
 * What a text says by itself, before the database was asked what its names mean. Of several
 * statements in one text it is the sum, with the most careful kind of all.
 *
 * @param kind what it does, as far as the text tells
 * @param understood false where the text could not be read: then it may read and write anything,
 *     and the lists hold what was recognised all the same
 * @param statements how many non-empty statements the text has
 * @param reads tables, views and the like that are read, as written; names of WITH queries left out
 * @param writes those that are written, created, altered, dropped or locked
 * @param functions functions and procedures that are called by name
 * @param locking whether rows are locked (FOR UPDATE, FOR SHARE and their kin)
 * @param hints contents of comments of the form {@code /*+ … *}{@code /}, in order
 */
public record ParsedStatement(
    StatementClass kind,
    boolean understood,
    int statements,
    List<TableName> reads,
    List<TableName> writes,
    List<FunctionName> functions,
    boolean locking,
    List<String> hints) {
  public ParsedStatement {
    reads = List.copyOf(reads);
    writes = List.copyOf(writes);
    functions = List.copyOf(functions);
    hints = List.copyOf(hints);
  }
}
