package dev.heimdall.engine.dialect.mysql.console;

import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleChannel;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import java.util.Map;

/** The admin database as a MySQL server. */
public final class MysqlConsole implements ConsoleProtocol {
  private static final ServerHello SERVER =
      new ServerHello(
          DriverVariables.SERVER_VERSION, Capability.MULTI_RESULTS, 45, StatusFlag.AUTOCOMMIT);

  @Override
  public Map<String, String> reported() {
    return SERVER.greeting().reported();
  }

  @Override
  public ConsoleChannel talk(Console console, Operator operator, ClientEncoder encoder) {
    return new ConsoleChannel(new MysqlConsoleDialogue(console, operator, (MysqlEncoder) encoder));
  }
}
