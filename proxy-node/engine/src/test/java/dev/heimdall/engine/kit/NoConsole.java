package dev.heimdall.engine.kit;

import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.Operator;
import java.util.List;

/** For nodes without operators. */
final class NoConsole implements Console {
  @Override
  public boolean recognises(byte[] sql, int offset, int length) {
    return false;
  }

  @Override
  public String version() {
    return "none";
  }

  @Override
  public ConsoleCommand command(String sql, Operator operator, DriverStatements drivers) {
    throw new IllegalStateException("there are no operators here");
  }

  @Override
  public List<ConsoleCommand> commands(String sql, Operator operator, DriverStatements drivers) {
    throw new IllegalStateException("there are no operators here");
  }
}
