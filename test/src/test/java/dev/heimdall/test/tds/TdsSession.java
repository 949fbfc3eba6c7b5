package dev.heimdall.test.tds;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** State of one session, and its transaction. */
final class TdsSession implements AutoCloseable {
  private static final int MOST_STATEMENTS = 100;
  private static final byte[] NONE = new byte[0];

  /** The session has an application role, which no reset can take from it. */
  static final class ResetRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    ResetRefused() {
      super("reset of a session with an application role");
    }
  }

  /** A statement of sp_prepare. */
  record Prepared(String parameters, String text) {}

  final TdsServer server;
  final int spid;
  final Login7 login;
  final ResultStream results;
  private final Connection engine;
  private final Map<String, PreparedStatement> statements =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, PreparedStatement> eldest) {
          if (size() <= MOST_STATEMENTS) {
            return false;
          }
          try {
            eldest.getValue().close();
          } catch (SQLException e) {
            throw ServerErrors.of(e);
          }
          return true;
        }
      };

  SessionSettings settings = new SessionSettings();
  String database;
  String user;
  final Map<Integer, Prepared> handles = new HashMap<>();
  private int lastHandle;
  final Map<Integer, Cursor> cursors = new HashMap<>();
  private int lastCursor = 180150000;
  byte[] contextInfo;

  /** True if ANSI_DEFAULTS was set, behind which Babelfish's resets go wrong. */
  boolean defaultsSet;

  byte[] role;
  String bulkTable;
  int callFlags;
  final Map<String, Object> context = new HashMap<>();

  /** Cursors, keys and the like: the verb with the name. */
  final Set<String> left = new TreeSet<>();

  final Map<String, String> tables = new TreeMap<>();
  int rowCount;
  int errorNumber;
  BigDecimal identity;
  BigDecimal scopeIdentity;
  private int transactions;
  private long descriptor;
  boolean doomed;
  private final Map<String, Savepoint> savepoints = new LinkedHashMap<>();
  private final Map<String, Integer> changesAt = new HashMap<>();
  private final String firstDatabase;
  private volatile Statement running;
  private volatile boolean cancelled;
  private volatile boolean closing;
  private final List<GroupLog.Change> changes = new ArrayList<>();

  TdsSession(TdsServer server, int spid, Login7 login, String database, ResultStream results)
      throws SQLException {
    this.server = server;
    this.spid = spid;
    this.login = login;
    this.database = database;
    this.firstDatabase = database;
    this.user = login.user;
    this.results = results;
    engine = server.database().connect();
    useSchema();
  }

  // Statements

  /** The engine's statement, prepared once. */
  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement known = statements.get(sql);
    if (known == null) {
      known = engine.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS);
      statements.put(sql, known);
    }
    return known;
  }

  /** A statement is carried out whose effect stays when its procedure ends. */
  void leaves(Tsql.Leaves statement) {
    List<TsqlToken> words = statement.words();
    String first = words.get(0).lower();
    boolean key = words.get(0).isAny("SYMMETRIC", "ALL", "MASTER");
    switch (statement.verb()) {
      case "DECLARE" -> {
        if (words.stream().skip(1).noneMatch(word -> word.is("LOCAL"))) {
          left.add("cursor " + first);
        }
      }
      case "OPEN" -> {
        if (key) {
          left.add("key");
        }
      }
      case "CLOSE" -> {
        if (key) {
          left.remove("key");
        }
      }
      case "DEALLOCATE" -> left.remove("cursor " + first);
      case "DBCC" -> {
        if (first.equals("traceon")) {
          left.add("traceon");
        }
      }
      default -> {}
    }
  }

  void execute(String sql) {
    try (Statement statement = engine.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  Connection engine() {
    return engine;
  }

  void running(Statement statement) {
    running = statement;
  }

  /** From another thread: ends what runs. */
  void cancel() {
    cancelled = true;
    Statement statement = running;
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        throw ServerErrors.of(e);
      }
    }
    synchronized (this) {
      notifyAll();
    }
  }

  boolean cancelled() {
    return cancelled;
  }

  void clearCancelled() {
    cancelled = false;
  }

  void checkCancelled() {
    if (cancelled) {
      throw new CancelledException();
    }
  }

  /** Rests until the time is over or an attention comes. */
  synchronized void rest(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    try {
      while (!cancelled) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    checkCancelled();
  }

  // Databases

  void use(String name) {
    if (!server.database().exists(name)) {
      throw new SqlErrorException(
          911,
          16,
          "Database '" + name + "' does not exist. Make sure that the name is entered correctly.");
    }
    GroupMember member = server.member();
    SqlError refusal = member == null ? null : member.refusal(name, login.readOnly);
    if (refusal != null) {
      throw new SqlErrorException(refusal);
    }
    String before = database;
    database = name.toLowerCase(Locale.ROOT);
    useSchema();
    results.tokens().changed(TokenWriter.DATABASE, database, before);
    results.message(SqlError.info(5701, "Changed database context to '" + database + "'."));
  }

  /** As it was on a connection that broke. */
  void recover(String name) {
    database = name.toLowerCase(Locale.ROOT);
    useSchema();
  }

  /** Nothing is there that a new connection could not have. */
  boolean mayRecover() {
    return transactions == 0 && tables.isEmpty() && cursors.isEmpty() && role == null;
  }

  private void useSchema() {
    execute("SET SCHEMA \"" + database + "\"");
  }

  // Transactions

  int transactionCount() {
    return transactions;
  }

  boolean inTransaction() {
    return transactions > 0;
  }

  long descriptor() {
    return descriptor;
  }

  int transactionState() {
    return transactions == 0 ? 0 : doomed ? -1 : 1;
  }

  void begin() {
    if (transactions++ > 0) {
      return;
    }
    try {
      engine.setTransactionIsolation(settings.isolation);
      engine.setAutoCommit(false);
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
    descriptor = server.nextTransaction();
    report(TokenWriter.BEGIN, bytes(descriptor), NONE);
  }

  void commit() {
    if (transactions == 0) {
      throw new SqlErrorException(
          3902, 16, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.");
    }
    if (doomed) {
      throw new SqlErrorException(
          3930,
          16,
          "The current transaction cannot be committed and cannot support operations that write to"
              + " the log file. Roll back the transaction.");
    }
    if (transactions > 1) {
      transactions--;
      return;
    }
    try {
      commitChanges();
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
    ended(TokenWriter.COMMIT);
  }

  /** What is written by this session's thread and not committed. */
  List<GroupLog.Change> changes() {
    return changes;
  }

  private void commitChanges() throws SQLException {
    if (server.member() == null) {
      tracking().commit(engine, changes);
    } else {
      server.member().commit(this, engine, changes);
    }
    changes.clear();
  }

  private ChangeTracking tracking() {
    return server.database().tracking();
  }

  /** True if what statements change by themselves is committed here. */
  private boolean commits() {
    return transactions == 0 && (server.member() != null || tracking().any());
  }

  /** Before a statement of the engine: in a group its changes are committed here. */
  void beginStatement(String sql) throws SQLException {
    GroupMember member = server.member();
    if (member != null) {
      member.check(database, sql);
    }
    if (commits()) {
      engine.setAutoCommit(false);
    }
  }

  /** It was carried out. */
  void endStatement(String sql, List<Object> parameters) throws SQLException {
    GroupMember member = server.member();
    boolean defines = member != null && GroupMember.defines(sql) && member.holds(database);
    if (defines) {
      changes.add(new GroupLog.Definition(database, sql, new ArrayList<>(parameters)));
      member.capture(engine);
    }
    if (commits() || defines) {
      commitChanges();
    }
    if (commits()) {
      engine.setAutoCommit(true);
    }
  }

  /** It failed, with so many changes before it. */
  void failStatement(int before) throws SQLException {
    changes.subList(Math.min(before, changes.size()), changes.size()).clear();
    if (commits() && !engine.isClosed()) {
      engine.rollback();
      engine.setAutoCommit(true);
    }
  }

  /** The engine's sessions, with what they run and hold. */
  List<String> others() {
    try (Statement statement = engine.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT CONCAT_WS(' ', SESSION_ID, SESSION_STATE, CONTAINS_UNCOMMITTED, BLOCKER_ID,"
                    + " EXECUTING_STATEMENT) FROM INFORMATION_SCHEMA.SESSIONS")) {
      List<String> all = new ArrayList<>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  /** Its connection is closed by the server. */
  void closes() {
    closing = true;
  }

  boolean closing() {
    return closing;
  }

  void rollback() {
    if (transactions == 0) {
      throw new SqlErrorException(
          3903, 16, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.");
    }
    try {
      changes.clear();
      engine.rollback();
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
    cursors.values().removeIf(cursor -> cursor.kind() != CursorProcedures.STATIC);
    ended(TokenWriter.ROLLBACK);
  }

  private void ended(int how) {
    transactions = 0;
    doomed = false;
    savepoints.clear();
    try {
      engine.setAutoCommit(true);
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
    long before = descriptor;
    descriptor = 0;
    server.locks().transactionEnded(this);
    report(how, NONE, bytes(before));
  }

  /** ENVCHANGE alone reports transactions: the bit of DONE is never set, as by SQL Server. */
  private void report(int how, byte[] now, byte[] before) {
    if (results.tokens().wide() && server.reportsTransactions()) {
      results.tokens().changed(how, now, before);
    }
  }

  void save(String name) {
    if (transactions == 0) {
      throw new SqlErrorException(
          628, 16, "Cannot issue SAVE TRANSACTION when there is no active transaction.");
    }
    try {
      savepoints.put(name.toLowerCase(Locale.ROOT), engine.setSavepoint());
      changesAt.put(name.toLowerCase(Locale.ROOT), changes.size());
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  /** Rolls back to a savepoint; the transaction goes on. */
  void rollbackTo(String name) {
    Savepoint savepoint = savepoints.get(name.toLowerCase(Locale.ROOT));
    if (savepoint == null) {
      throw new SqlErrorException(
          6401,
          16,
          "Cannot roll back " + name + ". No transaction or savepoint of that name was found.");
    }
    try {
      engine.rollback(savepoint);
      int kept = changesAt.get(name.toLowerCase(Locale.ROOT));
      changes.subList(Math.min(kept, changes.size()), changes.size()).clear();
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  boolean hasSavepoint(String name) {
    return savepoints.containsKey(name.toLowerCase(Locale.ROOT));
  }

  static byte[] bytes(long number) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  // Handles

  int newHandle(Prepared prepared) {
    handles.put(++lastHandle, prepared);
    return lastHandle;
  }

  /** A statement by its handle, or error 8179. */
  Prepared prepared(Object handle) {
    Prepared prepared = handle instanceof Number number ? handles.get(number.intValue()) : null;
    if (prepared == null) {
      throw new SqlErrorException(
          8179, 16, "Could not find prepared statement with handle " + handle + ".");
    }
    return prepared;
  }

  int newCursor(Cursor cursor) {
    lastCursor += 2;
    cursors.put(lastCursor, cursor);
    return lastCursor;
  }

  /** Drops its temporary tables but for these. */
  void dropTables(Predicate<String> kept) {
    for (Map.Entry<String, String> table : Map.copyOf(tables).entrySet()) {
      if (!kept.test(table.getKey())) {
        execute("DROP TABLE IF EXISTS \"" + table.getValue() + "\"");
        tables.remove(table.getKey());
      }
    }
  }

  /** As sp_reset_connection; its acknowledgement is the caller's. */
  void reset(boolean keepTransaction) {
    if (transactions > 0 && !keepTransaction) {
      rollback();
    }
    server.locks().sessionEnded(this);
    dropTables(name -> false);
    handles.clear();
    cursors.clear();
    if (role != null) {
      throw new ResetRefused();
    }
    SessionSettings fresh = new SessionSettings();
    if (server.options().resetKeepsIsolation()) {
      fresh.isolation(settings.isolationNumber());
    }
    boolean babelfish = server.database().modules().babelfish();
    if (babelfish && defaultsSet) {
      fresh.set("implicit_transactions", "on");
    }
    settings = fresh;
    if (!babelfish) {
      context.clear();
      errorNumber = 0;
    }
    if (!babelfish && !server.options().resetKeepsContext()) {
      contextInfo = null;
    }
    left.removeIf(name -> !babelfish || !name.startsWith("identity_insert"));
    user = login.user;
    identity = null;
    scopeIdentity = null;
    if (!database.equals(firstDatabase)) {
      database = firstDatabase;
      useSchema();
    }
  }

  @Override
  public void close() {
    try {
      server.locks().sessionEnded(this);
      server.locks().transactionEnded(this);
      if (!engine.isClosed()) {
        if (transactions > 0) {
          engine.rollback();
        }
        engine.close();
      }
    } catch (SQLException e) {
      // The server ends first.
      transactions = 0;
    }
  }
}
