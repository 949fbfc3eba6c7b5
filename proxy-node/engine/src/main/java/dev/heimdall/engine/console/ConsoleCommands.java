package dev.heimdall.engine.console;

import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.net.LoopContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Operators' commands that a session sends in the place of statements: one at a time is carried
 * out, and what the client sends behind it waits.
 */
public final class ConsoleCommands {
  private final CommandingClient client;
  private final Console console;
  private final Login login;
  private final String vdb;
  private final LoopContext loop;
  private CommandRun running;

  public ConsoleCommands(
      CommandingClient client, Console console, Login login, String vdb, LoopContext loop) {
    this.client = client;
    this.console = console;
    this.login = login;
    this.vdb = vdb;
    this.loop = loop;
  }

  /** True if the text is a command that this user may give. Cheap. */
  public boolean recognises(byte[] sql, int offset, int length) {
    return login.admin() && console.recognises(sql, offset, length);
  }

  public void run(String sql) {
    Operator operator = Operator.of(login, vdb, client.holdsServer());
    ByteBuf reply = Unpooled.buffer(1024);
    running =
        new CommandRun(
            console.commands(sql, operator, DriverStatements.NONE), login.encoder(), reply);
    running.over().whenComplete((done, never) -> loop.soon(() -> answered(reply), client::failed));
  }

  private void answered(ByteBuf reply) {
    running = null;
    if (!client.connected()) {
      reply.release();
      return;
    }
    loop.beginEvent();
    try {
      client.answered(reply);
    } finally {
      loop.endEvent();
    }
  }

  /** True if a command is in progress. */
  public boolean busy() {
    return running != null;
  }

  public void cancel() {
    if (running != null) {
      running.cancel();
    }
  }
}
