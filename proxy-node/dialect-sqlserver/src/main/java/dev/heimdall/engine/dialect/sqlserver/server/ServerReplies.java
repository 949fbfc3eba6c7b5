package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ReplyScanner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.RowLayout;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsPacketWalker;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import dev.heimdall.engine.wire.sqlserver.TdsReplyListener;
import dev.heimdall.engine.wire.sqlserver.TdsReplyScanner;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TdsWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Replies of one server connection. Each request makes a group, which ends with its message: or,
 * where an attention was sent, with the message that acknowledges it.
 */
final class ServerReplies implements ReplyScanner, TdsReplyListener {
  private static final ServerError UNACKNOWLEDGED =
      ServerError.error(Sqlstate.CONNECTION_FAILURE, "the server has not acknowledged it");

  /** Bytes of the token that acknowledges a reset. */
  private static final int RESET_BYTES = 6;

  /** Bytes of that token ahead of its values. */
  private static final int RESET_HEAD = 4;

  /** An acknowledgement takes a round trip, where nothing runs any more. */
  private static final long OVERDUE_MILLIS = 3_000;

  /** The only one that clients know: their requests get the server's own in its place. */
  private static final long CLIENTS_DESCRIPTOR = 1;

  /** Place of the group that is being answered in the course of an attention. */
  private enum Interruption {
    NONE,
    SENT,
    /** Sent, and an answer has ended since then. */
    ANSWERED,
    ACKNOWLEDGED,
    /** Acknowledged behind an answer that has ended. */
    ACKNOWLEDGED_LATE
  }

  /** Acknowledgement of a reset that its client has not asked for. */
  private enum OwnReset {
    NONE,
    /** The next packet may have it. */
    AWAITED,
    /** The packet that is being read has it. */
    FOUND
  }

  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final SqlServerRequests requests;
  private final TdsVersion version;
  private final TdsPacketWalker walker = new TdsPacketWalker();
  private final TdsReplyScanner tokens;

  /** The transaction's, as the server has said; 0 outside of one. */
  private long descriptor;

  /** True if the last DONE has said that a transaction is open. */
  private boolean open;

  /** True if the last DONE has said that its statement failed. */
  private boolean failed;

  private Interruption interruption = Interruption.NONE;

  /** Number of attentions sent. */
  private int attentions;

  /** Error for which that attention was sent; null where not needed. */
  private ServerError reason;

  /** The answer to a client that has sent no attention itself; null where there is none. */
  private InterruptedReply cut;

  private OwnReset ownReset = OwnReset.NONE;

  /** Place of that acknowledgement in what is being read, once it is found. */
  private int hidden;

  /** The part that has come of that packet, or of a header that was cut. */
  private ByteBuf begun;

  ServerReplies(
      ServerConnection connection,
      ReplyDelivery delivery,
      SqlServerRequests requests,
      TdsVersion version) {
    this.connection = connection;
    this.delivery = delivery;
    this.requests = requests;
    this.version = version;
    this.tokens = new TdsReplyScanner(this, version);
  }

  long descriptor() {
    return descriptor;
  }

  /** The next request has the server forget its transaction. */
  void reset() {
    descriptor = 0;
  }

  /**
   * Sets whether the next answer acknowledges a reset that is the node's own: clients take such a
   * token for the end of what they know of their sessions.
   */
  void hidesReset(boolean own) {
    become(own ? OwnReset.AWAITED : OwnReset.NONE);
  }

  private void become(OwnReset next) {
    ownReset = next;
  }

  private void become(Interruption next) {
    interruption = next;
  }

  /** True between an attention to the server and its acknowledgement. */
  private boolean interrupted() {
    return interruption == Interruption.SENT || interruption == Interruption.ANSWERED;
  }

  /**
   * An attention was sent: the group that is being answered ends with its acknowledgement.
   *
   * @param why error of the request if it has not ended before; null for none
   * @param packetSize for a client that is to get the error; 0 where it knows of the attention
   */
  void interrupt(ServerError why, int packetSize) {
    become(Interruption.SENT);
    attentions++;
    reason = why;
    if (why != null && packetSize > 0) {
      ByteBuf kept = connection.allocate(TdsPacket.INITIAL_SIZE);
      cut = new InterruptedReply(why, version, packetSize, walker.missing(), kept);
    }
  }

  /** The client has sent an attention itself by now. */
  void interruptedByClient() {
    if (cut != null) {
      cut.passAll(delivery);
      endCut();
    }
  }

  private void endCut() {
    if (cut != null) {
      cut.release();
      cut = null;
    }
  }

  private void pass(ByteBuf in, int from, int to) {
    if (delivery.absorbing()) {
      return;
    }
    if (cut == null) {
      delivery.pass(in, from, to);
    } else {
      cut.take(in, from, to, delivery);
    }
  }

  /** Sets the handle that the client gets in the place of the server's. */
  void handle(int ordinal, int handle) {
    tokens.replaceHandle(ordinal, handle);
  }

  /** The answer is to further calls, each of which returns these parameters. */
  void returns(List<Integer> outputs) {
    for (int parameters : outputs) {
      tokens.returns(parameters);
    }
  }

  /** The columns of the last rows' metadata; null where none is known. */
  RowLayout layout() {
    return tokens.layout();
  }

  /** Sets the columns of rows that come without metadata; null where they are not known. */
  void layout(RowLayout layout) {
    if (layout == null) {
      tokens.forgetLayout();
    } else {
      tokens.layout(layout);
    }
  }

  @Override
  public void expect(byte kind, ReplyOwner owner) {
    delivery.groups().begin(owner);
    delivery.groups().end();
  }

  @Override
  public void read(ByteBuf consumed) {
    int walked = walker.cutHeader();
    ByteBuf all = begun == null ? consumed : behindBegun(consumed);
    ByteBuf whole = ownReset == OwnReset.NONE ? all : wholePacket(all);
    if (whole != null) {
      readOn(whole, walked);
    }
  }

  private ByteBuf behindBegun(ByteBuf consumed) {
    ByteBuf all = connection.allocate(begun.readableBytes() + consumed.readableBytes());
    all.writeBytes(begun).writeBytes(consumed);
    begun.release();
    begun = null;
    consumed.release();
    return all;
  }

  /** Returns the packet that begins there with what is behind it; null where more is to come. */
  private ByteBuf wholePacket(ByteBuf consumed) {
    int here = consumed.readableBytes();
    boolean whole =
        here >= TdsPacket.HEADER && here >= consumed.getUnsignedShort(consumed.readerIndex() + 2);
    begun = whole ? null : consumed;
    return whole ? consumed : null;
  }

  /**
   * @param walked bytes of a header that were walked over before
   */
  private void readOn(ByteBuf consumed, int walked) {
    try {
      int from = consumed.readerIndex();
      int at = from + walked;
      int end = consumed.writerIndex();
      while (at < end && !connection.closed()) {
        if (delivery.groups().isEmpty()) {
          delivery.outOfSync("a message that no request has asked for");
          return;
        }
        at = walker.walk(consumed, at, end);
        if (walker.to() > walker.from()) {
          tokens.on(consumed, walker.from(), walker.to());
          from = ownReset == OwnReset.NONE ? from : behindReset(consumed, from);
          if (!delivery.absorbing()) {
            delivery.noted(ReplyDelivery.Part.ANSWER);
          }
        }
        if (walker.ended()) {
          tokens.end();
          messageEnded(consumed, from, at);
          from = at;
        }
      }
      if (!connection.closed()) {
        int cut = walker.cutHeader();
        if (cut > 0) {
          begun = connection.allocate(TdsPacket.HEADER).writeBytes(consumed, end - cut, cut);
        }
        pass(consumed, from, end - cut);
      }
    } catch (TdsProtocolException e) {
      delivery.outOfSync(e.getMessage());
    } finally {
      consumed.release();
    }
  }

  /** Takes an acknowledgement out of the packet; returns where what is not passed begins. */
  private int behindReset(ByteBuf packet, int from) {
    boolean found = ownReset == OwnReset.FOUND;
    become(OwnReset.NONE);
    if (!found) {
      return from;
    }
    int tokensAt = from + TdsPacket.HEADER;
    boolean done =
        hidden == tokensAt + 1 + version.doneBytes()
            && packet.getUnsignedByte(tokensAt) == TdsToken.DONE;
    int visible = done ? tokensAt : hidden; // Babelfish has a DONE ahead of it, a result of its own
    int behind = hidden + RESET_BYTES;
    int lengthAt = packet.readerIndex() + 2;
    packet.setShort(lengthAt, packet.getUnsignedShort(lengthAt) - (behind - visible));
    if (visible == tokensAt) {
      behind -= TdsPacket.HEADER;
      packet.setLong(behind, packet.getLong(from)); // the header: so the packet is one piece
    } else {
      pass(packet, from, visible);
    }
    return behind;
  }

  private void messageEnded(ByteBuf in, int from, int to) {
    if (walker.type() != TdsPacket.REPLY) {
      delivery.outOfSync("a message of type " + walker.type());
      return;
    }
    if (requests.isOpen()) {
      delivery.outOfSync("an answer ahead of the end of its request");
      return;
    }
    if (interrupted()) {
      pass(in, from, to);
      boolean cutShort = failed && reason != null && !delivery.failed();
      become(cutShort ? Interruption.SENT : Interruption.ANSWERED);
      if (cut != null && !cutShort) {
        cut.ends(delivery);
      } else if (cut != null && !cut.endsCut(delivery)) {
        delivery.outOfSync("the end of an interrupted answer within a packet handed out in part");
      }
      int sent = attentions;
      connection
          .context()
          .later(() -> overdue(sent), OVERDUE_MILLIS, TimeUnit.MILLISECONDS, connection::failed);
      return;
    }
    if (reason != null && interruption == Interruption.ACKNOWLEDGED && !delivery.failed()) {
      delivery.failed(reason);
    }
    reason = null;
    become(Interruption.NONE);
    if (requests.rollsBack() && !delivery.failed()) {
      descriptor = 0; // of which Babelfish reports nothing
    }
    boolean inTransaction = descriptor != 0 || open;
    delivery.ends(inTransaction ? TransactionState.OPEN : TransactionState.IDLE);
    pass(in, from, to);
    if (cut != null) {
      boolean unseen = cut.acknowledged(delivery);
      endCut();
      if (!unseen) {
        delivery.outOfSync("an acknowledgement of an attention within a packet handed out in part");
        return;
      }
    }
    ReplyOwner owner = delivery.groups().first();
    boolean error = delivery.failed() || delivery.absorbing();
    delivery.groups().dropFirst();
    requests.answered(error);
    delivery.complete(owner);
    requests.next();
  }

  /**
   * The server has lost an attention, as Babelfish does at resets: the client has its
   * acknowledgement from the node, and no other one gets the connection.
   */
  private void overdue(int attention) {
    if (interrupted() && attention == attentions && walker.isIdle() && !connection.closed()) {
      connection.residue().condemn("attention", UNACKNOWLEDGED);
      ByteBuf message = connection.allocate(TdsPacket.HEADER);
      ByteBuf done = connection.allocate(TdsPacket.HEADER);
      TdsWriter.attention(done, descriptor != 0 || open, version);
      TdsPacket.write(message, TdsPacket.REPLY, 0, 0, TdsPacket.INITIAL_SIZE, done);
      done.release();
      read(message);
    }
  }

  // ---- tokens

  @Override
  public void done(int token, int status, int command, long rows) {
    open = (status & TdsToken.DONE_IN_TRANSACTION) != 0;
    failed = (status & TdsToken.DONE_ERROR) != 0;
    if (token == TdsToken.DONE_PROC) {
      requests.callAnswered(failed);
    }
    if (!failed) {
      delivery.noted(ReplyDelivery.Part.ANSWER);
    }
    if ((status & TdsToken.DONE_ATTENTION) != 0 && interrupted()) {
      become(
          interruption == Interruption.SENT
              ? Interruption.ACKNOWLEDGED
              : Interruption.ACKNOWLEDGED_LATE);
      requests.acknowledged();
    } else if ((status & TdsToken.DONE_ATTENTION) != 0 && connection.residue().afterUse() != null) {
      throw new TdsProtocolException("an attention is acknowledged too late");
    }
  }

  @Override
  public void environment(int type, ByteBuf in, int at, int length) {
    switch (type) {
      case EnvChange.DATABASE ->
          delivery.reported(SessionOptions.DATABASE, EnvChange.newText(in, at, length));
      case EnvChange.BEGIN_TRANSACTION, EnvChange.ENLIST_DTC -> {
        descriptor = EnvChange.newTransaction(in, at, length);
        requests.began();
        EnvChange.setTransaction(in, at, length, CLIENTS_DESCRIPTOR);
      }
      case EnvChange.COMMIT_TRANSACTION,
          EnvChange.ROLLBACK_TRANSACTION,
          EnvChange.DEFECT_TRANSACTION,
          EnvChange.TRANSACTION_ENDED -> {
        descriptor = 0;
        open = false;
        EnvChange.setTransaction(in, at, length, CLIENTS_DESCRIPTOR);
        if (type == EnvChange.ROLLBACK_TRANSACTION) {
          requests.rolledBack();
        }
      }
      case EnvChange.RESET_ACKNOWLEDGED -> {
        if (ownReset != OwnReset.NONE) {
          become(OwnReset.FOUND);
          hidden = at - RESET_HEAD;
        }
      }
      default -> {}
    }
  }

  @Override
  public void error(ByteBuf in, int at, int length) {
    ServerError error = TdsErrors.of(TdsMessage.read(in, at, length, version));
    delivery.failed(error);
    if (!interrupted()) {
      delivery.absorbs(error);
    }
    if (error.number() == TdsErrors.UNKNOWN_CURSOR) {
      requests.unknownCursor();
    }
    if (error.isFatal()) {
      delivery.endAnnounced(error);
    }
  }

  @Override
  public void columns(int count) {
    delivery.noted(ReplyDelivery.Part.ANSWER);
  }

  @Override
  public void returnInteger(int ordinal, int value) {
    requests.handle(ordinal, value);
  }

  // ---- what the core asks

  /** Rows of the node's own answers, and of servers' to its own queries. */
  @Override
  public List<List<String>> rows(ByteBuf messages) {
    List<List<String>> rows = new ArrayList<>();
    OwnRows.read(messages, rows);
    return rows;
  }

  /** True if a message has begun to go to its owner. */
  @Override
  public boolean cutReply() {
    return !walker.isIdle();
  }

  @Override
  public void lost() {
    endCut();
    if (begun != null) {
      begun.release();
      begun = null;
    }
    requests.lost();
  }
}
