package dev.heimdall.engine.backend;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * One logged-in server connection. It scans the headers of what the server sends, never its rows,
 * and passes runs of messages to the owners that its queue of expected replies names. All methods
 * belong to the thread of its event loop.
 */
public final class ServerConnection extends ChannelInboundHandlerAdapter
    implements LoopContext.Flushable {
  /** Larger messages of the server are passed on in pieces; these kinds are read whole. */
  private static final int MAX_WHOLE = 64 << 20;

  private static final int MAX_LENGTH = Integer.MAX_VALUE - 1;

  private final long id;
  private Listener listener;
  private final int processId;
  private final byte[] cancelKey;
  private final Map<String, String> reported;
  private final ServerTarget target;
  private final long createdAt;
  private LoopContext context;
  private Channel channel;

  private final ReplyQueue<ReplyOwner> replies = new ReplyQueue<>();
  private final ServerStatements statements;
  private Variables applied = Variables.NONE;
  private ReplyOwner holder;
  private byte status = 'I';
  private boolean copyIn;
  private boolean tainted;

  /** How many groups had been answered when the connection was last as good as new. */
  private long groupsBeforeClean;

  private boolean foreignSequences;
  private int cancels;
  private boolean cancelled;
  private long lastUsed;

  private ByteBuf carry;
  private long remaining;
  private boolean dropRemaining;
  private ReplyOwner dirtyOwner;
  private PgError groupError;

  /** Whether the owner of the group has had a message of it. */
  private boolean told;

  /** Whether that was more than what comes before a statement is carried out. */
  private boolean begun;

  /** Whether what comes up to ReadyForQuery is nobody's. */
  private boolean absorbing;

  private ByteBuf translated;
  private PgError fatal;
  private Ending ending;
  private boolean openWhenLost;
  private boolean flushPending;
  private boolean closed;

  /** The server broke the protocol: what it sends until the close has come means nothing. */
  private boolean broken;

  private long groupsAnswered;
  private long bytesIn;
  private long bytesOut;

  /** Who keeps this connection: its pool. */
  public interface Listener {
    void serverClosed(ServerConnection connection);

    /** A cancel request that held the connection back has been carried out. */
    void cancelsDone(ServerConnection connection);
  }

  /** Whose doing the end of a connection was. */
  public enum Side {
    /** This node wanted it. */
    NODE,
    /** The server, or the network. */
    SERVER,
    /** The server sent what the protocol does not allow. */
    PROTOCOL
  }

  /**
   * How a connection came to its end.
   *
   * @param reason in words, for a log
   */
  public record Ending(Side side, String reason) {}

  ServerConnection(
      long id,
      LoopContext context,
      Channel channel,
      Listener listener,
      int processId,
      byte[] cancelKey,
      Map<String, String> reported,
      ServerTarget target) {
    this.id = id;
    this.context = context;
    this.channel = channel;
    this.listener = listener;
    this.processId = processId;
    this.cancelKey = cancelKey;
    this.reported = new HashMap<>(reported);
    this.target = target;
    this.statements = new ServerStatements(target.preparedLimit());
    this.createdAt = System.nanoTime();
    this.lastUsed = createdAt;
  }

  // ---- sending

  /** Notes that a message was (or will at once be) written whose reply belongs to the owner. */
  public void expect(byte kind, ReplyOwner owner) {
    replies.expect(kind, owner);
  }

  /** Writes messages; they leave with the flush at the end of the event. */
  public void write(ByteBuf consumed) {
    bytesOut += consumed.readableBytes();
    channel.write(consumed, channel.voidPromise());
    if (!flushPending) {
      flushPending = true;
      context.flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushPending = false;
    channel.flush();
  }

  /** Sends one simple query of the node's own. */
  public void query(String sql, ReplyOwner owner) {
    ByteBuf out = channel.alloc().buffer(sql.length() + 16);
    PgWriter.query(out, sql);
    statements.unnamed(null, 0);
    expect(ReplyQueue.QUERY, owner);
    write(out);
  }

  public boolean writable() {
    return channel.isWritable();
  }

  public ByteBuf allocate(int size) {
    return channel.alloc().buffer(size);
  }

  /**
   * Gives the answers that stand first in the queue and are ours; for a Flush that the server will
   * not answer.
   */
  public void answerKnown() {
    for (byte known = replies.takeKnown(); known != ReplyQueue.NONE; known = replies.takeKnown()) {
      answer(known);
    }
  }

  private void answer(byte known) {
    if (known == ReplyQueue.PARSE_KNOWN || known == ReplyQueue.CLOSE_KNOWN) {
      statements.answered();
    }
    replies.owner().knownReply(this, known);
  }

  // ---- state

  public long id() {
    return id;
  }

  public LoopContext context() {
    return context;
  }

  public SocketAddress remoteAddress() {
    return channel.remoteAddress();
  }

  /** The server process's id, as pg_stat_activity shows it. */
  public int processId() {
    return processId;
  }

  ServerTarget target() {
    return target;
  }

  public byte[] cancelKey() {
    return cancelKey;
  }

  public boolean tls() {
    return channel.pipeline().get(io.netty.handler.ssl.SslHandler.class) != null;
  }

  /** Values that the server reported: server_version, TimeZone and so on. */
  public Map<String, String> reported() {
    return reported;
  }

  /** What was set on this connection beyond what a fresh one has. */
  public Variables applied() {
    return applied;
  }

  public void applied(Variables variables) {
    this.applied = variables;
  }

  /** I, T or E as of the last ReadyForQuery. */
  public byte status() {
    return status;
  }

  /** Whether the server owes nothing and no message was sent that has had no Sync. */
  public boolean quiet() {
    return replies.isEmpty();
  }

  /**
   * Whether messages were sent that no Sync has followed; of a lost connection, when it was lost.
   */
  public boolean groupOpen() {
    return closed ? openWhenLost : replies.groupOpen();
  }

  /** Whether an owner has had the beginning of a message whose rest has not come. */
  public boolean cutReply() {
    return remaining > 0 && !dropRemaining;
  }

  private static boolean isPreliminary(byte type) {
    return switch (type) {
      case BackendType.PARSE_COMPLETE,
          BackendType.BIND_COMPLETE,
          BackendType.CLOSE_COMPLETE,
          BackendType.PARAMETER_DESCRIPTION,
          BackendType.ROW_DESCRIPTION,
          BackendType.NO_DATA ->
          true;
      default -> false;
    };
  }

  /**
   * Whether the group's owner has had more of it than what comes before a statement is carried out.
   */
  public boolean begun() {
    return begun;
  }

  /** Whether the owner of the group that is being answered has had a message of it. */
  public boolean told() {
    return told;
  }

  /** Whether the server skips whatever it is sent until a Sync. */
  public boolean skipping() {
    return replies.skipping();
  }

  public int groups() {
    return replies.groups();
  }

  public boolean copyIn() {
    return copyIn;
  }

  /** The client ended its copy, perhaps before the server asked for data: Sync counts again. */
  public void copyInEnded() {
    if (copyIn) {
      copyIn = false;
    } else {
      replies.copyEndSent();
    }
  }

  /** Something stays behind on the connection that only DISCARD ALL removes. */
  public void taint() {
    tainted = true;
  }

  public boolean tainted() {
    return tainted;
  }

  /** DISCARD ALL ran. */
  public void cleaned() {
    tainted = false;
    applied = Variables.NONE;
    statements.forgetAll();
    sequencesForgotten();
    if (holder == null) {
      groupsBeforeClean = groupsAnswered;
    }
  }

  /** DISCARD SEQUENCES ran, or will have run before what is sent next. */
  public void sequencesForgotten() {
    foreignSequences = false;
  }

  /**
   * Whether currval and lastval may answer with what someone before the present holder, or itself
   * when it had the connection before, took from a sequence. Any statement may have: columns have
   * defaults, and functions do as they like.
   */
  public boolean foreignSequences() {
    return foreignSequences;
  }

  public long createdAt() {
    return createdAt;
  }

  public long lastUsed() {
    return lastUsed;
  }

  /** Statements and batches answered. */
  public long groupsAnswered() {
    return groupsAnswered;
  }

  public long bytesIn() {
    return bytesIn;
  }

  public long bytesOut() {
    return bytesOut;
  }

  public boolean closed() {
    return closed;
  }

  /** The session that has the connection to itself, or null. */
  public ReplyOwner holder() {
    return holder;
  }

  public void hold(ReplyOwner owner) {
    this.holder = owner;
    this.foreignSequences = groupsAnswered != groupsBeforeClean;
    this.lastUsed = context.now();
  }

  public void pauseReading() {
    channel.config().setAutoRead(false);
  }

  public void resumeReading() {
    channel.config().setAutoRead(true);
  }

  /**
   * A cancel request for what runs here was sent; the connection must not serve anyone else until
   * it is done.
   */
  public void cancelStarted() {
    cancels++;
    cancelled = true;
  }

  /** Whether a cancel was sent since this was last asked: its signal may still be on its way. */
  public boolean takeCancelled() {
    boolean was = cancelled;
    cancelled = false;
    return was;
  }

  public void cancelEnded() {
    if (--cancels == 0 && !closed) {
      listener.cancelsDone(this);
    }
  }

  public boolean cancelling() {
    return cancels > 0;
  }

  /** Moves the quiet connection to another event loop; told on that loop whether it got there. */
  public void move(
      LoopContext to, Listener newListener, java.util.function.Consumer<Boolean> done) {
    LoopContext from = context;
    channel
        .deregister()
        .addListener(
            left -> {
              context = to;
              listener = newListener;
              to.loop()
                  .register(channel)
                  .addListener(
                      arrived ->
                          to.loop()
                              .execute(
                                  () -> {
                                    boolean moved =
                                        left.isSuccess() && arrived.isSuccess() && !closed;
                                    if (!moved) {
                                      channel.close();
                                    }
                                    done.accept(moved);
                                  }));
            });
    from.tick();
  }

  /**
   * Ends the connection politely; what is owed is lost.
   *
   * @param why in words, for the log
   */
  public void close(String why) {
    if (!closed) {
      end(Side.NODE, why);
      ByteBuf out = channel.alloc().buffer(5);
      PgWriter.empty(out, (byte) 'X');
      channel.writeAndFlush(out);
      closeNow();
    }
  }

  /**
   * Some transports tell the end of a channel later than its close: nobody may meet it until then.
   */
  private void closeNow() {
    channel.close();
    lost();
  }

  private void end(Side side, String why) {
    if (ending == null) {
      ending = new Ending(side, why);
    }
  }

  /** How the connection came to its end; null before. */
  public Ending ending() {
    return ending;
  }

  /** What is prepared on the server. */
  public ServerStatements statements() {
    return statements;
  }

  // ---- receiving

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    context.beginEvent();
    ByteBuf in = (ByteBuf) message;
    bytesIn += in.readableBytes();
    if (closed || broken) {
      in.release();
      return;
    }
    if (carry != null && !completeCarry(in)) {
      in.release();
      return;
    }
    if (in.isReadable() && !closed && !broken) {
      scan(in);
    } else {
      in.release();
    }
  }

  /** Adds to the message that was cut off what it lacks and no more. */
  private boolean completeCarry(ByteBuf in) {
    ByteBuf held = carry;
    while (held.readableBytes() < 5) {
      if (!in.isReadable()) {
        return false;
      }
      held.writeByte(in.readByte());
    }
    if (readWhole(held.getByte(held.readerIndex()))) {
      long missing = 1L + held.getInt(held.readerIndex() + 1) - held.readableBytes();
      if (missing > MAX_WHOLE) {
        in.skipBytes(in.readableBytes());
        outOfSync("a message of " + missing + " bytes that must be read whole");
        return false;
      }
      held.writeBytes(in, (int) Math.min(Math.max(missing, 0), in.readableBytes()));
      if (missing > 0 && held.readableBytes() < 1L + held.getInt(held.readerIndex() + 1)) {
        return false;
      }
    }
    carry = null;
    scan(held);
    return true;
  }

  /** Walks the headers and hands out runs; takes the buffer over. */
  private void scan(ByteBuf in) {
    int begin = in.readerIndex();
    int end = in.writerIndex();
    int start = begin;
    int at = begin;
    if (remaining > 0) {
      int step = (int) Math.min(remaining, end - at);
      remaining -= step;
      at += step;
      if (dropRemaining) {
        start = at;
      }
    }
    while (end - at >= 5) {
      byte type = in.getByte(at);
      int length = in.getInt(at + 1);
      if (length < 4 || length > MAX_LENGTH) {
        in.release();
        outOfSync("a message length of " + length);
        return;
      }
      long total = length + 1L;
      boolean whole = total <= end - at;
      if (!whole && readWhole(type)) {
        break;
      }
      byte known = replies.takeKnown();
      if (known != ReplyQueue.NONE) {
        deliver(in, start, at);
        start = at;
        do {
          answer(known);
          known = replies.takeKnown();
        } while (known != ReplyQueue.NONE);
      }
      int verdict = replies.on(type);
      if (verdict == ReplyQueue.READY) {
        if (length != 5) {
          deliver(in, start, at);
          in.release();
          outOfSync("ReadyForQuery with a length of " + length);
          return;
        }
        status = in.getByte(at + 5);
        if (absorbing) {
          deliver(in, start, at);
          at += 6;
          start = at;
          absorbed();
          continue;
        }
        at += 6;
        if (start == begin && at == end) {
          deliverAll(in);
          completeGroup();
          return;
        }
        deliver(in, start, at);
        start = at;
        completeGroup();
        if (closed) {
          in.release();
          return;
        }
        continue;
      }
      if (verdict == ReplyQueue.OUT_OF_SYNC) {
        deliver(in, start, at);
        in.release();
        outOfSync("an unexpected message of type '" + (char) type + "'");
        return;
      }
      boolean drop = verdict == ReplyQueue.SWALLOW || absorbing;
      if (drop) {
        deliver(in, start, at);
      }
      boolean unowned = inspect(type, in, at, total);
      if (unowned && !drop) {
        deliver(in, start, at);
        drop = true;
      }
      if (translated != null) {
        ByteBuf message = translated;
        translated = null;
        recipient().reply(this, message);
      }
      if (!drop) {
        told = true;
        begun |= !isPreliminary(type);
      }
      if (!whole) {
        remaining = total - (end - at);
        dropRemaining = drop;
        at = end;
      } else {
        at += (int) total;
      }
      if (drop) {
        start = at;
      }
    }
    keepRest(in, at, end);
    if (start == begin && at == end) {
      deliverAll(in);
    } else {
      deliver(in, start, at);
      in.release();
    }
  }

  private void keepRest(ByteBuf in, int at, int end) {
    if (at < end) {
      int length = end - at;
      long wanted = length >= 5 ? 1L + in.getInt(at + 1) : 64;
      carry = channel.alloc().buffer((int) Math.min(Math.max(wanted, length), 64 * 1024));
      carry.writeBytes(in, at, length);
    }
  }

  private static boolean readWhole(byte type) {
    return switch (type) {
      case BackendType.READY,
          BackendType.ERROR,
          BackendType.PARAMETER_STATUS,
          BackendType.NOTIFICATION ->
          true;
      default -> false;
    };
  }

  /**
   * What the connection itself learns from a message.
   *
   * @return whether nobody is there to have it
   */
  private boolean inspect(byte type, ByteBuf in, int at, long total) {
    switch (type) {
      case BackendType.PARSE_COMPLETE -> {
        statements.parsed();
      }
      case BackendType.ERROR -> {
        PgError error = PgError.decode(in.slice(at, (int) total));
        if (error(error)) {
          return true; // told by connectionLost, which knows whether the session can go on
        }
        if (!begun && replies.groups() == 1 && replies.owner().absorbs(this, error)) {
          groupError = null;
          absorbing = true;
          return true;
        }
        translated = translated(error, in, at, (int) total);
        if (translated != null) {
          return true;
        }
      }
      case BackendType.PARAMETER_STATUS -> parameterStatus(in, at + 5, at + (int) total);
      case BackendType.COPY_IN, BackendType.COPY_BOTH -> {
        copyIn = !replies.copyEnded();
        replies.owner().copyInStarted(this, replies.ignoredSyncs());
      }
      case BackendType.NOTIFICATION -> {
        return !notification(in, at, (int) total);
      }
      default -> {}
    }
    return recipient() == null;
  }

  /**
   * An error about a statement by its name here, with the name that its client knows; null when it
   * names none.
   */
  private ByteBuf translated(PgError error, ByteBuf in, int at, int total) {
    ReplyOwner owner = recipient();
    if (owner == null || !error.message().contains(PreparedStatement.PREFIX)) {
      return null;
    }
    // Single bytes stand for themselves: what is not the name stays as it came, whatever the
    // encoding.
    String text = in.toString(at + 5, total - 5, StandardCharsets.ISO_8859_1);
    String changed = owner.inClientsNames(text);
    if (changed.equals(text)) {
      return null;
    }
    ByteBuf message = channel.alloc().buffer(changed.length() + 5);
    message.writeByte(BackendType.ERROR).writeInt(changed.length() + 4);
    message.writeCharSequence(changed, StandardCharsets.ISO_8859_1);
    return message;
  }

  /** Notes an error; says whether it is the connection's end. */
  private boolean error(PgError error) {
    if (groupError == null) {
      groupError = error;
    }
    copyIn = false;
    if (error.isFatal()) {
      fatal = error;
      return true;
    }
    statements.refused(replies.droppedNames());
    if (replies.skippedQueries() > 0) {
      replies.owner().queriesSkipped(this, replies.skippedQueries());
    }
    return false;
  }

  /**
   * A notification is meant for who listens here: the owner of the reply it comes among, or the
   * holder behind a statement of the node's own.
   *
   * @return whether it may stay in the owner's run
   */
  private boolean notification(ByteBuf in, int at, int total) {
    ReplyOwner owner = recipient();
    if (owner != null && owner.takesNotifications()) {
      return true;
    }
    if (holder != null && holder != owner && holder.takesNotifications()) {
      holder.reply(this, in.retainedSlice(at, total));
    }
    return false;
  }

  private void parameterStatus(ByteBuf in, int at, int end) {
    int nameEnd = in.indexOf(at, end, (byte) 0);
    int valueEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, end, (byte) 0);
    if (valueEnd > 0) {
      String name = in.toString(at, nameEnd - at, java.nio.charset.StandardCharsets.UTF_8);
      String value =
          in.toString(nameEnd + 1, valueEnd - nameEnd - 1, java.nio.charset.StandardCharsets.UTF_8);
      reported.put(name, value);
      ReplyOwner owner = recipient();
      if (owner != null) {
        owner.parameterChanged(this, name, value);
      }
    }
  }

  /**
   * Who gets the message that comes now: the group's owner, or who holds the connection between
   * groups.
   */
  private ReplyOwner recipient() {
    ReplyOwner owner = replies.owner();
    return owner != null ? owner : holder;
  }

  private void absorbed() {
    ReplyOwner owner = replies.owner();
    absorbing = false;
    told = false;
    begun = false;
    replies.completeGroup();
    owner.groupAbsorbed(this);
  }

  private void completeGroup() {
    told = false;
    begun = false;
    ReplyOwner owner = replies.owner();
    PgError error = groupError;
    groupError = null;
    if (error != null) {
      statements.refused(replies.droppedNames());
    }
    replies.completeGroup();
    copyIn = false;
    groupsAnswered++;
    lastUsed = context.now();
    owner.groupComplete(this, status, error);
  }

  private void deliver(ByteBuf in, int from, int to) {
    if (to > from) {
      ReplyOwner owner = recipient();
      if (owner != null) {
        owner.reply(this, in.retainedSlice(from, to - from));
      }
    }
  }

  private void deliverAll(ByteBuf in) {
    ReplyOwner owner = recipient();
    if (owner == null) {
      in.release();
    } else {
      owner.reply(this, in);
    }
  }

  private void outOfSync(String what) {
    broken = true;
    fatal = PgError.fatal("08P01", "the database server broke the protocol: it sent " + what);
    end(Side.PROTOCOL, "it sent " + what);
    closeNow();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    context.endEvent();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && holder != null) {
      holder.serverWritable(this);
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (fatal == null) {
      fatal =
          PgError.fatal(
              "08006", "the connection to the database server failed: " + cause.getMessage());
    }
    closeNow();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lost();
  }

  private void lost() {
    if (closed) {
      return;
    }
    closed = true;
    end(Side.SERVER, fatal == null ? "the server closed the connection" : fatal.message());
    context.beginEvent();
    try {
      if (carry != null) {
        carry.release();
        carry = null;
      }
      ReplyOwner held = holder;
      holder = null;
      openWhenLost = replies.groupOpen();
      Object[] waiting = replies.abandon();
      Object last = null;
      for (Object owner : waiting) {
        if (owner != last) {
          ((ReplyOwner) owner).connectionLost(this, fatal);
          last = owner;
        }
      }
      if (held != null && held != last) {
        held.connectionLost(this, fatal);
      }
      listener.serverClosed(this);
    } finally {
      context.endEvent();
    }
  }
}
