package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;

/**
 * Brings the server connection of a client that is gone to rest: what runs is cancelled, copies and
 * batches are ended.
 */
final class Abandonment {
  private Abandonment() {}

  /**
   * @param outstanding groups that the server has not answered
   * @return how many groups more it will answer
   */
  static int begin(
      ServerConnection server, ReplyOwner owner, int outstanding, ServerConnector connector) {
    if (server.copyIn()) {
      return endCopy(server, owner);
    }
    if (outstanding > 0) {
      connector.cancel(server, () -> {});
    }
    return endBatch(server, owner);
  }

  /** The server waits for copy data that will not come. */
  static int endCopy(ServerConnection server, ReplyOwner owner) {
    ByteBuf out = server.allocate(32);
    PgWriter.copyFail(out, "the client is gone");
    server.write(out);
    server.copyInEnded();
    return endBatch(server, owner);
  }

  /** The server waits for a Sync that will not come. */
  static int endBatch(ServerConnection server, ReplyOwner owner) {
    if (!server.groupOpen()) {
      return 0;
    }
    ByteBuf sync = server.allocate(5);
    PgWriter.empty(sync, FrontendType.SYNC);
    server.expect(ReplyQueue.SYNC, owner);
    server.write(sync);
    return 1;
  }
}
