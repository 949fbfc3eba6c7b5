package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerDialogue;
import dev.heimdall.engine.backend.ServerRequests;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Commands on a connection to a MySQL or MariaDB server, one at a time: the node's own commands,
 * and those of clients, wait until earlier ones are answered. Only reads that share the
 * connection's pipeline are sent ahead.
 */
public final class MysqlRequests implements ServerRequests {
  private static final Set<PinReason> NAMED_LOCK = Set.of(MysqlPins.NAMED_LOCK);

  /**
   * Query for the identity of the role and the start of its sessions: the statements that the
   * server runs for each of them except for those of its administrators.
   */
  private static final String ROLE = "SELECT CURRENT_USER(), @@global.init_connect";

  /** Would end a connection while it is unused. */
  private static final String IDLE_TIMEOUT = "wait_timeout";

  private final ServerConnection connection;
  private final SessionSetUp setUp;
  private final OwnCommands own;
  private final Cancellation cancellation;
  private final StateReports reports;

  /** Null where the connection cannot log in again. */
  private final ChangeUser logIn;

  private final LastAnswer last = new LastAnswer();
  private final ArrayDeque<CommandExchange> waiting = new ArrayDeque<>(2);
  private final ExecutedStatements use = new ExecutedStatements();

  /** True if an answer that names a cursor has one; assumed unless stated otherwise. */
  private boolean mayOpenCursor = true;

  private MysqlReplies replies;
  private CommandExchange running;

  /** True if the server takes several statements in one text. */
  private boolean multiStatements;

  private MysqlRequests(
      ServerConnection connection,
      SessionSetUp setUp,
      Cancellation cancellation,
      StateReports reports,
      ChangeUser logIn) {
    this.connection = connection;
    this.setUp = setUp;
    this.own = new OwnCommands(connection, setUp);
    this.cancellation = cancellation;
    this.reports = reports;
    this.logIn = logIn;
    this.multiStatements = setUp.agreed().has(Capability.MULTI_STATEMENTS);
  }

  /** Returns the dialogue with which a connection continues after its log-in. */
  static ServerDialogue dialogue(
      ServerConnection connection,
      ReplyDelivery delivery,
      SessionSetUp setUp,
      Cancellation cancellation,
      ChangeUser logIn) {
    StateReports reports = new StateReports(delivery, setUp.mariadb());
    MysqlRequests requests = new MysqlRequests(connection, setUp, cancellation, reports, logIn);
    requests.replies = new MysqlReplies(connection, delivery, requests, reports, setUp.agreed());
    return new ServerDialogue(requests.replies, requests);
  }

  // ---- for clients

  /** True if nothing is being answered or waits for its turn: a command would leave at once. */
  public boolean idle() {
    return running == null;
  }

  /**
   * Sends a whole command of a client's, in its turn.
   *
   * @param consumed its packets, numbered from 0
   * @param tracking what the client reads of changes of its session's state; null where it has not
   *     asked for them (SESSION_TRACK)
   */
  public void command(ByteBuf consumed, ReplyOwner owner, ClientTracking tracking) {
    byte command = consumed.getByte(consumed.readerIndex() + Packet.HEADER);
    send(new CommandExchange(command, tracking, consumed), owner);
  }

  /**
   * Begins a client's command whose bytes the caller writes to the connection itself, from now on
   * until it is whole; {@link #idle} given, or where sessions share the connection {@link
   * #takesAhead}.
   */
  public void begin(byte command, ReplyOwner owner, ClientTracking tracking) {
    CommandExchange exchange =
        connection.shared()
            ? CommandExchange.shared(command, tracking)
            : new CommandExchange(command, tracking, null);
    send(exchange.withLongDataOf(use.takeLongData()), owner);
  }

  /**
   * True if a read may be sent now, before what was sent ahead of it is answered: nothing is to be
   * sent yet that would come behind it, and no transaction begins by itself.
   */
  public boolean takesAhead() {
    int status = replies.status();
    boolean commits =
        (status & StatusFlag.AUTOCOMMIT) != 0 && (status & StatusFlag.IN_TRANSACTION) == 0;
    return commits && (running == null || (running.isShared() && running.then() == null && sent()));
  }

  /** True if all that waits for its turn to be answered was sent. */
  private boolean sent() {
    return waiting.isEmpty() || waiting.peekLast().isShared();
  }

  /** True if a command was sent behind the one that is being answered. */
  boolean sentBehind() {
    return !waiting.isEmpty() && waiting.peekFirst().isShared();
  }

  /** The client has the server take several statements in one text, or no more (COM_SET_OPTION). */
  public void multiStatements(boolean taken) {
    multiStatements = taken;
  }

  /** Report of the last answer to a client's command. */
  public LastAnswer last() {
    return last;
  }

  /** The flags that the server has said last. */
  public int status() {
    return replies.status();
  }

  /** GTID of the last transaction of this connection; empty where it had none. */
  public String lastGtid() {
    return reports.gtids();
  }

  /** True if the server is a MariaDB. */
  public boolean mariadb() {
    return setUp.mariadb();
  }

  /** True if the end of rows says what has changed of the session's state. */
  public boolean reportsBehindRows() {
    return setUp.agreed().deprecatesEof();
  }

  /**
   * Has the server prepare a statement, and number it; the answer is the owner's.
   *
   * @see dev.heimdall.engine.prepared.ServerStatements#handle
   */
  public void prepare(PreparedStatement statement, ReplyOwner owner) {
    connection.statements().parsing(statement, null);
    byte[] sql = statement.body();
    send(own.of(Command.STMT_PREPARE, sql), owner);
  }

  /** Has the server close the cursor of a statement that it has. */
  public void resetStatement(StatementName statement, ReplyOwner owner) {
    send(own.of(Command.STMT_RESET, statement), owner);
  }

  /**
   * A statement that the server has is to be executed. MySQL sends no end of rows for one that had
   * a cursor and is executed without: it has to be prepared anew.
   *
   * @return whether it can be; if not, the server has it no longer
   */
  public boolean executes(StatementName statement, boolean opensCursor) {
    mayOpenCursor = opensCursor;
    if (opensCursor) {
      use.cursor(statement);
    } else if (!executesAsIs(statement)) {
      close(statement);
      return false;
    }
    return true;
  }

  /** True if a statement that the server has can be executed without a cursor as it is. */
  public boolean executesAsIs(StatementName statement) {
    return setUp.mariadb() || !use.hadCursor(statement);
  }

  /** True if the execution that was sent last has asked for a cursor. */
  boolean mayOpenCursor() {
    return mayOpenCursor;
  }

  /** State that executions have left of the server's prepared statements. */
  public ExecutedStatements use() {
    return use;
  }

  /**
   * An execution has failed. What a server rejects of parts of values it says then, and from then
   * on to each execution of the statement, and what it has of them stays: the statement goes.
   */
  void failed(CommandExchange execution) {
    if (execution.longDataOf() != null) {
      close(execution.longDataOf());
    }
  }

  /** Has the server forget a statement that it has; nothing answers that. */
  public void close(StatementName statement) {
    use.forget(statement);
    CommandExchange closes = own.of(Command.STMT_CLOSE, statement);
    connection.statements().closing(statement);
    connection.statements().closed();
    send(closes, null);
  }

  @Override
  public void closePrepared() {
    connection.statements().ours().forEach(this::close);
  }

  @Override
  public void yieldPrepared(boolean held) {
    ServerStatements there = connection.statements();
    while (there.serverNearlyFull()) {
      StatementName next = held ? there.eldest() : there.unheld();
      if (next == null) {
        return;
      }
      close(next);
    }
  }

  @Override
  public boolean readLimits(ReplyOwner owner) {
    query(own.limits(), owner);
    return true;
  }

  @Override
  public boolean readStatementLimit(ReplyOwner owner) {
    query(OwnCommands.STATEMENT_LIMIT, owner);
    return true;
  }

  // ---- one at a time

  private void send(CommandExchange exchange, ReplyOwner owner) {
    if (exchange.answered()) {
      connection.expect(exchange.command(), owner);
    }
    if (running != null) {
      waiting.add(exchange);
    } else {
      start(exchange);
    }
  }

  private void start(CommandExchange exchange) {
    ByteBuf bytes = exchange.takeBytes();
    if (exchange.answered()) {
      running = exchange;
      replies.begin(exchange);
      if (exchange.changesFoundRows()) {
        last.foundRowsOf(null);
      }
    }
    if (bytes != null) {
      connection.write(bytes);
    }
  }

  CommandExchange running() {
    return running;
  }

  /** Starts the next exchange in the group of the one that is being answered. */
  void follow() {
    start(running.then());
  }

  /** The group is answered: the next one has its turn. */
  void answered() {
    running = null;
    while (running == null && !waiting.isEmpty()) {
      start(waiting.poll());
    }
  }

  /**
   * A command has failed: no error says whether a transaction is open. COM_SET_OPTION, of what is
   * set already, is answered with that, and leaves warnings and counts as they are. Changes of
   * variables that a failed statement has made are kept back by MariaDB until it has another one to
   * report, such as the default database when it is set to what it is, and by all servers until
   * there is an OK packet.
   */
  void askStatus() {
    CommandExchange asks = own.status(multiStatements);
    String database =
        connection.reported().values().getOrDefault(StateChanges.DATABASE, setUp.database());
    if (!setUp.mariadb() && setUp.agreed().deprecatesEof()) {
      running.then(asks);
    } else if (database.isEmpty() || !OwnCommands.isPlain(database)) {
      connection.residue().taint();
      running.then(asks);
    } else {
      running.then(own.status(database, asks));
    }
  }

  /** Nothing is answered any more. */
  void lost() {
    if (running != null) {
      running.dropThen();
      running = null;
    }
    waiting.forEach(CommandExchange::release);
    waiting.clear();
  }

  // ---- what the core asks for

  @Override
  public void query(String sql, ReplyOwner owner) {
    CommandExchange exchange = own.text(sql);
    send(sql.startsWith("SET ") ? exchange : exchange.withRows(), owner);
  }

  @Override
  public void probe(ReplyOwner owner) {
    send(own.of(Command.PING), owner);
  }

  @Override
  public boolean checkDatabase(ReplyOwner owner) {
    if (setUp.database().isEmpty()) {
      return false;
    }
    reports.forget();
    send(own.useAgain(), owner);
    return true;
  }

  @Override
  public boolean describeRole(ReplyOwner owner) {
    query(ROLE, owner);
    return true;
  }

  /** Reads variables; those that the server has just reported need no query. */
  @Override
  public void readVariables(Collection<String> names, Predicate<String> set, ReplyOwner owner) {
    boolean ofNames =
        names.contains(SessionCharacters.NAMES)
            && !set.test(SessionCharacters.NAMES)
            && reports.names();
    List<String> values = new ArrayList<>();
    boolean known = true;
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String name : names) {
      boolean none = ofNames ? isOfNames(name) : name.equals(SessionCharacters.NAMES);
      // MariaDB reports no change by SET @@name = …, which a text may have said.
      boolean sure = !setUp.mariadb() || set.test(name);
      String value = none || !sure ? null : reports.fresh(name);
      values.add(value);
      known &= none || value != null;
      sql.append(values.size() == 1 ? "" : ",").append(none ? "NULL" : SetStatement.reading(name));
    }
    reports.forget();
    if (idle() && known) {
      ByteBuf rows = connection.allocate(64 + 64 * values.size());
      TextRows.write(rows, values, setUp.agreed().deprecatesEof());
      owner.reply(connection, rows);
      owner.groupComplete(connection, connection.status(), null);
      return;
    }
    query(sql.append(" LIMIT 1").toString(), owner); // whatever sql_select_limit is
  }

  @Override
  public boolean readsPins(Collection<PinReason> reasons, boolean named) {
    return named && NAMED_LOCK.containsAll(reasons);
  }

  /** The names have no sign that means something in a literal, whatever the modes. */
  @Override
  public void readPins(Collection<PinReason> reasons, Collection<String> names, ReplyOwner owner) {
    StringBuilder sql = new StringBuilder("SELECT IF(");
    for (String name : names) {
      sql.append("IS_USED_LOCK('").append(name).append("')<=>CONNECTION_ID() OR ");
    }
    query(sql.append("0,'t','f') LIMIT 1").toString(), owner); // whatever sql_select_limit is
  }

  /** The collation that a SET NAMES has given since then; null for none, or one not known. */
  public String namesGiven() {
    return reports.names() ? reports.fresh(SessionCharacters.COLLATION) : null;
  }

  /** True if a variable has what SET NAMES has given it: it is carried with that. */
  public boolean isOfNames(String name) {
    return SessionCharacters.VARIABLES.contains(name) && !reports.besideNames(name);
  }

  @Override
  public void change(StateChange change, ReplyOwner owner) {
    Variables from = change.from();
    Variables to = change.to();
    String before = from.get(StateChanges.DATABASE);
    String database = to.get(StateChanges.DATABASE);
    boolean uses = !Objects.equals(before, database);
    String name = database == null ? setUp.database() : database;
    if (name.isEmpty() && uses && logIn != null) {
      send(leaveDatabase(setUp.again(), setUp.change(Variables.NONE, to, false)), owner);
      return;
    }
    // Servers refuse an empty name.
    SetStatement set = setUp.change(from, to, uses && !OwnCommands.isPlain(name));
    CommandExchange first = null;
    if (uses) {
      first =
          own.use(
              name,
              set.isEmpty() ? null : own.text(set.toString()),
              logIn == null ? null : () -> withoutDatabase(to));
    } else if (!set.isEmpty()) {
      first = own.text(set.toString());
    }
    reports.forget();
    send(first == null ? own.of(Command.PING) : first, owner);
  }

  /**
   * Logs in again, to no database, which leaves nothing of what was set or prepared.
   *
   * @param again what the session begins with
   * @param set what is to be set then
   */
  private CommandExchange leaveDatabase(String again, SetStatement set) {
    forgetState();
    connection.reported().values().put(StateChanges.DATABASE, "");
    connection.statements().forgetAll();
    CommandExchange sets = own.text(again);
    return own.of(Command.CHANGE_USER, logIn.begin())
        .then(set.isEmpty() ? sets : sets.then(own.text(set.toString())));
  }

  /**
   * The session's default database was dropped, or its rights to it were revoked: it goes on
   * without one until it has a connection the next time, which is to look again.
   */
  private CommandExchange withoutDatabase(Variables to) {
    connection.residue().taint();
    return leaveDatabase(setUp.again(), setUp.change(Variables.NONE, to, false));
  }

  /** The server asks who it is that logs in again. */
  void asked(ByteBuf payload, int number) {
    logIn.asked(connection, payload, number);
  }

  /** Only another log-in leads from a default database back to none. */
  @Override
  public boolean restores(Variables from, Variables wanted) {
    return logIn != null
        || !setUp.database().isEmpty()
        || from.get(StateChanges.DATABASE) == null
        || wanted.get(StateChanges.DATABASE) != null;
  }

  @Override
  public Variables restful(Variables applied) {
    return applied.without(IDLE_TIMEOUT);
  }

  @Override
  public String resetCommand() {
    return "COM_RESET_CONNECTION";
  }

  @Override
  public void reset(ReplyOwner owner) {
    reset(setUp.again(), owner);
  }

  /** Resets the connection for its client: its variables have the global values of now then. */
  public void resetForClient(ReplyOwner owner) {
    reset(setUp.againWithGlobals(), owner);
  }

  /** Statement that gives a session the global values of now, as a log-in does. */
  public String globals() {
    return setUp.globals();
  }

  /** Variables of a client's reset session whose values new sessions of the pool lack. */
  public Set<String> othersThanInitial() {
    return setUp.othersThanInitial(connection.reported().values());
  }

  /** COM_RESET_CONNECTION leaves the default database, and RAND() where it is. */
  private void reset(String again, ReplyOwner owner) {
    String database = connection.reported().get(StateChanges.DATABASE);
    boolean leaves = setUp.database().isEmpty() && database != null && !database.isEmpty();
    if (leaves && logIn != null) {
      send(leaveDatabase(again, new SetStatement()), owner);
      return;
    }
    forgetState();
    CommandExchange sets = own.text(again);
    if (!setUp.database().isEmpty()) {
      // Whichever it has: a reset gives the server's character set to collation_database.
      sets = own.use(setUp.database(), sets, null);
    } else if (leaves) {
      sets.release();
      connection.expect(Command.RESET_CONNECTION, owner);
      connection.close("it has a default database, which no command takes away again");
      return;
    }
    send(own.of(Command.RESET_CONNECTION).then(sets), owner);
  }

  private void forgetState() {
    reports.begin();
    last.forget();
    use.forgetAll();
    // It is not reported: the same value, set again, must count as another one.
    connection.reported().values().keySet().removeIf(name -> !setUp.isKnownAfterReset(name));
  }

  @Override
  public boolean seed(double value, ReplyOwner owner) {
    query(SetStatement.seed(value), owner);
    return true;
  }

  @Override
  public void rollBack(ReplyOwner owner) {
    query("ROLLBACK AND NO CHAIN NO RELEASE", owner); // whatever completion_type says
  }

  /** A server takes what it has as the whole file, and keeps it, unless the connection ends. */
  @Override
  public void failCopy(String reason) {
    connection.close(reason);
  }

  @Override
  public void cancel(CancelConnections separate, Runnable done) {
    cancellation.begin(connection, separate, done);
  }

  @Override
  public void terminate(ByteBuf out) {
    if (!replies.copyIn()) { // or it would be data
      ByteBuf quit = own.packets(Command.QUIT);
      out.writeBytes(quit);
      quit.release();
    }
  }
}
