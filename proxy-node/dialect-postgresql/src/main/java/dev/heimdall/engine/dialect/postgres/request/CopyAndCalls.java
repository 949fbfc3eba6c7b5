package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import java.util.Set;

/**
 * Sends one client's messages of the two smaller protocols: its part of COPY, and function calls.
 */
final class CopyAndCalls {
  /** A function call up to the function's number. */
  private static final int CALL_HEAD = 9;

  /** lo_open and its kin, which drivers call by number: nothing of them outlives a transaction. */
  private static final Set<Integer> LARGE_OBJECTS =
      Set.of(715, 764, 952, 953, 954, 955, 956, 957, 958, 964, 1004, 3170, 3171, 3172);

  private final HandledClient client;
  private final Writes writes;
  private final StatementLifecycle lifecycle;
  private final ClientInput pending;
  private final SequenceGuard sequences;
  private final Listening listening;
  private final SessionState carried;

  CopyAndCalls(RequestParts parts, SequenceGuard sequences) {
    this.client = parts.client();
    this.writes = parts.writes();
    this.lifecycle = parts.lifecycle();
    this.pending = parts.input();
    this.listening = parts.listening();
    this.carried = parts.carried();
    this.sequences = sequences;
  }

  /** Copy data may be here in part only. */
  void data(ServerConnection server, long total) {
    // Some clients send data before the server has asked for it; a server that does not copy
    // ignores it.
    pending.begin(total, !expectsCopy(server));
  }

  /** Sends a whole CopyDone or CopyFail. */
  void end(ServerConnection server, long total) {
    boolean copies = expectsCopy(server);
    pending.begin(total, !copies);
    if (copies) {
      server.replies().copyInEnded();
    }
  }

  private boolean expectsCopy(ServerConnection server) {
    return server.copyIn() || client.outstanding() > 0 || server.groupOpen();
  }

  /** True if so much of a function call is here that it can be sent. */
  boolean mayCall(long total) {
    return pending.unread() >= Math.min(total, CALL_HEAD);
  }

  /** The number of the function that the message at the reader's position calls; 0 for none. */
  int function(long total) {
    return total >= CALL_HEAD ? pending.bytes().getInt(pending.bytes().readerIndex() + 5) : 0;
  }

  /**
   * Sends a function call; arguments may still be on their way.
   *
   * @return whether it was sent; if not, its number is not there, or its turn has not come
   */
  boolean call(ServerConnection server, long total) {
    if (!listening.ready(null, true, server)) {
      return false;
    }
    if (lifecycle.next().onItsWay()) {
      lifecycle.sent(server);
    }
    listening.sends(server, carried.sent());
    if (!mayCall(total)) {
      return false;
    }
    int function = function(total);
    if (!LARGE_OBJECTS.contains(function)) {
      sequences.beforeCall(server, function);
      client.pin(PinReason.of("function call"));
      server.residue().taint();
      server.residue().lastUse(); // it may be a function in any language
      lifecycle.sentUnknown();
    }
    writes.noteUnknown();
    server.expect(ReplyQueue.FUNCTION, client.owner());
    client.groupSent();
    pending.begin(total, false);
    return true;
  }
}
