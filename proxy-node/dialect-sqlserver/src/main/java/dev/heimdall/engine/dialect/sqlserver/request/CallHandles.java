package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.server.SentRequest;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerRequests;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Puts the server's handles in the place of the client's in the calls of its requests. */
final class CallHandles {
  private final HandledClient client;
  private final RpcRequests rpc;

  /** The client's handle for the statement that the request on its way prepares; 0 for none. */
  private int preparing;

  CallHandles(HandledClient client, RpcRequests rpc) {
    this.client = client;
    this.rpc = rpc;
  }

  /**
   * Puts them into the calls of a payload.
   *
   * @param changed a rule's text in the place of the client's; null for none
   * @return the statement that one of them prepares; null for none
   */
  SentRequest.Numbered number(
      SqlServerRequests server,
      ByteBuf payload,
      List<RpcCall> calls,
      String changed,
      StatementFacts facts) {
    SentRequest.Numbered prepares = null;
    for (RpcCall call : calls) {
      if (call.prepares()) {
        replaced(server, payload, call);
        preparing = rpc.add(call, facts);
        prepares =
            new SentRequest.Numbered(
                preparing, changed == null ? call.statement() : changed, call.options());
      } else if (call.executes()) {
        String text = changed == null ? rpc.statement(call) : changed;
        payload.setIntLE(call.handleAt(), server.handleOf(client.owner(), call.handle(), text));
      }
    }
    return prepares;
  }

  /** The server forgets the statement whose handle a client gives for the one that it prepares. */
  private void replaced(SqlServerRequests server, ByteBuf payload, RpcCall call) {
    if (call.handleAt() >= 0) {
      payload.setIntLE(call.handleAt(), server.take(client.owner(), call.handle()));
      rpc.handles().remove(call.handle());
    }
  }

  /** The request is answered: a handle is none where its server has given none. */
  void answered(SqlServerRequests server) {
    if (preparing != 0 && !server.hasHandle(client.owner(), preparing)) {
      rpc.handles().remove(preparing);
    }
    preparing = 0;
  }
}
