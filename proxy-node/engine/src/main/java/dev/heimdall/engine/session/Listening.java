package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * One session's part in LISTEN and NOTIFY. A LISTEN runs on the session's server connection as the
 * client sent it, so that its reply and its transaction are PostgreSQL's own; then the pool's hub
 * listens instead, and the connection is free to go.
 */
final class Listening {
  private static final int MAX_WAITING = 10_000;

  private final ClientSession session;
  private final LoopContext loop;
  private NotificationHub hub;
  private ArrayDeque<ByteBuf> waiting;
  private boolean moving;

  Listening(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  /** Whether the client's next statement must wait until its listening has moved to the hub. */
  boolean moving() {
    return moving;
  }

  /** LISTEN ran on this connection, and its transaction is over: the hub takes over. */
  void move(ServerConnection server) {
    moving = true;
    server.query(
        "SELECT pg_catalog.pg_listening_channels()",
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, PgError error) {
            Set<String> channels = new LinkedHashSet<>();
            if (error == null) {
              rows().forEach(row -> channels.add(row.get(0)));
            }
            if (channels.isEmpty() || session.state() == ClientSession.State.CLOSED) {
              stopListeningOn(from);
              return;
            }
            hub = session.vdb().hub(session.pool().key(), loop);
            hub.listen(
                session, channels, problem -> loop.loop().execute(() -> moved(from, problem)));
          }
        });
  }

  private void moved(ServerConnection from, PgError problem) {
    loop.beginEvent();
    try {
      if (from.closed()) {
        moving = false;
      } else if (problem == null || session.state() == ClientSession.State.CLOSED) {
        stopListeningOn(from);
      } else {
        // The hub has no connection: the session listens on its own one, which it then keeps.
        moving = false;
        hub.unlisten(session, null);
        hub = null;
        session.pin("LISTEN");
        from.taint();
        session.settle();
      }
    } finally {
      loop.endEvent();
    }
  }

  private void stopListeningOn(ServerConnection server) {
    if (server.closed()) {
      moving = false;
      return;
    }
    server.query(
        "UNLISTEN *",
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, PgError error) {
            moving = false;
            session.internalDone(from);
          }
        });
  }

  /** The server connection is lost, and with it what was under way. */
  void lost() {
    moving = false;
  }

  /**
   * @param channel null for all
   */
  void unlisten(String channel) {
    if (hub != null) {
      hub.unlisten(session, channel);
    }
  }

  /** A notification from the hub, on any thread. */
  void notified(int processId, String channel, String payload) {
    loop.loop()
        .execute(
            () -> {
              loop.beginEvent();
              try {
                add(processId, channel, payload);
              } finally {
                loop.endEvent();
              }
            });
  }

  private void add(int processId, String channel, String payload) {
    if (session.state() == ClientSession.State.CLOSED) {
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>(4);
    }
    if (waiting.size() >= MAX_WAITING) {
      session.fatal(
          PgError.fatal("53400", "too many notifications wait for this client")
              .withDetail("The limit is " + MAX_WAITING + "."));
      return;
    }
    ByteBuf out = session.channel().alloc().buffer(64);
    PgWriter.notification(out, processId, channel, payload);
    waiting.add(out);
    tell();
  }

  /** Tells the client what waits, when it is between transactions: PostgreSQL tells no sooner. */
  void tell() {
    if (waiting != null && session.betweenTransactions()) {
      for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
        session.write(next);
      }
    }
  }

  /** The client is gone. */
  void end() {
    unlisten(null);
    if (waiting != null) {
      waiting.forEach(ByteBuf::release);
      waiting.clear();
    }
  }
}
