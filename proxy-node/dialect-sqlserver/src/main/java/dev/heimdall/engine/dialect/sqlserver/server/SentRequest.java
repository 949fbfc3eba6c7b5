package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;
import java.util.List;
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
 * @param cursors what it does with cursors
 * @param outputs parameters that each of its calls returns, bit i for the one of ordinal i; needed
 *     where the server sends no ordinals
 * @param open whether its rest follows in pieces
 * @param rollsBack whether no transaction is left where it succeeds, whatever the server reports
 */
public record SentRequest(
    int type,
    ByteBuf payload,
    ReplyOwner client,
    boolean resets,
    Map<String, String> options,
    Numbered prepares,
    Cursors cursors,
    List<Integer> outputs,
    boolean open,
    boolean rollsBack) {
  /** Returns a batch of the node's own. */
  static SentRequest own(ByteBuf payload, Map<String, String> options, boolean rollsBack) {
    return new SentRequest(
        TdsPacket.SQL_BATCH,
        payload,
        null,
        false,
        options,
        null,
        Cursors.NONE,
        List.of(),
        false,
        rollsBack);
  }

  /**
   * A statement that is prepared.
   *
   * @param number the client's for it
   * @param cursors if cursors have its rows; else null
   */
  public record Numbered(int number, String text, CursorOptions cursors) {}

  /**
   * Cursors that the calls of a request open, fetch from or close.
   *
   * @param opens ordinal of the value that returns the handle of one that a call opens; negative
   *     for none
   * @param scrolls ordinal of the value that returns how that one scrolls; negative for none
   * @param uses those of calls for open cursors, in their order
   */
  public record Cursors(int opens, int scrolls, List<CursorCall> uses) {
    public static final Cursors NONE = using(List.of());

    /** Returns those of calls that open them by that procedure. */
    public static Cursors opened(int procedure) {
      return new Cursors(
          RpcProcedure.cursorAt(procedure), RpcProcedure.scrollsAt(procedure), List.of());
    }

    public static Cursors using(List<CursorCall> calls) {
      return new Cursors(-1, -1, calls);
    }
  }

  /** A call for an open cursor. */
  public record CursorCall(int cursor, boolean closes) {}
}
