package dev.heimdall.engine.backend;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.ReadBuffers;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementHolder;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.ReplyGroups;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.net.SocketAddress;
import java.util.function.Consumer;

/**
 * One logged-in server connection: what is written to it, who has it, and what is left on it. All
 * methods belong to the thread of its event loop.
 */
public final class ServerConnection extends ChannelInboundHandlerAdapter
    implements StatementHolder, ReplySource, LoopContext.Flushable {
  private final long id;
  private ConnectionKeeper keeper;
  private final int processId;
  private final ReportedValues reported;
  private final ServerTarget target;
  private final long createdAt;
  private LoopContext context;
  private Channel channel;

  private final ReplyGroups<ReplyOwner> groups = new ReplyGroups<>();
  private final ServerStatements statements;
  private final ReplyDelivery delivery;
  private final ReplyScanner scanner;
  private final ServerRequests requests;
  private final ConnectionEnd end;
  private Variables applied = Variables.NONE;

  private final Residue residue = new Residue();
  private final CancelRequests cancels = new CancelRequests();
  private ReplyOwner holder;

  /** True if sessions that do not hold the connection have messages on their way at a time. */
  private boolean shared;

  private long lastUsed;
  private boolean closed;

  /** Time at which data was last received. */
  private long heardAt;

  private Flush flush = Flush.NONE;

  /** So many of the bytes written were handed to the operating system, or may have been. */
  private long left;

  /**
   * Number of bytes handed to the operating system, or possibly so, when everything had last been
   * answered.
   */
  private long leftBefore;

  private long bytesIn;
  private long bytesOut;

  /** Time at which written data is sent. */
  private enum Flush {
    /** Nothing was written since the last one. */
    NONE,
    /**
     * No data was written since the last flush, and the next data written is sent at the end of the
     * loop's turn.
     */
    LATE,
    /** Written data is sent at the end of the event or of the turn. */
    PENDING
  }

  ServerConnection(
      long id,
      LoopContext context,
      Channel channel,
      ConnectionKeeper keeper,
      ServerTarget target,
      LogInHandler.LoggedIn found) {
    this.id = id;
    this.context = context;
    this.channel = channel;
    channel.config().setAutoClose(false); // a write that fails is no reason to read no more
    this.keeper = keeper;
    this.processId = found.processId();
    this.reported = new ReportedValues(found.greeting());
    this.target = target;
    this.statements = new ServerStatements(target.prepared(), groups::now);
    this.delivery = new ReplyDelivery(this, groups);
    this.end = new ConnectionEnd(this, channel, groups);
    ServerDialogue dialogue = found.next().on(this, delivery);
    this.scanner = dialogue.replies();
    this.requests = dialogue.requests();
    this.createdAt = context.nanoTime();
    this.lastUsed = createdAt;
    this.heardAt = createdAt;
  }

  // ---- sending

  /**
   * Notes that a message was (or will at once be) written whose reply belongs to the owner.
   *
   * @param kind what message, by the protocol's own numbers
   */
  public void expect(byte kind, ReplyOwner owner) {
    assert context.inLoop();
    scanner.expect(kind, owner);
  }

  /**
   * Writes messages; they leave with the flush behind the event, or where several sessions share
   * the connection, at the end of the loop's turn.
   */
  public void write(ByteBuf consumed) {
    assert context.inLoop();
    bytesOut += consumed.readableBytes();
    context.written(consumed.readableBytes());
    channel.write(consumed, channel.voidPromise());
    if (flush != Flush.PENDING) {
      if (shared || flush == Flush.LATE) {
        context.flushAtTurnsEnd(this);
      } else {
        context.flushLater(this);
      }
      flush = Flush.PENDING;
    }
  }

  /**
   * Sends data written in this event at the end of the loop's turn: when the loop has learnt before
   * that the server has ended the connection, nothing is sent that it cannot get.
   */
  public void flushLate() {
    if (flush == Flush.NONE) {
      flush = Flush.LATE;
    }
  }

  @Override
  public void flushNow() {
    flush = Flush.NONE;
    if (end.isOutputClosed()) {
      context.soon(end::follow, this::failed); // it reads nothing any more
    } else if (target.fence().closed()) {
      context.soon(end::cut, this::failed);
    } else if (channel.isActive()) {
      left = bytesOut;
      channel.flush();
    }
  }

  /** All that was written leaves, or may. */
  void allLeaves() {
    left = bytesOut;
  }

  @Override
  public long left() {
    return left;
  }

  /** True if nothing has left that is not answered: no server can have carried it out. */
  public boolean nothingLeft() {
    return left == leftBefore;
  }

  /** Sends a statement, or several in one text, of the node's own. */
  public void query(String sql, ReplyOwner owner) {
    requests.query(sql, owner);
  }

  /** Other requests that the node itself may send here. */
  public ServerRequests requests() {
    return requests;
  }

  public boolean writable() {
    return channel.isWritable();
  }

  public ByteBuf allocate(int size) {
    return channel.alloc().buffer(size);
  }

  /** Allocator of buffers for what is written. */
  public ByteBufAllocator alloc() {
    return channel.alloc();
  }

  /** Expected replies of the server, beyond those that {@link #expect} notes. */
  public ReplyScanner replies() {
    return scanner;
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

  /** Target of the connection and the user it logs in as. */
  public ServerTarget target() {
    return target;
  }

  public boolean tls() {
    return channel.pipeline().get(io.netty.handler.ssl.SslHandler.class) != null;
  }

  /** Settings that the server reports. */
  public ReportedValues reported() {
    return reported;
  }

  /** State that sessions have left here. */
  public Residue residue() {
    return residue;
  }

  /** Cancel requests that were sent to end what runs here. */
  public CancelRequests cancels() {
    return cancels;
  }

  /** Keeper of the connection. */
  public ConnectionKeeper keeper() {
    return keeper;
  }

  /** True if what was set here would disturb the connection while it is idle. */
  public boolean restless() {
    return !applied.isEmpty() && requests.restful(applied) != applied;
  }

  /** Variables set on this connection beyond those of a fresh one. */
  public Variables applied() {
    return applied;
  }

  public void applied(Variables variables) {
    this.applied = variables;
  }

  /** As of the end of the last group of replies. */
  public TransactionState status() {
    return delivery.status();
  }

  /** True if what it answers next is a statement of the node's own that this one's waits for. */
  public boolean runsAheadOf(ReplyOwner client) {
    return !groups.isEmpty() && groups.first().failsNext() == client;
  }

  /** True if no replies are pending and no batch was begun that has not been ended. */
  public boolean quiet() {
    return groups.isEmpty();
  }

  /**
   * True if messages were sent whose batch has not been ended; of a lost connection, when it was
   * lost.
   */
  @Override
  public boolean groupOpen() {
    return closed ? end.groupOpen() : groups.open();
  }

  /**
   * True if the group's owner has had more of it than what comes before a statement is carried out.
   */
  @Override
  public boolean begun() {
    return delivery.begun();
  }

  /**
   * True if what the group's owner has had of it must go on to its client: because it is all, or
   * because there is something in it that is no answer, a notice for instance.
   */
  @Override
  public boolean due() {
    return delivery.due();
  }

  /** True if the owner of the group that is being answered has had a message of it. */
  @Override
  public boolean told() {
    return delivery.told();
  }

  /** Replies of this connection with their owners, and their progress. */
  public ReplyDelivery delivery() {
    return delivery;
  }

  /** Number of unanswered messages of a batch with answers that are wanted before its end. */
  public int flushed() {
    return closed ? 0 : scanner.flushed();
  }

  /** The number of the group that a message sent now belongs to. */
  @Override
  public long groupNow() {
    return groups.now();
  }

  /** True if an earlier group than that of a message sent now is still to be answered. */
  @Override
  public boolean unanswered(long group) {
    return groups.unanswered(group);
  }

  public boolean copyIn() {
    return scanner.copyIn();
  }

  /** DISCARD ALL ran. */
  public void cleaned() {
    cleanedButNames();
    statements.forgetAll();
  }

  /** Notes that DISCARD ALL ran; its effect on prepared statements is noted separately. */
  public void cleanedButNames() {
    residue.cleaned(holder != null, delivery.groupsAnswered());
    applied = Variables.NONE;
    reported.takeChanged();
  }

  public long createdAt() {
    return createdAt;
  }

  public long lastUsed() {
    return lastUsed;
  }

  /** Time at which data was last received, including a part of a reply. */
  public long heardAt() {
    return heardAt;
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

  /** True if the server has said that it ends the connection, and reads nothing more. */
  public boolean isLeaving() {
    return end.isOutputClosed();
  }

  /** The session that has the connection to itself, or null. */
  public ReplyOwner holder() {
    return holder;
  }

  public void hold(ReplyOwner owner) {
    assert context.inLoop();
    this.holder = owner;
    statements.settle();
    residue.held(delivery.groupsAnswered());
    this.lastUsed = context.now();
  }

  /** True if several sessions use the connection's pipeline; no session holds it then. */
  public void share(boolean byMany) {
    shared = byMany;
    lastUsed = context.now();
  }

  public boolean shared() {
    return shared;
  }

  /** True if the reply that comes next, or came when the connection was lost, is this owner's. */
  public boolean isFirst(ReplyOwner owner) {
    return closed ? end.wasFirst(owner) : groups.isFirst(owner);
  }

  public void pauseReading() {
    channel.config().setAutoRead(false);
  }

  public void resumeReading() {
    channel.config().setAutoRead(true);
  }

  /** A cancel request for what runs here was carried out. */
  public void cancelEnded() {
    if (cancels.ended() && !closed) {
      keeper.cancelsDone(this);
    }
  }

  /**
   * Moves the quiet connection to another event loop; calls back on that loop, with whether it got
   * there.
   */
  public void move(LoopContext to, ConnectionKeeper newKeeper, Consumer<Boolean> done) {
    new ConnectionMove(this, channel, done).to(to, newKeeper);
  }

  /** Another event loop has it from here on. */
  void moved(LoopContext to, ConnectionKeeper newKeeper) {
    context = to;
    keeper = newKeeper;
  }

  /**
   * Ends the connection politely; pending replies are lost.
   *
   * @param why in words, for the log
   */
  public void close(String why) {
    assert context.inLoop();
    end.close(why);
  }

  /** Other ways to end it. */
  public ConnectionEnd end() {
    return end;
  }

  /** Cause of the connection's end; null before. */
  public Ending ending() {
    return end.ending();
  }

  /** Statements that are prepared on the server. */
  @Override
  public ServerStatements statements() {
    return statements;
  }

  // ---- receiving

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heardAt = context.beginRead();
    ByteBuf in = (ByteBuf) message;
    if (end.left()) {
      in.release(); // no part waits for that any more
      return;
    }
    bytesIn += in.readableBytes();
    scanner.read(ReadBuffers.fitted(in));
  }

  void used() {
    lastUsed = context.now();
    if (groups.isEmpty()) {
      leftBefore = left;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    context.endRead();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && holder != null) {
      holder.serverWritable(this);
    }
    ctx.fireChannelWritabilityChanged();
  }

  /** TLS keeps to itself with what a write has failed. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelOutputShutdownEvent.INSTANCE) {
      end.outputEnded();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failed(cause);
  }

  /** The connection failed, or code of the node's has thrown this while it was at work with it. */
  public void failed(Throwable cause) {
    end.failed(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end.lost();
  }

  /** It is lost: it has no holder any more, who is returned, and no rest of a message will come. */
  ReplyOwner giveUp() {
    closed = true;
    scanner.lost();
    ReplyOwner held = holder;
    holder = null;
    return held;
  }

  void tellPool() {
    statements.ended();
    keeper.serverClosed(this);
  }
}
