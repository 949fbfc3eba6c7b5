package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.DetachedConnection;
import dev.heimdall.engine.backend.DetachedServer;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.dialect.postgres.answer.AnswerWriter;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Servers without a network: the test says how each attempt to connect ends and what is sent. */
final class FakeServers implements Connector {
  private final ArrayDeque<Attempt> attempts = new ArrayDeque<>();
  private final Map<ServerConnection, DetachedServer> servers = new HashMap<>();

  private final List<ServerConnection> cancelled = new ArrayList<>();

  private ServerTarget lastTarget;

  private record Attempt(
      LoopContext context,
      ServerTarget target,
      ConnectionKeeper listener,
      ServerConnector.Handler handler) {}

  @Override
  public void connect(
      LoopContext context,
      ServerTarget target,
      ConnectionKeeper listener,
      ServerConnector.Handler handler) {
    attempts.add(new Attempt(context, target, listener, handler));
    lastTarget = target;
  }

  @Override
  public void cancel(ServerConnection connection, Runnable done) {
    cancelled.add(connection);
    done.run();
  }

  /** Those whose statements were to be ended, in order. */
  List<ServerConnection> cancelled() {
    return cancelled;
  }

  /** Where the newest attempt goes. */
  ServerTarget lastTarget() {
    return lastTarget;
  }

  /** Attempts that have not ended. */
  int attempts() {
    return attempts.size();
  }

  /** The oldest attempt succeeds. */
  ServerConnection accept() {
    Attempt attempt = attempts.remove();
    DetachedServer server =
        attempt.target() == null
            ? new DetachedServer(attempt.context(), attempt.listener())
            : new DetachedServer(attempt.context(), attempt.target(), attempt.listener());
    servers.put(server.connection(), server);
    attempt.handler().connected(server.connection());
    return server.connection();
  }

  /** The oldest attempt fails with what the server says. */
  void refuse(ServerError error) {
    attempts.remove().handler().failed(DetachedConnection.refusal(error));
  }

  /** What the server of this connection was sent since this was last asked. */
  String sentTo(ServerConnection connection) {
    return servers.get(connection).written();
  }

  /** The same of what has left so far; the loop does not run on. */
  String sentNow(ServerConnection connection) {
    return servers.get(connection).writtenNow();
  }

  /** The server has carried out one statement. */
  void answer(ServerConnection connection, TransactionState status) {
    ByteBuf reply = Unpooled.buffer();
    PgWriter.commandComplete(reply, "DONE");
    PgWriter.ready(reply, status);
    servers.get(connection).sends(ByteBufUtil.getBytes(reply));
  }

  /** The server has answered the query for its limits: connections that it takes, and has. */
  void answer(ServerConnection connection, String most, String open) {
    List<Column> columns = Stream.of("statements", "most", "open").map(Column::text).toList();
    ByteBuf reply = Unpooled.buffer();
    AnswerWriter.rowDescription(reply, columns, new short[0]);
    AnswerWriter.dataRow(reply, columns, Arrays.asList(null, most, open), new short[0]);
    PgWriter.commandComplete(reply, "SELECT 1");
    PgWriter.ready(reply, TransactionState.IDLE);
    servers.get(connection).sends(ByteBufUtil.getBytes(reply));
  }

  /** The server could not carry out one statement. */
  void fail(ServerConnection connection) {
    fail(connection, "XX000");
  }

  /** The same with a certain SQLSTATE. */
  void fail(ServerConnection connection, String sqlState) {
    ByteBuf reply = Unpooled.buffer();
    ErrorMessage.encode(ServerError.error(sqlState, "broken"), reply);
    PgWriter.ready(reply, TransactionState.IDLE);
    servers.get(connection).sends(ByteBufUtil.getBytes(reply));
  }

  /** The server goes away. */
  void vanish(ServerConnection connection) {
    servers.get(connection).channel().close();
  }

  /** Ends what still runs, so that no buffer is left. */
  void close() {
    for (DetachedServer server : servers.values()) {
      server.channel().close();
      server.written();
    }
  }
}
