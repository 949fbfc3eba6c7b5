package dev.heimdall.engine.console;

import dev.heimdall.engine.console.Tokens.Token;
import java.util.List;
import java.util.Optional;

/**
 * Statements that drivers and tools of one engine send by habit, before and between commands:
 * settings, transaction control, values of the server that the console pretends to be. They have no
 * effect on the node.
 */
@FunctionalInterface
public interface DriverStatements {
  /** For sessions of a virtual database: their servers answer these statements. */
  DriverStatements NONE = statement -> Optional.empty();

  /**
   * Returns the command with the answer, or empty for a statement that is none of these.
   *
   * @param statement at least one token
   */
  Optional<ConsoleCommand> command(List<Token> statement);
}
