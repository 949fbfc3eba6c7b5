package dev.heimdall.engine.console;

import java.util.List;

/** The operator's statements: in the admin database, and among an admin user's own. */
public interface Console {
  /** True if the text is a command of the console rather than SQL. Cheap. */
  boolean recognises(byte[] sql, int offset, int length);

  /** Understands one statement; more than one at a time is an error. */
  ConsoleCommand command(String sql, Operator operator);

  /**
   * Understands the statements of one text, at least one: an empty text is an empty statement. They
   * are to be run in turn, up to the first that fails.
   */
  List<ConsoleCommand> commands(String sql, Operator operator);
}
