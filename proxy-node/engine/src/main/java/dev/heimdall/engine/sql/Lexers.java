package dev.heimdall.engine.sql;

/** Makes lexers of one dialect. */
@FunctionalInterface
public interface Lexers {
  /**
   * A new one.
   *
   * @param reportsHints whether hints are tokens; else they are skipped like other comments
   */
  Lexer lexer(boolean reportsHints);
}
