package dev.heimdall.engine.dialect.sqlserver.console;

import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleChannel;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import java.util.Map;

/** The admin database as a SQL Server. */
public final class SqlServerConsole implements ConsoleProtocol {
  /** The encoder's own welcome has all that drivers need. */
  @Override
  public Map<String, String> reported() {
    return Map.of();
  }

  @Override
  public ConsoleChannel talk(Console console, Operator operator, ClientEncoder encoder) {
    SqlServerEncoder tds = (SqlServerEncoder) encoder;
    SqlServerConsoleDialogue dialogue = new SqlServerConsoleDialogue(console, operator, tds);
    tds.attentions().asMessages(dialogue::cancel);
    return new ConsoleChannel(dialogue);
  }
}
