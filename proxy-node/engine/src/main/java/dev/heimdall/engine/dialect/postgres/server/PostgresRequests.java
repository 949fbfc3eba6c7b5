package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.LogIn;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerDialogue;
import dev.heimdall.engine.backend.ServerRequests;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.DataSource;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/** What the node itself says on a connection to a PostgreSQL server. */
public final class PostgresRequests implements ServerRequests {
  private final ServerConnection connection;
  private final int processId;
  private final byte[] cancelKey;

  private PostgresRequests(ServerConnection connection, int processId, byte[] cancelKey) {
    this.connection = connection;
    this.processId = processId;
    this.cancelKey = cancelKey;
  }

  /**
   * What a connection goes on with when its log-in is over.
   *
   * @param processId and its key, which a cancel request has to name
   */
  public static LogIn.LoggedIn loggedIn(
      int processId, byte[] cancelKey, Map<String, String> reported) {
    return new LogIn.LoggedIn(
        processId,
        reported,
        (connection, replies) ->
            new ServerDialogue(
                new ReplyReader(connection, replies),
                new PostgresRequests(connection, processId, cancelKey)));
  }

  @Override
  public void query(String sql, ReplyOwner owner) {
    ByteBuf out = connection.allocate(sql.length() + 16);
    PgWriter.query(out, sql);
    connection.statements().unnamed(null, 0);
    connection.expect(ReplyQueue.QUERY, owner);
    connection.write(out);
  }

  @Override
  public void endBatch(ReplyOwner owner) {
    ByteBuf sync = connection.allocate(5);
    PgWriter.empty(sync, FrontendType.SYNC);
    connection.expect(ReplyQueue.SYNC, owner);
    connection.write(sync);
  }

  @Override
  public void failCopy(String reason) {
    ByteBuf out = connection.allocate(32);
    PgWriter.copyFail(out, reason);
    connection.write(out);
    connection.copyInEnded();
  }

  /** By a connection of its own, in TLS where this one is. */
  @Override
  public void cancel(CancelConnections separate, Runnable done) {
    ServerTarget target = connection.target();
    DataSource source = target.source();
    ByteBuf request = connection.allocate(32);
    PgWriter.cancelRequest(request, processId, cancelKey);
    separate.open(
        new PostgresCancel(
            new CancelRoute(
                source.host(),
                source.port(),
                connection.tls() ? target.tls() : null,
                source.tls().mode(),
                source.tls().direct()),
            request,
            done));
  }

  @Override
  public void terminate(ByteBuf out) {
    PgWriter.empty(out, FrontendType.TERMINATE);
  }
}
