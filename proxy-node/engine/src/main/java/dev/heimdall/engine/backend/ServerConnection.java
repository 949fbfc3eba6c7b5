package dev.heimdall.engine.backend;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.ReadBuffers;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementHolder;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ReplyGroups;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One logged-in server connection: what is written to it, who has it, and what is left on it. All
 * methods belong to the thread of its event loop.
 */
public final class ServerConnection extends ChannelInboundHandlerAdapter
    implements StatementHolder, ReplySource, LoopContext.Flushable {
  /** PostgreSQL reports some 15 values. */
  private static final int MAX_REPORTED = 1_000;

  private final long id;
  private Listener listener;
  private final int processId;
  private final Map<String, String> reported;
  private final Greeting welcome;

  /** What was reported at log-in, and is the default there. */
  private Map<String, String> usual;

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

  /** Reported values as they were before they changed. */
  private final Map<String, String> changedReports = new HashMap<>();

  private ReplyOwner holder;

  /** Whether sessions that do not hold the connection have messages on their way at a time. */
  private boolean shared;

  private Taint taint = Taint.NEVER;
  private boolean seedInDoubt;

  /** Why and by whom it is closed when its holder leaves it; null where others may have it. */
  private Ending afterUse;

  /** How many groups had been answered when the connection was last as good as new. */
  private long groupsBeforeClean;

  private boolean foreignSequences;
  private int cancels;
  private boolean cancelled;
  private long lastUsed;

  /** When anything was received last. */
  private long heardAt;

  private Flush flush = Flush.NONE;

  /** So many of the bytes written were handed to the operating system, or may have been. */
  private long left;

  /** The same when everything had been answered last. */
  private long leftBefore;

  private long bytesIn;
  private long bytesOut;

  /** When what was written leaves. */
  private enum Flush {
    /** Nothing was written since the last one. */
    NONE,
    /** The same, and what is written next leaves at the end of the loop's turn. */
    LATE,
    /** What was written leaves at the end of the event or of the turn. */
    PENDING
  }

  /** Whether something is left behind on the connection that only DISCARD ALL removes. */
  private enum Taint {
    NEVER,
    TAINTED,
    /** It was, and has been removed since. */
    REMOVED
  }

  /** Who keeps this connection: its pool. */
  public interface Listener {
    void serverClosed(ServerConnection connection);

    /** A cancel request that held the connection back has been carried out. */
    void cancelsDone(ServerConnection connection);

    /** Whether somebody waits for a connection like this, or it is to be closed. */
    default boolean wanted(ServerConnection connection) {
      return false;
    }

    /** The server takes no more prepared statements, of any connection. */
    default void preparedFull() {}

    /**
     * The node's connections hold as many prepared statements as they may on the server.
     *
     * @param held whether those go as well that clients hold
     */
    default void preparedNearlyFull(ServerConnection connection, boolean held) {}
  }

  /** The server takes no more prepared statements: others that nobody executes make room. */
  public void preparedFull() {
    listener.preparedFull();
  }

  /**
   * The node's connections hold as many prepared statements as they may on the server: idle ones
   * make room, those of this event loop at once.
   *
   * @param held whether those go as well that clients hold
   */
  public void preparedNearlyFull(boolean held) {
    listener.preparedNearlyFull(this, held);
  }

  ServerConnection(
      long id,
      LoopContext context,
      Channel channel,
      Listener listener,
      ServerTarget target,
      LogIn.LoggedIn found) {
    this.id = id;
    this.context = context;
    this.channel = channel;
    this.listener = listener;
    this.processId = found.processId();
    this.reported = new HashMap<>(found.greeting().reported());
    this.welcome = found.greeting();
    this.usual = found.greeting().reported();
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

  /** The same of a text of statements in which the node has changed something. */
  public void expectEdited(EditedText text, ReplyOwner owner) {
    scanner.expectEdited(text, owner);
  }

  /**
   * Writes messages; they leave with the flush at the end of the event, or where several sessions
   * share the connection, at the end of the loop's turn.
   */
  public void write(ByteBuf consumed) {
    assert context.inLoop();
    bytesOut += consumed.readableBytes();
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
   * What is written in this event leaves at the end of the loop's turn: when the loop has learnt
   * before whether the server has ended the connection, nothing is sent that it cannot get.
   */
  public void flushLate() {
    if (flush == Flush.NONE) {
      flush = Flush.LATE;
    }
  }

  @Override
  public void flushNow() {
    flush = Flush.NONE;
    if (end.isAnnounced()) {
      context.soon(end::follow, this::failed); // who has said so reads nothing any more
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

  /** How many bytes were written to it. */
  public long written() {
    return bytesOut;
  }

  @Override
  public long left() {
    return left;
  }

  /** Whether nothing has left that is not answered: no server can have carried it out. */
  public boolean nothingLeft() {
    return left == leftBefore;
  }

  /** Sends a statement, or several in one text, of the node's own. */
  public void query(String sql, ReplyOwner owner) {
    requests.query(sql, owner);
  }

  /** What else the node itself may have to say here. */
  public ServerRequests requests() {
    return requests;
  }

  List<List<String>> rows(ByteBuf messages) {
    return scanner.rows(messages);
  }

  public boolean writable() {
    return channel.isWritable();
  }

  public ByteBuf allocate(int size) {
    return channel.alloc().buffer(size);
  }

  /** Answers that are the node's own are wanted as soon as those before them have come. */
  public void flushing() {
    scanner.flushing();
  }

  /** Gives those that {@link #flushing} has asked for and that stand first. */
  public void answerFlushed() {
    scanner.answerFlushed();
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

  /** Where it leads to, and as whom. */
  public ServerTarget target() {
    return target;
  }

  public boolean tls() {
    return channel.pipeline().get(io.netty.handler.ssl.SslHandler.class) != null;
  }

  /** What the server reports to sessions like the one that this is now. */
  public Greeting greeting() {
    return new Greeting(new TreeMap<>(reported), welcome.warned(), welcome.said());
  }

  /** Values that the server reported: server_version, TimeZone and so on. */
  public Map<String, String> reported() {
    return reported;
  }

  /**
   * Whether the server has come to allow no writes since the connection was made, as it has
   * reported on it (PostgreSQL from version 14 on), for sessions that have not set that themselves.
   */
  public boolean hasBecomeReadOnly() {
    return hasTurnedOn("in_hot_standby") || hasTurnedOn("default_transaction_read_only");
  }

  private boolean hasTurnedOn(String name) {
    return "on".equals(reported.get(name)) && "off".equals(welcome.reported().get(name));
  }

  /** The value that sessions have there that have not set their own; null where none is known. */
  public String usual(String name) {
    return usual.get(name);
  }

  /** The configuration that the server reads again while it runs may give another one. */
  public void usual(String name, String value) {
    usual = new HashMap<>(usual);
    usual.put(name, value);
  }

  /** The server has reported a value; where it is another than before, its recipient hears so. */
  void report(String name, String value, ReplyOwner recipient) {
    if (reported.size() >= MAX_REPORTED && !reported.containsKey(name)) {
      outOfSync("more than " + MAX_REPORTED + " parameters reported");
      return;
    }
    String before = reported.put(name, value);
    if (value.equals(before)) {
      return; // asked about what did not change, it might report it again, without end
    }
    if (!changedReports.containsKey(name)) {
      changedReports.put(name, before);
    } else if (value.equals(changedReports.get(name))) {
      changedReports.remove(name);
    }
    if (recipient != null) {
      recipient.parameterChanged(this, name, value);
    }
  }

  /** Whether reported values differ from those when they were last taken note of. */
  public boolean hasChangedReports() {
    return !changedReports.isEmpty();
  }

  /** A reported value was to change. */
  public void reportExpected(String name) {
    if (!changedReports.isEmpty()) {
      changedReports.keySet().removeIf(name::equalsIgnoreCase);
    }
  }

  /** Takes note of the reported values: the names of those that differ. */
  public Set<String> takeChangedReports() {
    if (changedReports.isEmpty()) {
      return Set.of();
    }
    Set<String> names = Set.copyOf(changedReports.keySet());
    changedReports.clear();
    return names;
  }

  /** Whether what was set here would disturb the connection while it is idle. */
  public boolean restless() {
    return !applied.isEmpty() && requests.restful(applied) != applied;
  }

  /** What was set on this connection beyond what a fresh one has. */
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

  /** Whether no replies are pending and no batch was begun that has not been ended. */
  public boolean quiet() {
    return groups.isEmpty();
  }

  /**
   * Whether messages were sent whose batch has not been ended; of a lost connection, when it was
   * lost.
   */
  public boolean groupOpen() {
    return end.closed() ? end.groupOpen() : groups.open();
  }

  /** Whether an owner has had the beginning of a message whose rest has not come. */
  public boolean cutReply() {
    return scanner.cutReply();
  }

  /**
   * Whether the group's owner has had more of it than what comes before a statement is carried out.
   */
  @Override
  public boolean begun() {
    return delivery.begun();
  }

  /**
   * Whether what the group's owner has had of it must go on to its client: because it is all, or
   * because there is something in it that is no answer, a notice for instance.
   */
  @Override
  public boolean due() {
    return delivery.due();
  }

  /** Whether the owner of the group that is being answered has had a message of it. */
  public boolean told() {
    return delivery.told();
  }

  /** Whether the server skips whatever it is sent until its batch is ended. */
  public boolean skipping() {
    return scanner.skipping();
  }

  /** How many messages of a batch are unanswered whose answers are wanted before its end. */
  public int flushed() {
    return end.closed() ? 0 : scanner.flushed();
  }

  /** The number of the group that a message sent now belongs to. */
  @Override
  public long groupNow() {
    return groups.now();
  }

  /** Whether an earlier group than that of a message sent now is still to be answered. */
  @Override
  public boolean unanswered(long group) {
    return groups.unanswered(group);
  }

  public int groups() {
    return groups.size();
  }

  public boolean copyIn() {
    return scanner.copyIn();
  }

  /** The end of a copy was sent, perhaps before the server has asked for its data. */
  public void copyInEnded() {
    scanner.copyInEnded();
  }

  /** Whether whoever has it ought to give it back as soon as can be. */
  public boolean wanted() {
    return listener.wanted(this);
  }

  /** Something stays behind on the connection that only DISCARD ALL removes. */
  public void taint() {
    taint = Taint.TAINTED;
    seedInDoubt = true; // which a DISCARD ALL of the session's own leaves as it is
  }

  public boolean tainted() {
    return taint == Taint.TAINTED;
  }

  /** Whether it ever was, however clean it is now. */
  public boolean wasTainted() {
    return taint != Taint.NEVER;
  }

  /** A session may have set what random() gives from here on. */
  public void seedInDoubt() {
    seedInDoubt = true;
  }

  /** Whether the next session could foresee random numbers unless a new seed is set. */
  public boolean isSeedInDoubt() {
    return seedInDoubt;
  }

  /** A new seed was set that is secret. */
  public void seeded() {
    seedInDoubt = false;
  }

  /** DISCARD ALL ran. */
  public void cleaned() {
    taint = taint == Taint.TAINTED ? Taint.REMOVED : taint;
    applied = Variables.NONE;
    changedReports.clear();
    statements.forgetAll();
    sequencesForgotten();
    if (holder == null) {
      groupsBeforeClean = delivery.groupsAnswered();
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

  /** When anything was received last, be it a part of a reply. */
  public long heardAt() {
    return heardAt;
  }

  /**
   * How many statements of the group that has just been answered have given or taken names of
   * prepared statements, be it all of them, by their command tags: whatever failed behind them,
   * that stays.
   */
  public int namesChanged() {
    return delivery.namesChanged();
  }

  /** Statements and batches answered. */
  public long groupsAnswered() {
    return delivery.groupsAnswered();
  }

  public long bytesIn() {
    return bytesIn;
  }

  public long bytesOut() {
    return bytesOut;
  }

  public boolean closed() {
    return end.closed();
  }

  /** The session that has the connection to itself, or null. */
  public ReplyOwner holder() {
    return holder;
  }

  public void hold(ReplyOwner owner) {
    assert context.inLoop();
    this.holder = owner;
    statements.settle();
    this.foreignSequences = delivery.groupsAnswered() != groupsBeforeClean;
    this.lastUsed = context.now();
  }

  /** Whether several sessions use the connection's pipeline; no session holds it then. */
  public void share(boolean byMany) {
    shared = byMany;
    lastUsed = context.now();
  }

  public boolean shared() {
    return shared;
  }

  /** Whose reply comes next; null when none is pending. */
  public ReplyOwner firstOwner() {
    return groups.first();
  }

  /** Whether all who wait for a reply get it from another server once this is closed. */
  public boolean answeredElsewhere() {
    return !closed()
        && !groups.isEmpty()
        && groups.first().answeredElsewhere(this)
        && ownersBehindFirst().stream().allMatch(owner -> owner.answeredElsewhere(this));
  }

  /** Whether the reply that comes next, or came when the connection was lost, is this owner's. */
  public boolean isFirst(ReplyOwner owner) {
    return end.closed() ? end.wasFirst(owner) : groups.isFirst(owner);
  }

  /** What is still to be answered to this owner is taken by another, in its place. */
  public void replaceOwner(ReplyOwner owner, ReplyOwner by) {
    groups.replace(owner, by);
  }

  /** Those whose replies come after the one that is next. */
  public List<ReplyOwner> ownersBehindFirst() {
    List<ReplyOwner> behind = new ArrayList<>();
    for (Object owner : groups.behindFirst()) {
      behind.add((ReplyOwner) owner);
    }
    return behind;
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

  /** Whether {@link #takeCancelled} will say so. */
  public boolean wasCancelled() {
    return cancelled;
  }

  /** Whether a cancel was sent since this was last asked: its signal may still be on its way. */
  public boolean takeCancelled() {
    boolean was = cancelled;
    cancelled = false;
    return was;
  }

  public void cancelEnded() {
    if (--cancels == 0 && !end.closed()) {
      listener.cancelsDone(this);
    }
  }

  public boolean cancelling() {
    return cancels > 0;
  }

  /**
   * Moves the quiet connection to another event loop; calls back on that loop, with whether it got
   * there.
   */
  public void move(
      LoopContext to, Listener newListener, java.util.function.Consumer<Boolean> done) {
    LoopContext from = context;
    // io_uring would begin another read on this loop when the one that waits is cancelled, and
    // never leave it.
    channel.config().setAutoRead(false);
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
                                        left.isSuccess() && arrived.isSuccess() && !end.closed();
                                    if (moved) {
                                      channel.config().setAutoRead(true);
                                    } else {
                                      channel.close();
                                    }
                                    done.accept(moved);
                                  }));
            });
    from.tick();
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

  /**
   * Ends the connection for all who use it, whose pending replies are lost, and leaves it to its
   * server to close it: one that does not read now holds its place there until it does.
   *
   * @param why in words, for the log
   * @param gone runs on the loop when it is closed
   */
  public void leave(String why, Runnable gone) {
    assert context.inLoop();
    channel.closeFuture().addListener(closed -> context.soon(gone, this::failed));
    end.leave(why);
  }

  /** Closes it where it was left and its server has not. */
  public void abandon() {
    channel.close();
  }

  /**
   * The server has not ended what was cancelled for a time limit: the connection is closed, and
   * nothing that was sent over it by the one who waits for it is sent again.
   *
   * @param error what its users get
   */
  public void closeOverdue(ServerError error) {
    assert context.inLoop();
    end.overdue(error);
  }

  /**
   * A statement of the node's own has failed that was to make the connection one session's, or to
   * find out what a session has set: the connection is closed, and counted, and no session gets it.
   *
   * @param statement what failed, in words, for the log
   */
  public void closeForState(String statement, ServerError error) {
    end.close(new Ending(Ending.Side.STATE, statement + " failed with " + error.sqlState()));
  }

  /** The same when the session that has it leaves it: that still needs it. */
  public void condemn(String statement, ServerError error) {
    afterUse = new Ending(Ending.Side.STATE, statement + " failed with " + error.sqlState());
  }

  /** A session leaves something on the connection that not even DISCARD ALL removes. */
  public void lastUse() {
    if (afterUse == null) {
      afterUse =
          new Ending(Ending.Side.NODE, "a session has left on it what DISCARD ALL does not remove");
    }
  }

  /** Closes the connection if no session may have it any more. */
  public void closeCondemned() {
    if (afterUse != null) {
      end.close(afterUse);
    }
  }

  /** How the connection came to its end; null before. */
  public Ending ending() {
    return end.ending();
  }

  /** What is prepared on the server. */
  @Override
  public ServerStatements statements() {
    return statements;
  }

  // ---- receiving

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heardAt = context.beginEvent();
    ByteBuf in = (ByteBuf) message;
    if (end.left()) {
      in.release(); // nobody waits for that any more
      return;
    }
    bytesIn += in.readableBytes();
    scanner.read(ReadBuffers.fitted(in));
  }

  void outOfSync(String what) {
    end.outOfSync(what);
  }

  /** The server has said why it ends the connection. */
  void ending(ServerError error) {
    end.announced(error);
  }

  void used() {
    lastUsed = context.now();
    if (groups.isEmpty()) {
      leftBefore = left;
    }
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
    scanner.lost();
    ReplyOwner held = holder;
    holder = null;
    return held;
  }

  void tellPool() {
    statements.ended();
    listener.serverClosed(this);
  }
}
