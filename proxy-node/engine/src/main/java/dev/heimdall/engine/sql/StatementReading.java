package dev.heimdall.engine.sql;

/** How the statements of one dialect are told apart. */
public interface StatementReading {
  /**
   * One for an event loop.
   *
   * @param knowsBlocks whether somebody else finds out what code blocks call; if not, each of them
   *     may have changed the session
   */
  StatementClassifier classifier(boolean knowsBlocks);
}
