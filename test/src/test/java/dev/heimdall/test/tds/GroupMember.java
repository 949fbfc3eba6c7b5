package dev.heimdall.test.tds;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** One server's part in an availability group: its role, and how far it has redone the log. */
final class GroupMember {
  private static final Pattern WRITES =
      Pattern.compile(
          "(?is)\\s*(INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|TRUNCATE)\\b"
              + "|\\s*SELECT\\b.*\\bFROM (OLD|FINAL) TABLE \\(");
  private static final Pattern OF_SESSION =
      Pattern.compile(
          "(?is)\\s*(CREATE|DROP) (LOCAL TEMPORARY )?TABLE (IF EXISTS )?\"[#@].*"
              + "|\\s*CREATE LOCAL TEMPORARY\\b.*"
              + "|.*?\\b(INSERT INTO|UPDATE|DELETE FROM) \"?[#@].*");
  private static final Pattern DEFINES =
      Pattern.compile("(?is)\\s*(CREATE|ALTER|DROP|TRUNCATE)\\b.*");

  /** Role of a member. */
  enum Role {
    RESOLVING,
    PRIMARY,
    SECONDARY
  }

  /** A transaction of a server that is not the primary any more; its client hears nothing. */
  static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1;

    Lost() {
      super("the server is not the primary any more");
    }
  }

  private record Columns(List<String> names, List<Integer> at) {}

  final AvailabilityGroup group;
  final TdsServer server;
  final String name;
  final UUID id = UUID.randomUUID();
  volatile Role role = Role.SECONDARY;

  /** As SECONDARY_ROLE (ALLOW_CONNECTIONS = …): 0 none, 1 with read-only intent, 2 all. */
  volatile int allows = 1;

  volatile long delayMillis;
  volatile boolean suspended;
  volatile boolean readOnly;

  /** Error that log-ins to the group's databases get; 0 for none. */
  volatile int refusal;

  /** If it reports that it has redone all that there is. */
  volatile boolean overstates;

  /** Transactions that its data has. */
  private volatile int redone;

  private volatile boolean hurries;
  private volatile boolean closed;
  private final Map<String, Columns> columns = new ConcurrentHashMap<>();
  private final Thread redo;

  GroupMember(AvailabilityGroup group, TdsServer server, String name) {
    this.group = group;
    this.server = server;
    this.name = name;
    redo = new Thread(this::redo, "tds-redo-" + name);
    redo.setDaemon(true);
  }

  void start() {
    redo.start();
  }

  int redone() {
    return redone;
  }

  /** Number of log records that it reports to have. */
  int reported() {
    int all = group.log.size();
    return role == Role.PRIMARY || overstates ? all : Math.min(all, redone);
  }

  boolean holds(String database) {
    return group.databases.contains(database.toLowerCase(Locale.ROOT));
  }

  // Sessions

  /** Error for who wants to use one of the group's databases, or null. */
  SqlError refusal(String database, boolean intent) {
    if (!holds(database)) {
      return null;
    }
    if (refusal != 0) {
      return error(refusal, database);
    }
    return switch (role) {
      case PRIMARY -> null;
      case RESOLVING -> error(983, database);
      case SECONDARY -> allows == 0 ? error(976, database) : mayUse(database, intent);
    };
  }

  private SqlError mayUse(String database, boolean intent) {
    return allows == 1 && !intent ? error(978, database) : null;
  }

  static SqlError error(int number, String database) {
    String text =
        switch (number) {
          case 922 -> "Database '%s' is being recovered. Waiting until recovery is finished.";
          case 976 ->
              "The target database, '%s', is participating in an availability group and is"
                  + " currently not accessible for queries. Either data movement is suspended or the"
                  + " availability replica is not enabled for read access.";
          case 978 ->
              "The target database ('%s') is in an availability group and is currently accessible"
                  + " for connections when the application intent is set to read only.";
          case 983 ->
              "Unable to access availability database '%s' because the database replica is not in"
                  + " the PRIMARY or SECONDARY role. Try the operation again later.";
          case 40613 ->
              "Database '%s' on server 'stand-in' is not currently available. Please retry the"
                  + " connection later.";
          default -> "Failed to update database \"%s\" because the database is read-only.";
        };
    return SqlError.of(number, number == 3906 ? 16 : 14, text.formatted(database));
  }

  /** Before a statement of the engine: the database has to be there, and to take writes. */
  void check(String database, String sql) {
    if (!holds(database)) {
      return;
    }
    if (role == Role.RESOLVING) {
      throw new SqlErrorException(error(983, database));
    }
    if (refusal == 922) {
      throw new SqlErrorException(error(922, database));
    }
    boolean writes = WRITES.matcher(sql).lookingAt() && !OF_SESSION.matcher(sql).lookingAt();
    if (writes && (role == Role.SECONDARY || readOnly)) {
      throw new SqlErrorException(error(3906, database));
    }
  }

  static boolean defines(String sql) {
    return DEFINES.matcher(sql).lookingAt() && !OF_SESSION.matcher(sql).lookingAt();
  }

  /** Commits what a session has changed, if this is the primary and was so when it began. */
  void commit(TdsSession session, Connection engine, List<GroupLog.Change> changes)
      throws SQLException {
    while (true) {
      server.awaitThaw();
      synchronized (group.log) {
        if (server.frozen()) {
          continue;
        }
        if (!changes.isEmpty() && (role != Role.PRIMARY || session.closing())) {
          throw new Lost();
        }
        engine.commit();
        if (!changes.isEmpty()) {
          group.log.append(changes);
          redone = group.log.size();
        }
        return;
      }
    }
  }

  /** After a definition: new tables are captured, too. */
  void capture(Connection engine) throws SQLException {
    columns.clear();
    List<String> tables = new ArrayList<>();
    try (Statement statement = engine.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT T.TABLE_SCHEMA, T.TABLE_NAME FROM INFORMATION_SCHEMA.TABLES T WHERE"
                    + " T.TABLE_TYPE = 'BASE TABLE' AND NOT EXISTS (SELECT 1 FROM"
                    + " INFORMATION_SCHEMA.TRIGGERS G WHERE G.EVENT_OBJECT_SCHEMA = T.TABLE_SCHEMA"
                    + " AND G.EVENT_OBJECT_TABLE = T.TABLE_NAME)")) {
      while (row.next()) {
        if (holds(row.getString(1)) && !row.getString(2).matches("[#@].*")) {
          tables.add(quoted(row.getString(1)) + "." + quoted(row.getString(2)));
        }
      }
    }
    for (String table : tables) {
      try (Statement statement = engine.createStatement()) {
        String trigger = table.substring(0, table.length() - 1) + " capture\"";
        statement.execute(
            "CREATE TRIGGER IF NOT EXISTS "
                + trigger
                + " AFTER INSERT, UPDATE, DELETE ON "
                + table
                + " FOR EACH ROW CALL '"
                + RowCapture.class.getName()
                + "'");
      }
    }
  }

  private static String quoted(String name) {
    return QueryRewriter.quoted(name);
  }

  // The log

  private void redo() {
    try (Connection engine = server.database().connect()) {
      engine.setAutoCommit(false);
      while (!closed) {
        GroupLog.Entry next = next();
        if (next != null && apply(engine, next)) {
          synchronized (group.log) {
            redone++;
            group.log.notifyAll();
          }
        }
      }
    } catch (SQLException e) {
      if (!closed) {
        group.failed(name + " cannot redo: " + e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private GroupLog.Entry next() throws InterruptedException {
    synchronized (group.log) {
      if (role == Role.PRIMARY || suspended || server.frozen() || server.isDown()) {
        group.log.wait(5);
        return null;
      }
      if (redone >= group.log.size()) {
        group.log.wait(20);
        return null;
      }
      GroupLog.Entry entry = group.log.entry(redone);
      long left = entry.at() + delayMillis - System.currentTimeMillis();
      if (left > 0 && !hurries) {
        group.log.wait(Math.min(left, 5));
        return null;
      }
      return entry;
    }
  }

  private boolean apply(Connection engine, GroupLog.Entry entry) throws SQLException {
    try {
      for (GroupLog.Change change : entry.changes()) {
        if (change instanceof GroupLog.Definition definition) {
          define(engine, definition);
        } else if (change instanceof GroupLog.Row row) {
          apply(engine, row);
        }
      }
      engine.commit();
      return true;
    } catch (SQLException e) {
      engine.rollback();
      if (e.getErrorCode() == ServerErrors.LOCK_TIMEOUT || e.getErrorCode() == 40001) {
        return false; // what a former primary had not committed
      }
      throw e;
    }
  }

  private void define(Connection engine, GroupLog.Definition definition) throws SQLException {
    try (Statement statement = engine.createStatement()) {
      statement.execute("SET SCHEMA " + quoted(definition.schema()));
    }
    try (PreparedStatement statement = engine.prepareStatement(definition.sql())) {
      for (int i = 0; i < definition.parameters().size(); i++) {
        statement.setObject(i + 1, definition.parameters().get(i));
      }
      statement.execute();
    }
    capture(engine);
  }

  private void apply(Connection engine, GroupLog.Row row) throws SQLException {
    Columns of = columns(engine, row);
    String table = quoted(row.schema()) + "." + quoted(row.table());
    List<Object> values = new ArrayList<>();
    StringBuilder sql = new StringBuilder();
    if (row.before() == null) {
      sql.append("INSERT INTO ").append(table).append(" (");
      sql.append(String.join(", ", of.names())).append(") VALUES (?");
      sql.append(", ?".repeat(of.names().size() - 1)).append(')');
      of.at().forEach(at -> values.add(row.after()[at]));
    } else {
      if (row.after() == null) {
        sql.append("DELETE FROM ").append(table);
      } else {
        sql.append("UPDATE ").append(table).append(" SET ");
        sql.append(String.join(" = ?, ", of.names())).append(" = ?");
        of.at().forEach(at -> values.add(row.after()[at]));
      }
      sql.append(" WHERE ");
      sql.append(String.join(" IS NOT DISTINCT FROM ? AND ", of.names()));
      sql.append(" IS NOT DISTINCT FROM ?");
      sql.append(row.after() == null ? " FETCH FIRST ROW ONLY" : "");
      of.at().forEach(at -> values.add(row.before()[at]));
    }
    try (PreparedStatement statement = engine.prepareStatement(sql.toString())) {
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      statement.executeUpdate();
    }
  }

  private Columns columns(Connection engine, GroupLog.Row row) throws SQLException {
    String key = row.schema() + "." + row.table();
    Columns known = columns.get(key);
    if (known != null) {
      return known;
    }
    Columns found = new Columns(new ArrayList<>(), new ArrayList<>());
    try (PreparedStatement statement =
        engine.prepareStatement(
            "SELECT COLUMN_NAME, IS_GENERATED FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ?"
                + " AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION")) {
      statement.setString(1, row.schema());
      statement.setString(2, row.table());
      try (ResultSet rows = statement.executeQuery()) {
        for (int at = 0; rows.next(); at++) {
          if (!"ALWAYS".equals(rows.getString(2))) {
            found.names().add(quoted(rows.getString(1)));
            found.at().add(at);
          }
        }
      }
    }
    columns.put(key, found);
    return found;
  }

  /** Redoes the rest, and goes on with the numbers of identities where the primary was. */
  void finish() {
    hurries = true;
    suspended = false;
    long end = System.nanoTime() + 30_000_000_000L;
    synchronized (group.log) {
      while (redone < group.log.size()) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException(name + " does not redo the log: " + group.failure());
        }
        try {
          group.log.wait(20);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    hurries = false;
    try (Connection engine = server.database().connect()) {
      restartIdentities(engine);
      capture(engine);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void restartIdentities(Connection engine) throws SQLException {
    List<String> changes = new ArrayList<>();
    try (Statement statement = engine.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE"
                    + " IS_IDENTITY = 'YES'")) {
      while (row.next()) {
        if (holds(row.getString(1))) {
          String table = quoted(row.getString(1)) + "." + quoted(row.getString(2));
          String column = quoted(row.getString(3));
          changes.add(
              "ALTER TABLE %1$s ALTER COLUMN %2$s RESTART WITH (SELECT COALESCE(MAX(%2$s), 0) + 1"
                      .formatted(table, column)
                  + " FROM %s)".formatted(table));
        }
      }
    }
    for (String change : changes) {
      try (Statement statement = engine.createStatement()) {
        statement.execute(change);
      }
    }
  }

  void close() {
    closed = true;
    redo.interrupt();
  }
}
