package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.server.SentRequest;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerRequests;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rest of a long message whose head was judged: it goes to the server packet by packet, or is
 * dropped. Further calls in it are judged by what the first one was: their packets wait until so
 * much of them is known.
 */
final class MessageRest {
  private static final int NOTHING = 0;

  private final RequestParts parts;
  private final HandledClient client;
  private final RpcRequests rpc;
  private final CallHandles handles;
  private final SqlServerEncoder encoder;

  /** Reading of its calls; null where it has none. */
  private CallScan scan;

  private RpcCall first;

  /** Type of the message whose head has gone to a server; none where it is dropped. */
  private int begun = NOTHING;

  /** The statements that were judged. */
  private Set<String> statements = Set.of();

  private StatementFacts facts;

  /** True if one of its calls makes a handle. */
  private boolean prepared;

  /** A rule's text in the place of the client's; null for none. */
  private String changed;

  /** Bytes of the payload that have gone. */
  private int gone;

  /** Contents of packets that wait; null for none. */
  private ByteBuf held;

  MessageRest(RequestParts parts, RpcRequests rpc, CallHandles handles) {
    this.parts = parts;
    this.client = parts.client();
    this.encoder = (SqlServerEncoder) client.encoder();
    this.rpc = rpc;
    this.handles = handles;
  }

  /**
   * The head of a message is on its way to its server.
   *
   * @param bytes of its payload
   * @param calls those of its head; null where it has none
   * @param rulesText in the place of the client's; null for none
   * @param effects of its statements
   */
  void begin(
      int bytes, CallScan reading, List<RpcCall> calls, String rulesText, StatementFacts effects) {
    forget();
    gone = bytes;
    begun = calls == null ? TdsPacket.BULK_LOAD : TdsPacket.RPC;
    if (calls != null) {
      scan = reading;
      first = calls.get(0);
      statements = rpc.statements(calls);
      prepared = calls.stream().anyMatch(RpcCall::prepares);
      facts = effects;
      changed = rulesText;
    }
  }

  /**
   * Takes its next packet.
   *
   * @return false if that is not here, or cannot go on yet
   */
  boolean take(ServerConnection server) {
    ByteBuf in = parts.input().bytes();
    int at = in.readerIndex();
    if (in.readableBytes() < TdsPacket.HEADER) {
      return false;
    }
    int length = in.getUnsignedShort(at + 2);
    int type = in.getByte(at);
    if (length < TdsPacket.HEADER || (begun != NOTHING && type != begun)) {
      client.protocolError("a packet of type " + type + ", of " + length + " bytes");
      return false;
    }
    if (in.readableBytes() < length) {
      return false;
    }
    SqlServerRequests to = receiver(server);
    if (to != null && !server.writable()) {
      parts.control().holdReading();
      return false;
    }
    int status = in.getUnsignedByte(at + 1);
    if (to != null) {
      pass(to, in.slice(at + TdsPacket.HEADER, length - TdsPacket.HEADER), status);
      if (!client.connected()) {
        return false;
      }
    }
    parts.input().begin(length, true);
    if ((status & TdsPacket.EOM) != 0) {
      forget();
      parts.input().endPieces();
      if (to == null && (status & TdsPacket.IGNORE) != 0) {
        encoder.attentions().arrived();
      }
    }
    return true;
  }

  /** Requests of the server that it goes to; null where it is dropped. */
  private SqlServerRequests receiver(ServerConnection server) {
    if (server == null || !parts.input().streaming()) {
      return null;
    }
    SqlServerRequests requests = (SqlServerRequests) server.requests();
    return requests.isOpen(client.owner()) ? requests : null;
  }

  /** The request was answered: what comes of it is dropped. */
  void answered() {
    if (parts.input().streaming()) {
      parts.input().beginPieces(true);
    }
  }

  private void pass(SqlServerRequests to, ByteBuf payload, int status) {
    int ignored = status & TdsPacket.IGNORE;
    if (scan == null || ignored != 0) {
      to.rest(payload);
    } else if (!passCalls(to, payload, (status & TdsPacket.EOM) != 0)) {
      return;
    }
    if ((status & TdsPacket.EOM) != 0) {
      to.endRest(ignored);
    }
  }

  /** Passes calls on, or has them wait; returns false where nothing more of them goes. */
  private boolean passCalls(SqlServerRequests to, ByteBuf payload, boolean last) {
    try {
      scan.on(payload, payload.readerIndex(), payload.writerIndex());
      if (last) {
        scan.end();
      }
    } catch (TdsProtocolException e) {
      client.protocolError("a malformed request: " + e.getMessage());
      return false;
    }
    if (scan.flaw() != null) {
      end(to, RpcRequests.unsupported(scan.flaw()));
      return false;
    }
    if (held != null) {
      held.writeBytes(payload);
    } else if (!scan.isKnown()) {
      held = client.alloc().buffer(2 * payload.readableBytes()).writeBytes(payload);
    }
    if (!scan.isKnown()) {
      parts.input().whole(held.readableBytes(), parts.limits().maxMessageSize());
      return client.connected();
    }
    ByteBuf run = held == null ? payload : held;
    ServerError refusal = send(to, run, scan.take());
    if (held != null) {
      held.release();
      held = null;
    }
    if (refusal != null) {
      end(to, refusal);
    }
    return refusal == null;
  }

  /** Nothing more of it goes. */
  private void end(SqlServerRequests to, ServerError refusal) {
    to.interrupts(refusal, false);
    to.cancel(null, () -> {});
    parts.input().beginPieces(true);
  }

  private ServerError send(SqlServerRequests to, ByteBuf run, List<RpcCall> known) {
    List<RpcCall> calls = new ArrayList<>(known.size());
    for (RpcCall call : known) {
      ServerError refusal = rpc.refusal(call, first, 2, prepared);
      if (refusal == null && !statements.contains(rpc.statement(call))) {
        refusal = RpcRequests.unsupported("another statement behind " + gone + " bytes");
      }
      if (refusal != null) {
        return refusal;
      }
      prepared |= call.prepares();
      calls.add(call.behind(gone));
    }
    gone += run.readableBytes();
    SentRequest.Numbered made = handles.number(to, run, calls, changed, facts);
    if (made != null) {
      to.prepares(made);
    }
    to.use(RpcCall.cursorCalls(calls));
    to.returns(RpcCall.outputs(calls, encoder.version()));
    if (changed == null || calls.isEmpty()) {
      to.rest(run);
      return null;
    }
    ByteBuf other = RpcCall.withStatement(run, calls, changed);
    to.rest(other);
    other.release();
    return null;
  }

  /** Bytes that wait. */
  long weight() {
    return held == null ? 0 : held.capacity();
  }

  /** Nothing of it is handled any more. */
  void forget() {
    if (held != null) {
      held.release();
      held = null;
    }
    begun = NOTHING;
    scan = null;
    first = null;
    statements = Set.of();
    facts = null;
    changed = null;
  }
}
