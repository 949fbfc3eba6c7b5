package dev.heimdall.engine.kit;

import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.Operator;
import java.util.List;

/** For nodes without operators. */
final class NoConsole implements Console {
  @Override
  public boolean recognises(byte[] sql, int offset, int length) {
    return false;
  }

  @Override
  public ConsoleCommand command(String sql, Operator operator) {
    throw new IllegalStateException("nobody is an operator here");
  }

  @Override
  public List<ConsoleCommand> commands(String sql, Operator operator) {
    throw new IllegalStateException("nobody is an operator here");
  }
}
