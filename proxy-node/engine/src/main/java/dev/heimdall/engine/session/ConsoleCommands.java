package dev.heimdall.engine.session;

import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/**
 * Operators' commands that a session sends in the place of statements: one at a time is carried
 * out, and what the client sends behind it waits.
 */
final class ConsoleCommands {
  private final ClientSession session;
  private final LoopContext loop;
  private Console.Run running;

  ConsoleCommands(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  void run(String sql) {
    Login login = session.login();
    running =
        session.node().console().run(sql, login.user(), login.address(), session.server() != null);
    running
        .reply()
        .whenComplete((reply, never) -> loop.soon(() -> answered(reply), session::failed));
  }

  private void answered(ByteBuf reply) {
    running = null;
    if (session.closed() || !session.channel().isActive()) {
      reply.release();
      return;
    }
    loop.beginEvent();
    try {
      session.owed().answeredHere();
      session.active();
      PgWriter.ready(reply, session.status());
      session.write(reply);
      session.requests().process();
      session.lease().settle();
    } finally {
      loop.endEvent();
    }
  }

  /** Whether a command is under way. */
  boolean busy() {
    return running != null;
  }

  void cancel() {
    if (running != null) {
      running.cancel();
    }
  }
}
