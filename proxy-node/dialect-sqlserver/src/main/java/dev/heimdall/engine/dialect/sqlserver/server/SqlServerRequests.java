package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerDialogue;
import dev.heimdall.engine.backend.ServerRequests;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsReframer;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Requests on one server connection, one at a time. The first request of another client than the
 * last one has the server reset the connection; what that client's session has set is set again
 * before, in a request that has the server reset it as well.
 */
public final class SqlServerRequests implements ServerRequests {
  private static final String ROLL_BACK = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION";

  private static final String NO_ROWS = " SELECT 1 WHERE 1 = 0";

  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final TdsVersion version;
  private final TdsReframer reframer;
  private final String database;
  private final int packetSize;
  private final ArrayDeque<SentRequest> waiting = new ArrayDeque<>(2);
  private final List<Runnable> interrupts = new ArrayList<>();

  /** Options as requests have set them since the last reset. */
  private final Map<String, String> options = new HashMap<>();

  /** Statements that the server has prepared, by the handles that the client has for them. */
  private final Map<Integer, ServerHandle> handles = new HashMap<>();

  /** The cursors that the client has open. */
  private final OpenCursors cursors = new OpenCursors();

  private ServerReplies replies;
  private SentRequest running;

  /** True if the rest of the running request is to follow. */
  private boolean open;

  /** Calls for cursors in the running request that are not answered. */
  private final ArrayDeque<SentRequest.CursorCall> cursorCalls = new ArrayDeque<>(2);

  /** The statement that the running request prepares; null for none. */
  private SentRequest.Numbered prepares;

  private ReplyOwner lastClient;

  /** Resets of the last client's session that the node has acknowledged by itself until then. */
  private int lastResets;

  /** The same of the session that has the connection now. */
  private int resetsHere;

  /** The client whose request was the last one of all; null where that was the node's own. */
  private ReplyOwner lastSender;

  /** True if the next request has the server reset the connection. */
  private boolean resets;

  private boolean acknowledged;

  /** Error for which the next attention is sent, where its client has sent none; else null. */
  private ServerError reason;

  private boolean byClient;

  /** True if the client may have a transaction open that the server says nothing of. */
  private boolean mayBeOpen;

  /** True if the server has reported a transaction that a text, or code, has begun. */
  private boolean reports;

  /**
   * True if clients may have set the isolation level, which not every server's reset takes back.
   */
  private boolean leveled;

  /** True if no client has sent anything since it was reset. */
  private boolean clean = true;

  private SqlServerRequests(
      ServerConnection connection, ReplyDelivery delivery, TdsVersion version, int packetSize) {
    this.connection = connection;
    this.delivery = delivery;
    this.version = version;
    this.reframer = new TdsReframer(connection.alloc());
    this.reframer.packetSize(packetSize);
    this.packetSize = packetSize;
    this.database = connection.reported().get(SessionOptions.DATABASE);
  }

  static ServerDialogue dialogue(
      ServerConnection connection, ReplyDelivery delivery, TdsVersion version, int packetSize) {
    SqlServerRequests requests = new SqlServerRequests(connection, delivery, version, packetSize);
    requests.replies = new ServerReplies(connection, delivery, requests, version);
    return new ServerDialogue(requests.replies, requests);
  }

  // ---- for clients

  /**
   * A client's session has the connection.
   *
   * @param resetsHere resets of its own that the node acknowledged: what it left before is
   *     another's
   */
  public void taken(ReplyOwner client, int resetsHere) {
    this.resetsHere = resetsHere;
    if (client == lastClient && resetsHere != lastResets) {
      lastClient = null;
    }
  }

  /** Sends a client's request in its turn. */
  public void request(SentRequest request) {
    prepareFor(request.client(), request.resets());
    send(request, request.client());
  }

  /**
   * Sends what the client's session has set, if a request of its would have to wait for that.
   *
   * @param reset whether the client wants its connection reset before that request
   * @return false if nothing is to be sent, and the owner hears of nothing
   */
  public boolean setsBefore(ReplyOwner client, boolean reset, ReplyOwner owner) {
    Variables wanted = takeOver(client, reset);
    if (!sets(wanted)) {
      return false;
    }
    set(wanted, owner);
    return true;
  }

  /**
   * Row count and error of the batch before become those of a new session, where that batch was not
   * the client's: servers may leave them over a reset.
   */
  public void clearResult(ReplyOwner client) {
    if (!isLast(client)) {
      Variables wanted = takeOver(client, false);
      set(wanted, SetBatch.of(wanted) + NO_ROWS, new Unawaited("SELECT"));
    }
  }

  /** The client's transaction begins next, in a statement of the node's own. */
  public void begins(ReplyOwner client) {
    prepareFor(client, false);
  }

  /** True if the request on its way is this client's, and its rest is to follow. */
  public boolean isOpen(ReplyOwner client) {
    return open && running.client() == client;
  }

  /** True if the rest of the request on its way is to follow. */
  boolean isOpen() {
    return open;
  }

  /** A piece of the request on its way prepares a statement. */
  public void prepares(SentRequest.Numbered statement) {
    prepares = statement;
    replies.handle(0, statement.number());
  }

  /** A piece of the request on its way, or all of it, calls for cursors. */
  public void use(List<SentRequest.CursorCall> calls) {
    if (cursorCalls.addAll(calls)) {
      layOut();
    }
  }

  /** A piece of the request on its way, or all of it, has calls that return these parameters. */
  public void returns(List<Integer> outputs) {
    replies.returns(outputs);
  }

  /** Rows may come without metadata: they are those of the cursor that the next answer is for. */
  private void layOut() {
    SentRequest.CursorCall next = cursorCalls.peek();
    if (next != null) {
      replies.layout(cursors.layout(next.cursor()));
    }
  }

  /** A call of the running request is answered. */
  void callAnswered(boolean failed) {
    SentRequest.CursorCall call = cursorCalls.poll();
    if (call != null && call.closes() && !failed) {
      cursors.closed(call.cursor());
    }
    layOut();
  }

  /** Sends a piece of the request on its way. */
  public void rest(ByteBuf payload) {
    reframer.on(payload, payload.readerIndex(), payload.writerIndex());
    flush();
  }

  /** Ends the request on its way, with such bits beside the end. */
  public void endRest(int bits) {
    open = false;
    reframer.end(bits);
    flush();
  }

  private void flush() {
    ByteBuf packets = reframer.take();
    if (packets != null) {
      connection.write(packets);
    }
  }

  /** True if this client has a cursor open. */
  public boolean hasCursors(ReplyOwner client) {
    return isStateOf(client) && !cursors.isEmpty();
  }

  /** The client's request, which was sent, may set the isolation level. */
  public void mayLevel() {
    leveled = true;
  }

  /** The client may have a transaction open that the server says nothing of; or not any more. */
  public void mayBeOpen(boolean open) {
    mayBeOpen = open;
  }

  /** True if what a session leaves on its connection is this client's. */
  public boolean isStateOf(ReplyOwner client) {
    return client == lastClient && !resets;
  }

  /** True if the last request of all is this client's. */
  public boolean isLast(ReplyOwner client) {
    return client == lastSender && !resets;
  }

  /** True if the server has prepared a statement that the client knows by this number. */
  public boolean hasHandle(ReplyOwner client, int number) {
    return isStateOf(client) && handles.containsKey(number);
  }

  /**
   * The server's handle of a statement that the client knows by this number.
   *
   * @return null where the server has none, or has prepared another text under that number, or in
   *     another database
   */
  public Integer handleOf(ReplyOwner client, int number, String text) {
    ServerHandle prepared = isStateOf(client) ? handles.get(number) : null;
    boolean same =
        prepared != null
            && prepared.text().equals(text)
            && Objects.equals(prepared.database(), databaseInUse());
    return same ? prepared.handle() : null;
  }

  /**
   * The server's handle of a statement that the client knows by this number, and wants replaced; 0
   * where the server has none.
   */
  public int take(ReplyOwner client, int number) {
    ServerHandle prepared = isStateOf(client) ? handles.remove(number) : null;
    return prepared == null ? 0 : prepared.handle();
  }

  /** The client has unprepared the statement of this number: the server forgets it, too. */
  public void forget(ReplyOwner client, int number) {
    ServerHandle prepared = isStateOf(client) ? handles.remove(number) : null;
    if (prepared != null) {
      String procedure =
          RpcProcedure.name(
              prepared.cursors() ? RpcProcedure.CURSOR_UNPREPARE : RpcProcedure.UNPREPARE);
      query("EXEC " + procedure + " " + prepared.handle(), new Unawaited(procedure));
    }
  }

  /** Has the server prepare a statement that the client knows by a number. */
  public void prepare(
      ReplyOwner client, SentRequest.Numbered statement, String declarations, ReplyOwner owner) {
    prepareFor(client, false);
    forget(client, statement.number()); // of another text
    ByteBuf payload = connection.allocate(256);
    PrepareCall.write(payload, declarations, statement.text(), statement.cursors(), version);
    send(
        new SentRequest(
            TdsPacket.RPC,
            payload,
            client,
            false,
            Map.of(),
            statement,
            SentRequest.Cursors.NONE,
            List.of(PrepareCall.OUTPUTS),
            false,
            false),
        owner);
  }

  /** The connection has state of another client's: none of it is left for this one. */
  private void prepareFor(ReplyOwner client, boolean reset) {
    Variables wanted = takeOver(client, reset);
    if (sets(wanted)) {
      set(wanted, new Unawaited("SET"));
    }
  }

  /** True if the reset that comes next has to set something. */
  private boolean sets(Variables wanted) {
    return !wanted.isEmpty() || (resets && leveled);
  }

  /** The connection is this client's from here on; returns what is to be set before. */
  private Variables takeOver(ReplyOwner client, boolean reset) {
    boolean others = client != lastClient && !clean && !reset;
    lastClient = client;
    lastResets = resetsHere;
    clean = false;
    if (!others) {
      return Variables.NONE;
    }
    resets = true;
    return connection.applied();
  }

  // ---- one at a time

  private void send(SentRequest request, ReplyOwner owner) {
    lastSender = owner == request.client() ? owner : null;
    connection.expect((byte) request.type(), owner);
    waiting.add(request);
    next();
  }

  /** Sends the next request, where none is being answered. */
  void next() {
    if (running == null && !waiting.isEmpty()) {
      running = waiting.poll();
      write(running);
    }
  }

  private void write(SentRequest request) {
    boolean reset = resets || request.resets();
    if (reset) {
      resets = false;
      forgetSession();
    }
    replies.hidesReset(reset && request.client() != null && !request.resets());
    boolean headers = version.hasHeaders() && request.type() != TdsPacket.BULK_LOAD;
    reframer.begin(request.type(), reset ? TdsPacket.RESET : 0);
    if (headers) {
      reframer.transaction(replies.descriptor());
    }
    prepares = null;
    if (request.prepares() != null) {
      prepares(request.prepares());
    }
    cursorCalls.clear();
    use(request.cursors().uses());
    returns(request.outputs());
    ByteBuf payload = request.payload();
    try {
      open = request.open();
      reframer.on(payload, payload.readerIndex(), payload.writerIndex());
      if (open) {
        flush();
      } else {
        endRest(0);
      }
    } finally {
      payload.release();
    }
  }

  /** The reset takes all of it away. */
  private void forgetSession() {
    mayBeOpen = false;
    options.clear();
    handles.clear();
    cursors.clear();
    replies.reset();
    delivery.reported(SessionOptions.DATABASE, database);
    connection.reported().takeChanged();
  }

  /** The server has numbered a statement that the running request prepares. */
  void handle(int ordinal, int number) {
    if (running != null && prepares != null && ordinal == 0) {
      SentRequest.Numbered statement = prepares;
      boolean forCursors = statement.cursors() != null;
      handles.put(
          statement.number(),
          new ServerHandle(number, statement.text(), forCursors, databaseInUse()));
    }
    if (running != null) {
      cursors.returned(running.cursors(), ordinal, number, replies.layout());
    }
  }

  /** True if the running request ends any transaction. */
  boolean rollsBack() {
    return running.rollsBack();
  }

  /** The running request is answered. */
  void answered(boolean failed) {
    SentRequest done = running;
    running = null;
    if (!failed) {
      done.options().forEach((name, value) -> options.compute(name, (same, old) -> value));
    }
  }

  /** The server does not know the cursor of the call that it answers. */
  void unknownCursor() {
    SentRequest.CursorCall call = cursorCalls.peek();
    if (call != null) {
      cursors.closed(call.cursor());
    }
  }

  /** The server reports that a transaction has begun. */
  void began() {
    reports |= running != null && running.type() != TdsPacket.TRANSACTION;
  }

  /** True if it is known to report transactions whatever begins them. */
  public boolean reportsTransactions() {
    return reports;
  }

  /** The transaction is rolled back. */
  public void rolledBack() {
    cursors.rolledBack();
  }

  /**
   * The running request is to be interrupted next.
   *
   * @param why error that it ends with
   * @param itself whether its client has sent an attention itself, and gets that acknowledged
   */
  public void interrupts(ServerError why, boolean itself) {
    reason = why;
    byClient = itself;
  }

  /** True if an attention was acknowledged in the last answer; asked once. */
  public boolean takeAcknowledged() {
    boolean was = acknowledged;
    acknowledged = false;
    return was;
  }

  /** The server has acknowledged an attention. */
  void acknowledged() {
    acknowledged = true;
    List<Runnable> told = List.copyOf(interrupts);
    interrupts.clear();
    told.forEach(Runnable::run);
  }

  /** Nothing is answered any more. */
  void lost() {
    running = null;
    open = false;
    waiting.forEach(request -> request.payload().release());
    waiting.clear();
    reframer.release();
    acknowledged();
  }

  // ---- what the core asks for

  /** A batch of the node's own. */
  private SentRequest batch(String sql, Map<String, String> options) {
    return SentRequest.own(batch(sql), options, sql.equals(ROLL_BACK));
  }

  private ByteBuf batch(String sql) {
    ByteBuf payload = connection.allocate(AllHeaders.LENGTH + 2 * sql.length());
    if (version.hasHeaders()) {
      AllHeaders.write(payload, 0);
    }
    payload.writeCharSequence(sql, StandardCharsets.UTF_16LE);
    return payload;
  }

  @Override
  public void query(String sql, ReplyOwner owner) {
    send(batch(sql, Map.of()), owner);
  }

  @Override
  public void probe(ReplyOwner owner) {
    query("SELECT 1", owner);
  }

  /** Without a server: its options are those that requests have set. */
  @Override
  public void readVariables(Collection<String> names, Predicate<String> set, ReplyOwner owner) {
    List<String> values = new ArrayList<>();
    for (String name : names) {
      values.add(name.equals(SessionOptions.DATABASE) ? databaseSet() : options.get(name));
    }
    answer(owner, values);
  }

  private String databaseSet() {
    String now = databaseInUse();
    return Objects.equals(now, database) ? null : now;
  }

  private String databaseInUse() {
    return connection.reported().get(SessionOptions.DATABASE);
  }

  private void answer(ReplyOwner owner, List<String> values) {
    ByteBuf row = connection.allocate(64);
    OwnRows.write(row, values);
    owner.reply(connection, row);
    owner.groupComplete(connection, connection.status(), null);
  }

  /** Resets the connection, and sets what is wanted. */
  @Override
  public void change(StateChange change, ReplyOwner owner) {
    leveled |= change.from().get(SessionOptions.ISOLATION) != null;
    resets = true;
    clean = true;
    if (change.to().isEmpty()) {
      reset(owner);
    } else {
      set(change.to(), owner);
    }
  }

  private void set(Variables wanted, ReplyOwner owner) {
    set(wanted, SetBatch.of(wanted), owner);
  }

  private void set(Variables wanted, String sql, ReplyOwner owner) {
    Map<String, String> given = new HashMap<>(wanted.asMap());
    given.remove(SessionOptions.DATABASE);
    leveled = wanted.get(SessionOptions.ISOLATION) != null;
    send(batch(sql, given), owner);
  }

  /** None of them disturbs a connection. */
  @Override
  public String resetCommand() {
    return "RESETCONNECTION";
  }

  /** With the next request: of the node's, where a transaction may be open. */
  @Override
  public void reset(ReplyOwner owner) {
    resets = true;
    clean = true;
    if (leveled) {
      set(Variables.NONE, owner);
    } else if (mayBeOpen) {
      query(ROLL_BACK, owner);
    } else {
      owner.groupComplete(connection, connection.status(), null);
    }
  }

  @Override
  public void rollBack(ReplyOwner owner) {
    query(ROLL_BACK, owner);
  }

  /** On the connection itself; what is being answered ends with the acknowledgement. */
  @Override
  public void cancel(CancelConnections separate, Runnable done) {
    ServerError why = reason;
    boolean known = byClient || running == null || running.client() == null;
    reason = null;
    byClient = false;
    if (connection.closed() || running == null) {
      done.run();
      return;
    }
    interrupts.add(done);
    if (interrupts.size() > 1 && why != null && known) {
      replies.interruptedByClient();
    } else if (interrupts.size() == 1) {
      replies.interrupt(why, known ? 0 : packetSize);
      interrupt();
    }
  }

  /** A request of which the server has only a part is taken back by its end. */
  private void interrupt() {
    if (open) {
      endRest(TdsPacket.IGNORE);
      return;
    }
    ByteBuf out = connection.allocate(TdsPacket.HEADER);
    TdsPacket.writeAttention(out);
    connection.write(out);
  }

  /** Clients close the socket. */
  @Override
  public void terminate(ByteBuf out) {}
}
