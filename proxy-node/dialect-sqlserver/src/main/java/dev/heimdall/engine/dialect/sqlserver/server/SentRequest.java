package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.ReplyOwner;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * One request on its way to a server.
 *
 * @param type of its message
 * @param payload without packets; the request's own
 * @param client on whose behalf; null for the node's own
 * @param resets whether the client itself wants its connection reset before
 * @param options what the request gives to session options if it succeeds; null for a default
 * @param prepares the statement that it prepares; null for none
 */
public record SentRequest(
    int type,
    ByteBuf payload,
    ReplyOwner client,
    boolean resets,
    Map<String, String> options,
    Numbered prepares) {
  /**
   * A statement that is prepared.
   *
   * @param number the client's for it
   */
  public record Numbered(int number, String text) {}
}
