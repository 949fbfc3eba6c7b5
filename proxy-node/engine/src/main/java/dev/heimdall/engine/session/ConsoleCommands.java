package dev.heimdall.engine.session;

import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.console.CommandRun;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.lease.SessionContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Operators' commands that a session sends in the place of statements: one at a time is carried
 * out, and what the client sends behind it waits.
 */
public final class ConsoleCommands {
  private final SessionContext session;
  private final Console console;
  private final Login login;
  private final LoopContext loop;
  private CommandRun running;

  ConsoleCommands(SessionContext session, Console console) {
    this.session = session;
    this.console = console;
    this.login = session.login();
    this.loop = session.loop();
  }

  /** True if the text is a command that this user may give. Cheap. */
  public boolean recognises(byte[] sql, int offset, int length) {
    return login.admin() && console.recognises(sql, offset, length);
  }

  public void run(String sql) {
    Operator operator = Operator.of(login, session.vdb().name(), session.lease().server() != null);
    ByteBuf reply = Unpooled.buffer(1024);
    running =
        new CommandRun(
            console.commands(sql, operator, DriverStatements.NONE), login.encoder(), reply);
    running.over().whenComplete((done, never) -> loop.soon(() -> answered(reply), session::failed));
  }

  private void answered(ByteBuf reply) {
    running = null;
    if (session.lease().closed() || !session.output().connected()) {
      reply.release();
      return;
    }
    loop.beginEvent();
    try {
      session.pending().answeredHere();
      session.pending().active();
      login.encoder().ready(session.transaction().status(), reply);
      session.output().write(reply);
      session.requests().process();
      session.lease().settle();
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
