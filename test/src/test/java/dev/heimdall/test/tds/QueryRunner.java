package dev.heimdall.test.tds;

import dev.heimdall.test.tds.TsqlToken.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs queries of one session in the engine, and sends their rows. */
final class QueryRunner {
  private static final int SELECT = 0xC1;
  private static final int INSERT = 0xC3;
  private static final int DELETE = 0xC4;
  private static final int UPDATE = 0xC5;
  private static final int CREATE = 0xC6;
  private static final int MERGE = 0x117;
  private static final int ENGINE_LOCK_TIMEOUT = ServerErrors.LOCK_TIMEOUT;

  /** A wait that no test means: what holds the lock is to be told, not waited for. */
  private static final long LONGEST_WAIT_NANOS = 60_000_000_000L;

  private static final DateTimeFormatter PLAIN_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSS", Locale.ROOT);

  private final TdsSession session;

  QueryRunner(TdsSession session) {
    this.session = session;
  }

  /** A statement with an assignment, a result, or a count. */
  void run(Tsql.Query query, Scope scope) {
    List<TsqlToken> words = query.words();
    TsqlToken first = words.get(0);
    beginIfImplicit(words);
    if (first.is("SELECT") && assigns(words)) {
      assign(words, scope);
      return;
    }
    if (first.is("DROP") && words.size() > 2 && dropTemporary(words)) {
      session.results.done(CREATE + 1, -1, false);
      return;
    }
    if (first.is("INSERT") && words.get(1).is("BULK")) {
      int columns = topLevel(words, "(");
      int end = columns < 0 ? words.size() : columns;
      session.bulkTable = new QueryRewriter(session, scope).words(words.subList(2, end)).sql();
      session.results.done(INSERT, -1, false);
      return;
    }
    if (session.server.database().tracking().alter(words, session)) {
      session.results.done(CREATE, -1, false);
      return;
    }
    if (words.size() > 2 && words.get(1).is("TYPE") && first.isAny("CREATE", "DROP")) {
      session.server.database().type(words);
      session.results.done(CREATE, -1, false);
      return;
    }
    QueryRewriter rewriter = new QueryRewriter(session, scope);
    int command = rewrite(words, rewriter);
    String sql = rewriter.sql();
    if (rewriter.locking() && first.is("SELECT")) {
      sql += " FOR UPDATE";
    }
    execute(sql, rewriter.parameters(), command);
    if (first.is("TRUNCATE")) {
      session.server.database().tracking().emptied(session.database, words);
    }
  }

  private int rewrite(List<TsqlToken> words, QueryRewriter rewriter) {
    TsqlToken first = words.get(0);
    TsqlToken second = words.size() > 1 ? words.get(1) : first;
    if (first.is("INSERT") || first.is("DELETE") || first.is("UPDATE")) {
      return change(words, rewriter);
    }
    if (first.is("SELECT")) {
      int into = topLevel(words, "INTO");
      if (into > 0 && words.get(into + 1).isName()) {
        List<TsqlToken> rest = new ArrayList<>(words.subList(0, into));
        rest.addAll(words.subList(into + 2, words.size()));
        String name = words.get(into + 1).text();
        created(name);
        boolean temporary = name.startsWith("#");
        rewriter.raw(temporary ? "CREATE LOCAL TEMPORARY TABLE" : "CREATE TABLE");
        rewriter.raw(QueryRewriter.quoted(temporary ? QueryRewriter.lower(name) : name));
        rewriter.raw(temporary ? "TRANSACTIONAL AS (" : "AS (").words(rest).raw(")");
        return SELECT;
      }
    }
    if (first.is("CREATE") && second.is("TABLE")) {
      boolean temporary = words.get(words.size() > 2 ? 2 : 1).text().startsWith("#");
      rewriter.definition();
      if (temporary) {
        created(words.get(2).text());
        rewriter.raw("CREATE LOCAL TEMPORARY TABLE").words(words.subList(2, words.size()));
        rewriter.raw("TRANSACTIONAL");
        return CREATE;
      }
      rewriter.words(session.server.database().modules().graph(session.database, words));
      return CREATE;
    }
    if (first.is("CREATE") && second.isAny("UNIQUE", "CLUSTERED", "NONCLUSTERED", "INDEX")) {
      rewriter.definition();
    }
    if (first.is("ALTER")) {
      rewriter.definition();
    }
    rewriter.words(words);
    return first.is("MERGE") ? MERGE : first.isAny("SELECT", "WITH", "(") ? SELECT : CREATE;
  }

  /** A table variable: the engine's temporary table under a name of its own. */
  void declareTable(String variable, List<TsqlToken> columns, Scope scope) {
    String name = QueryRewriter.lower(variable) + "_" + session.server.nextTable();
    QueryRewriter rewriter = new QueryRewriter(session, scope).definition();
    rewriter.raw("CREATE LOCAL TEMPORARY TABLE " + QueryRewriter.quoted(name));
    List<TsqlToken> words = new ArrayList<>();
    words.add(new TsqlToken(Kind.SIGN, "(", 0, 0, 0));
    words.addAll(columns);
    words.add(new TsqlToken(Kind.SIGN, ")", 0, 0, 0));
    rewriter.words(words).raw("TRANSACTIONAL");
    session.execute(rewriter.sql());
    scope.tables.put(QueryRewriter.lower(variable), name);
  }

  /** A table-valued parameter. */
  void declareTable(String parameter, String type, TableValue value, Scope scope) {
    List<TsqlToken> columns =
        session.server.database().type(type.substring(type.lastIndexOf('.') + 1));
    if (columns == null) {
      throw new SqlErrorException(2715, 16, "Cannot find data type " + type + ".");
    }
    int end = columns.get(columns.size() - 1).is(")") ? columns.size() - 1 : columns.size();
    declareTable(parameter, columns.subList(1, end), scope);
    String table = QueryRewriter.quoted(scope.tables.get(QueryRewriter.lower(parameter)));
    for (Object[] row : value.rows()) {
      String marks = "?" + ", ?".repeat(row.length - 1);
      retrying(
          "INSERT INTO " + table + " VALUES (" + marks + ")",
          java.util.Arrays.asList(row),
          PreparedStatement::executeUpdate);
    }
  }

  private void created(String name) {
    if (name.startsWith("#")) {
      String table = QueryRewriter.lower(name);
      if (session.tables.putIfAbsent(table, table) != null) {
        throw new SqlErrorException(
            2714, 16, "There is already an object named '" + name + "' in the database.");
      }
    }
  }

  private boolean dropTemporary(List<TsqlToken> words) {
    String name = words.get(words.size() - 1).lower();
    if (!name.startsWith("#")) {
      return false;
    }
    boolean ifExists = words.get(2).is("IF");
    String table = session.tables.remove(name);
    if (table == null && !ifExists) {
      throw new SqlErrorException(
          3701, 11, "Cannot drop the table '" + name + "', because it does not exist.");
    }
    if (table != null) {
      session.execute("DROP TABLE IF EXISTS " + QueryRewriter.quoted(table));
    }
    return true;
  }

  /** INSERT, UPDATE and DELETE: the words that T-SQL may leave out, and OUTPUT. */
  private int change(List<TsqlToken> all, QueryRewriter rewriter) {
    List<TsqlToken> words = new ArrayList<>(all);
    TsqlToken verb = words.get(0);
    String into = verb.is("INSERT") ? "INTO" : verb.is("DELETE") ? "FROM" : "";
    if (!into.isEmpty() && !words.get(1).is(into)) {
      words.add(1, new TsqlToken(Kind.WORD, into, 0, 0, verb.line()));
    }
    int output = topLevel(words, "OUTPUT");
    if (output < 0) {
      rewriter.words(words);
    } else {
      int end = output + 1;
      int depth = 0;
      while (end < words.size()
          && !(depth == 0
              && words.get(end).isAny("VALUES", "SELECT", "WHERE", "DEFAULT", "FROM"))) {
        depth += words.get(end).is("(") ? 1 : words.get(end).is(")") ? -1 : 0;
        end++;
      }
      List<TsqlToken> columns = new ArrayList<>();
      boolean old = verb.is("DELETE");
      for (int i = output + 1; i < end; i++) {
        if (words.get(i).isAny("INSERTED", "DELETED") && i + 1 < end) {
          old = words.get(i).is("DELETED");
          i++;
        } else {
          columns.add(words.get(i));
        }
      }
      List<TsqlToken> rest = new ArrayList<>(words.subList(0, output));
      rest.addAll(words.subList(end, words.size()));
      rewriter.raw("SELECT").words(columns);
      rewriter.raw(old ? "FROM OLD TABLE (" : "FROM FINAL TABLE (").words(rest).raw(")");
    }
    return verb.is("INSERT") ? INSERT : verb.is("DELETE") ? DELETE : UPDATE;
  }

  private static int topLevel(List<TsqlToken> words, String word) {
    int depth = 0;
    for (int i = 0; i < words.size(); i++) {
      if (depth == 0 && words.get(i).is(word)) {
        return i;
      }
      depth += words.get(i).is("(") ? 1 : words.get(i).is(")") ? -1 : 0;
    }
    return -1;
  }

  private void beginIfImplicit(List<TsqlToken> words) {
    boolean starts =
        words
                .get(0)
                .isAny(
                    "INSERT",
                    "UPDATE",
                    "DELETE",
                    "MERGE",
                    "CREATE",
                    "DROP",
                    "ALTER",
                    "TRUNCATE",
                    "WITH")
            || words.get(0).is("SELECT") && topLevel(words, "FROM") > 0;
    if (starts
        && !session.inTransaction()
        && session.settings.has(SessionSettings.IMPLICIT_TRANSACTIONS)) {
      session.begin();
    }
  }

  private static boolean assigns(List<TsqlToken> words) {
    return words.size() > 2 && words.get(1).kind() == Kind.VARIABLE && words.get(2).is("=");
  }

  private void assign(List<TsqlToken> words, Scope scope) {
    List<String> names = new ArrayList<>();
    List<TsqlToken> query = new ArrayList<>();
    int depth = 0;
    boolean list = true;
    for (int i = 0; i < words.size(); i++) {
      TsqlToken word = words.get(i);
      depth += word.is("(") ? 1 : word.is(")") ? -1 : 0;
      list &= !(depth == 0 && word.is("FROM"));
      boolean first = i > 0 && words.get(i - 1).isAny("SELECT", ",");
      boolean next = i + 1 < words.size() && words.get(i + 1).is("=");
      if (list && depth == 0 && first && next && word.kind() == Kind.VARIABLE) {
        names.add(word.text());
        i++;
      } else {
        query.add(word);
      }
    }
    QueryRewriter rewriter = new QueryRewriter(session, scope).words(query);
    Object[] last = {null};
    int rows = read(rewriter.sql(), rewriter.parameters(), values -> last[0] = values);
    if (last[0] instanceof Object[] values) {
      for (int i = 0; i < names.size(); i++) {
        scope.variable(names.get(i)).value = values[i];
      }
    }
    session.rowCount = rows;
    session.results.done(SELECT, rows, false);
  }

  /** What a row goes to. */
  interface Rows {
    void row(Object[] values);
  }

  private int read(String sql, List<Object> parameters, Rows rows) {
    return retrying(
        sql,
        parameters,
        statement -> {
          int count = 0;
          try (ResultSet result = statement.executeQuery()) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
              Object[] values = new Object[columns];
              for (int i = 0; i < columns; i++) {
                values[i] = plain(result, i + 1);
              }
              rows.row(values);
              count++;
            }
          }
          return count;
        });
  }

  /** One value of an expression. */
  Object value(List<TsqlToken> expression, Scope scope, SqlType type) {
    QueryRewriter rewriter = new QueryRewriter(session, scope);
    rewriter.raw("SELECT");
    if (type != null) {
      rewriter.raw("CAST(").words(expression).raw("AS " + type.h2() + ")");
    } else {
      rewriter.words(expression);
    }
    Object[] found = {null};
    read(rewriter.sql(), rewriter.parameters(), values -> found[0] = values[0]);
    return found[0];
  }

  boolean holds(List<TsqlToken> condition, Scope scope) {
    QueryRewriter rewriter = new QueryRewriter(session, scope);
    rewriter.raw("SELECT CASE WHEN").words(condition).raw("THEN 1 ELSE 0 END");
    Object[] found = {null};
    read(rewriter.sql(), rewriter.parameters(), values -> found[0] = values[0]);
    return found[0] instanceof Number number && number.intValue() == 1;
  }

  private interface Run {
    int in(PreparedStatement statement) throws SQLException;
  }

  /** A wait for a lock is many short ones of the engine, between which attentions are seen. */
  private int retrying(String sql, List<Object> parameters, Run run) {
    int timeout = session.settings.lockTimeout;
    long from = System.nanoTime();
    long end = from + Math.max(0, timeout) * 1_000_000L;
    while (true) {
      session.checkCancelled();
      int before = session.changes().size();
      boolean done = false;
      try {
        session.beginStatement(sql);
        PreparedStatement statement = session.prepare(sql);
        for (int i = 0; i < parameters.size(); i++) {
          statement.setObject(i + 1, parameters.get(i));
        }
        session.running(statement);
        int rows = run.in(statement);
        session.endStatement(sql, parameters);
        done = true;
        return rows;
      } catch (SQLException e) {
        if (e.getErrorCode() == ServerErrors.CANCELLED || session.cancelled()) {
          throw new CancelledException();
        }
        if (e.getErrorCode() != ENGINE_LOCK_TIMEOUT || timeout >= 0 && System.nanoTime() >= end) {
          throw ServerErrors.of(e);
        }
        if (System.nanoTime() - from > LONGEST_WAIT_NANOS) {
          throw new SqlErrorException(1222, 16, "No lock for a minute: " + session.others());
        }
      } catch (AssertionError e) {
        throw new SqlErrorException(50000, 16, "an assertion of the engine fails: " + e);
      } finally {
        session.running(null);
        if (!done) {
          failed(before);
        }
      }
    }
  }

  private void failed(int changesBefore) {
    try {
      session.failStatement(changesBefore);
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  private void execute(String sql, List<Object> parameters, int command) {
    int rows = retrying(sql, parameters, statement -> send(statement, command));
    session.rowCount = Math.max(0, rows);
    boolean counted = rows >= 0 && !session.settings.has(SessionSettings.NOCOUNT);
    session.results.done(command, counted ? rows : -1, false);
  }

  private int send(PreparedStatement statement, int command) throws SQLException {
    if (statement.execute()) {
      try (ResultSet result = statement.getResultSet()) {
        return rows(result);
      }
    }
    if (command == INSERT) {
      identity(statement);
    }
    int count = statement.getUpdateCount();
    return command == CREATE ? -1 : count;
  }

  private void identity(PreparedStatement statement) throws SQLException {
    try (ResultSet keys = statement.getGeneratedKeys()) {
      ResultSetMetaData columns = keys.getMetaData();
      BigDecimal last = null;
      while (keys.next()) {
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          if (columns.isAutoIncrement(i)) {
            last = SessionFunctions.identity(keys.getObject(i));
          }
        }
      }
      session.identity = last;
      session.scopeIdentity = last;
    }
  }

  private int rows(ResultSet result) throws SQLException {
    List<TokenWriter.Column> columns = columns(result.getMetaData());
    session.results.columns(columns);
    if (session.settings.isOn("fmtonly")) {
      return 0;
    }
    int limit = session.settings.rowCount;
    int count = 0;
    while ((limit == 0 || count < limit) && result.next()) {
      session.checkCancelled();
      Object[] values = new Object[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = wire(plain(result, i + 1), columns.get(i).type());
      }
      session.results.row(columns, values);
      count++;
    }
    return count;
  }

  /** Result of a query for a cursor. */
  Cursor cursor(Tsql.Block text, Scope scope) {
    Cursor[] opened = {null};
    for (Tsql statement : text.statements()) {
      if (statement instanceof Tsql.Query query && opened[0] == null) {
        QueryRewriter rewriter = new QueryRewriter(session, scope);
        beginIfImplicit(query.words());
        rewriter.words(query.words());
        retrying(
            rewriter.sql(),
            rewriter.parameters(),
            engine -> {
              opened[0] = materialized(engine);
              return 0;
            });
      }
    }
    if (opened[0] == null) {
      throw new SqlErrorException(16937, 16, "A server cursor is not allowed on this statement.");
    }
    return opened[0];
  }

  private Cursor materialized(PreparedStatement statement) throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery()) {
      List<TokenWriter.Column> columns = columns(result.getMetaData());
      while (result.next()) {
        Object[] values = new Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = wire(plain(result, i + 1), columns.get(i).type());
        }
        rows.add(values);
      }
      return new Cursor(columns, rows);
    }
  }

  private List<TokenWriter.Column> columns(ResultSetMetaData meta) throws SQLException {
    List<TokenWriter.Column> columns = new ArrayList<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      boolean expression =
          meta.getColumnName(i).equals(meta.getColumnLabel(i)) && meta.getTableName(i).isEmpty();
      boolean nullable = meta.isNullable(i) != ResultSetMetaData.columnNoNulls;
      String label = meta.getColumnLabel(i);
      boolean computed = expression && !label.matches("[\\p{L}_][\\p{L}\\p{N}_]*");
      TypeInfo type = type(meta, i, nullable);
      int flags = (nullable ? 1 : 0) | (expression ? 0x20 : 0x08);
      flags |= meta.isAutoIncrement(i) ? 0x10 : 0;
      columns.add(new TokenWriter.Column(computed ? "" : label, type, flags));
    }
    return columns;
  }

  private TypeInfo type(ResultSetMetaData meta, int i, boolean nullable) throws SQLException {
    TokenWriter tokens = session.results.tokens();
    int precision = meta.getPrecision(i);
    int scale = meta.getScale(i);
    if (meta.getColumnTypeName(i).equals("UUID")) {
      return new TypeInfo(TypeInfo.GUID, 16);
    }
    TypeInfo modern =
        switch (meta.getColumnType(i)) {
          case Types.BOOLEAN, Types.BIT -> integer(TypeInfo.BIT, TypeInfo.BITN, 1, nullable);
          case Types.TINYINT, Types.SMALLINT -> integer(TypeInfo.INT2, TypeInfo.INTN, 2, nullable);
          case Types.INTEGER, Types.NULL -> integer(TypeInfo.INT4, TypeInfo.INTN, 4, nullable);
          case Types.BIGINT -> integer(TypeInfo.INT8, TypeInfo.INTN, 8, nullable);
          case Types.REAL -> new TypeInfo(TypeInfo.FLTN, 4);
          case Types.FLOAT, Types.DOUBLE -> new TypeInfo(TypeInfo.FLTN, 8);
          case Types.NUMERIC, Types.DECIMAL ->
              TypeInfo.decimal(Math.min(38, Math.max(1, precision)), Math.min(38, scale));
          case Types.BINARY, Types.VARBINARY -> TypeInfo.varbinary(precision);
          case Types.BLOB -> TypeInfo.varbinary(Integer.MAX_VALUE);
          case Types.CLOB -> TypeInfo.nvarchar(Integer.MAX_VALUE);
          case Types.DATE -> TypeInfo.time(TypeInfo.DATEN, 0);
          case Types.TIME -> TypeInfo.time(TypeInfo.TIMEN, Math.min(7, scale));
          case Types.TIMESTAMP ->
              scale == 3 || scale == 0
                  ? new TypeInfo(TypeInfo.DATETIMEN, 8)
                  : TypeInfo.time(TypeInfo.DATETIME2N, Math.min(7, scale));
          case Types.TIMESTAMP_WITH_TIMEZONE ->
              TypeInfo.time(TypeInfo.DATETIMEOFFSETN, Math.min(7, scale));
          default -> TypeInfo.nvarchar(precision);
        };
    return forVersion(modern, tokens);
  }

  /** Older clients get text for times, and text and image for what has no limit. */
  private static TypeInfo forVersion(TypeInfo type, TokenWriter tokens) {
    boolean time =
        switch (type.type()) {
          case TypeInfo.DATEN, TypeInfo.TIMEN, TypeInfo.DATETIME2N, TypeInfo.DATETIMEOFFSETN ->
              true;
          default -> false;
        };
    if (time && !tokens.newTimes()) {
      return TypeInfo.nvarchar(34);
    }
    if (type.isMax() && !tokens.wide()) {
      return type.type() == TypeInfo.BIGVARBINARY
          ? new TypeInfo(TypeInfo.IMAGE, Integer.MAX_VALUE)
          : new TypeInfo(TypeInfo.NTEXT, Integer.MAX_VALUE - 1);
    }
    return type;
  }

  private static TypeInfo integer(int fixed, int nullableType, int size, boolean nullable) {
    return new TypeInfo(nullable ? nullableType : fixed, size);
  }

  private static Object wire(Object value, TypeInfo type) {
    if (type.type() == TypeInfo.NVARCHAR && value instanceof LocalDateTime time) {
      return PLAIN_TIME.format(time);
    }
    return value;
  }

  /** Value of a column as Java has it, large ones read. */
  private static Object plain(ResultSet result, int column) throws SQLException {
    Object value;
    switch (result.getMetaData().getColumnType(column)) {
      case Types.DATE -> value = result.getObject(column, LocalDate.class);
      case Types.TIME -> value = result.getObject(column, LocalTime.class);
      case Types.TIMESTAMP -> value = result.getObject(column, LocalDateTime.class);
      case Types.TIMESTAMP_WITH_TIMEZONE -> value = result.getObject(column, OffsetDateTime.class);
      default -> value = result.getObject(column);
    }
    if (value instanceof Clob clob) {
      return clob.getSubString(1, (int) clob.length());
    }
    if (value instanceof Blob blob) {
      try {
        return blob.getBinaryStream().readAllBytes();
      } catch (IOException e) {
        throw new SQLException(e);
      }
    }
    return value;
  }
}
