package dev.heimdall.engine.console;

import java.util.List;

/** The operator's statements: in the admin database, and among an admin user's own. */
public interface Console {
  /** True if the text is a command of the console rather than SQL. Cheap. */
  boolean recognises(byte[] sql, int offset, int length);

  /** Version of the node. */
  String version();

  /**
   * Understands one statement; more than one at a time is an error.
   *
   * @param drivers what is understood beside the commands
   */
  ConsoleCommand command(String sql, Operator operator, DriverStatements drivers);

  /**
   * Understands the statements of one text, at least one: an empty text is an empty statement. They
   * are to be run in turn, up to the first that fails.
   *
   * @param drivers what is understood beside the commands
   */
  List<ConsoleCommand> commands(String sql, Operator operator, DriverStatements drivers);
}
