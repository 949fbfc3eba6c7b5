package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** A statement of the node's own: its reply goes to no client. */
public abstract class InternalQuery implements ReplyOwner {
  private static final int MAX_REPLY = 1 << 20;

  private static final ServerError TOO_LONG =
      ServerError.error(
              Sqlstate.PROGRAM_LIMIT_EXCEEDED,
              "the reply to a statement of the node's own is too long")
          .withDetail("It has more than " + MAX_REPLY + " bytes.");

  private final boolean keepRows;
  private ByteBuf rows;
  private ServerConnection sender;
  private boolean tooLong;

  protected InternalQuery() {
    this(false);
  }

  protected InternalQuery(boolean keepRows) {
    this.keepRows = keepRows;
  }

  /** Every run of the reply, for one who looks for notifications in it; only read. */
  protected void notified(ServerConnection from, ByteBuf messages) {}

  /** The statement has ended, well (null) or not, or the connection was lost (a FATAL error). */
  protected abstract void done(ServerConnection from, ServerError error);

  /** The text values of each row kept, null for SQL null; valid within {@link #done}. */
  protected final List<List<String>> rows() {
    return rows == null ? List.of() : sender.replies().rows(rows);
  }

  @Override
  public final void reply(ServerConnection from, ByteBuf consumed) {
    try {
      notified(from, consumed.duplicate());
      if (keepRows) {
        sender = from;
        keep(consumed);
      }
    } finally {
      consumed.release();
    }
  }

  /** A reply with a gap could not be told apart: of one that is too long nothing is kept. */
  private void keep(ByteBuf run) {
    int kept = rows == null ? 0 : rows.readableBytes();
    tooLong |= kept + run.readableBytes() > MAX_REPLY;
    if (tooLong) {
      rows = null;
      return;
    }
    if (rows == null) {
      rows = Unpooled.buffer(256);
    }
    rows.writeBytes(run);
  }

  @Override
  public boolean takesNotifications() {
    return false;
  }

  @Override
  public final String inClientsNames(String text) {
    return text;
  }

  @Override
  public final void knownReply(ServerConnection from, byte kind) {}

  @Override
  public final void copyInStarted(ServerConnection from, int ignoredSyncs) {}

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {}

  @Override
  public final void groupComplete(
      ServerConnection from, TransactionState status, ServerError error) {
    done(from, error == null && tooLong ? TOO_LONG : error);
  }

  /** The recipient of the answer has left it behind, having dropped it before its end. */
  @Override
  public final void groupAbsorbed(ServerConnection from) {
    groupComplete(from, from.status(), null);
  }

  @Override
  public final void connectionLost(ServerConnection from, ServerError lastError) {
    done(
        from,
        lastError != null
            ? lastError.asFatal()
            : ServerError.fatal(
                Sqlstate.CONNECTION_FAILURE, "the connection to the database server was lost"));
  }

  @Override
  public final void serverWritable(ServerConnection from) {}
}
