package dev.heimdall.test.mysql;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.heimdall.launcher.mysql.MysqlServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A client that does at random what depends on the session: what it was answered, word by word, is
 * the same over a connection of its own and over those that it shares with others. It has a table
 * of its own, so that nobody waits for anybody.
 */
final class RandomClient {
  private static final String[] VARIABLES = {
    "sql_mode", "time_zone", "group_concat_max_len", "max_join_size", "sql_safe_updates",
    "tx_isolation", "autocommit", "lc_time_names", "div_precision_increment", "wait_timeout"
  };

  private static final String[][] VALUES = {
    {
      "''",
      "'ANSI_QUOTES'",
      "'STRICT_TRANS_TABLES'",
      "'NO_BACKSLASH_ESCAPES'",
      "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
      "DEFAULT"
    },
    {"'+00:00'", "'+05:30'", "'SYSTEM'", "DEFAULT"},
    {"100", "2000", "DEFAULT"},
    {"1000000", "2000000", "DEFAULT"},
    {"0"},
    {"'READ-COMMITTED'", "'REPEATABLE-READ'", "'SERIALIZABLE'"},
    {"1", "0", "1"},
    {"'de_DE'", "'en_US'"},
    {"4", "7", "DEFAULT"},
    {"28000", "1000", "DEFAULT"}
  };

  /** With # for the client's number, and ? for a number of up to two digits. */
  private static final String[] SESSION = {
    "SELECT ? + 1, 'x'",
    "SELECT DATABASE()",
    "SELECT @a",
    "SET @a = ?#",
    "USE information_schema",
    "USE app",
    "USE app",
    "USE nowhere",
    "CREATE TEMPORARY TABLE tt (x INT AUTO_INCREMENT PRIMARY KEY)",
    "INSERT INTO tt VALUES (NULL)",
    "SELECT count(*) FROM tt",
    "DROP TEMPORARY TABLE tt",
    "SET NAMES latin1",
    "SET NAMES utf8mb4",
    "SET NAMES utf8",
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
    "SET NAMES latin1 COLLATE latin1_bin",
    "SET character_set_results = NULL",
    "SET character_set_client = utf8mb4",
    "SET collation_connection = 'utf8_bin'",
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
    "SET CHARACTER SET latin1",
    "SET collation_connection = 'utf8mb4_bin'",
    "SELECT @@character_set_client, @@character_set_results, @@collation_connection",
    "SELECT HEX('a\u00e4\u4e2d'), COLLATION('x'), CHARSET('x')",
    "SELECT HEX('a\\\\nb')",
    "SELECT \"s\" FROM app.t# ORDER BY id LIMIT 1",
    "SELECT FROM_UNIXTIME(86400), @@time_zone",
    "SELECT 1/7, CONCAT_WS(',', MONTHNAME('2001-03-01'))",
    "SET time_zone = '+0?:00'",
    "SELECT GET_LOCK('l#', 0)",
    "SELECT IS_FREE_LOCK('l#')",
    "SELECT RELEASE_LOCK('l#')",
    "SELECT RELEASE_ALL_LOCKS()",
    "LOCK TABLES app.t# WRITE",
    "UNLOCK TABLES",
    "PREPARE s FROM 'SELECT ?# + ?'",
    "EXECUTE s USING @a",
    "DEALLOCATE PREPARE s",
    "SET timestamp = 1000000",
    "SELECT NOW() < '2000-01-01'",
    "SET timestamp = DEFAULT",
    "CALL app.sets#()",
    "CALL app.setsandfails#()"
  };

  private static final String[] TRANSACTIONS = {
    "BEGIN",
    "BEGIN",
    "START TRANSACTION READ ONLY",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT",
    "COMMIT",
    "COMMIT",
    "COMMIT",
    "COMMIT AND CHAIN",
    "ROLLBACK",
    "SAVEPOINT a",
    "SAVEPOINT a",
    "ROLLBACK TO a",
    "RELEASE SAVEPOINT a",
    "SET TRANSACTION READ ONLY",
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION TRANSACTION READ WRITE",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
  };

  private static final String[] QUESTIONS = {
    "SELECT LAST_INSERT_ID()",
    "SELECT LAST_INSERT_ID()",
    "SELECT LAST_INSERT_ID() + 1 AS x",
    "SELECT @@identity, @@last_insert_id",
    "SELECT l FROM app.asks#",
    "SELECT ROW_COUNT()",
    "SELECT ROW_COUNT() AS n",
    "SELECT FOUND_ROWS()",
    "SHOW WARNINGS",
    "SHOW WARNINGS LIMIT 1",
    "SHOW ERRORS",
    "SHOW COUNT(*) WARNINGS",
    "SHOW COUNT(*) ERRORS",
    "SELECT @@warning_count, @@error_count",
    "GET DIAGNOSTICS @n = NUMBER",
    "GET DIAGNOSTICS @n = ROW_COUNT",
    "GET DIAGNOSTICS @m = ROW_COUNT, @n = NUMBER",
    "GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT",
    "SHOW VARIABLES LIKE 'last_insert_id'",
    "SELECT @n, @m"
  };

  private static final String[] READS = {
    "SELECT * FROM app.t# ORDER BY id LIMIT 2",
    "SELECT * FROM t# ORDER BY id LIMIT 3",
    "SELECT count(*), max(v) FROM app.t#",
    "SELECT SQL_CALC_FOUND_ROWS id FROM app.t# LIMIT 1",
    "(SELECT SQL_CALC_FOUND_ROWS id FROM app.t# LIMIT 1) UNION ALL (SELECT ?) LIMIT 1",
    "SELECT 1/0, CAST('abc' AS SIGNED)",
    "SELECT * FROM nowhere#",
    "SELEC ?",
    "SELECT 1; SELECT ?; UPDATE app.t# SET v = v + 1",
    "SELECT 1; SELEC ?; SELECT 2",
    "INSERT INTO app.t# (v) VALUES (?); INSERT INTO app.t# (id) VALUES (1); SELECT 3",
    "SET @a = 1; SELECT @a; SELECT LAST_INSERT_ID()",
    "SELECT app.f#(?)",
    "SELECT count(*) FROM app.l#"
  };

  private static final String[] WRITES = {
    "INSERT INTO app.t# (v, s) VALUES (?, 'n')",
    "INSERT INTO app.t# (v, s) VALUES (?, 'n')",
    "INSERT INTO app.t# (v) VALUES (?), (?)",
    "INSERT INTO app.t# (id, v) VALUES (?, 5)",
    "INSERT INTO app.t# (id, v) VALUES (?, 5) ON DUPLICATE KEY UPDATE v = v + 1",
    "INSERT INTO app.t# (id, v) VALUES (?, 5) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), v ="
        + " 1",
    "INSERT INTO app.t# (v) SELECT v FROM app.t# ORDER BY id LIMIT 1",
    "INSERT INTO app.t# (v) SELECT v FROM app.t# ORDER BY id LIMIT 3",
    "REPLACE INTO app.m# (v) SELECT v FROM app.t# WHERE id < ?",
    "INSERT INTO app.t# (v) VALUES (LAST_INSERT_ID())",
    "INSERT IGNORE INTO app.t# (id, v) VALUES (1, 1)",
    "INSERT INTO app.t# (v) VALUES ('x?')",
    "INSERT INTO app.t# (v, s) VALUES (?, 'r') RETURNING id, v",
    "REPLACE INTO app.t# (id, v) VALUES (?, 8)",
    "INSERT INTO app.g# (v) VALUES (?)",
    "INSERT INTO app.m# (v) VALUES (?)",
    "UPDATE app.t# SET v = 3 WHERE id < ?",
    "UPDATE app.t# SET v = LAST_INSERT_ID(v + 1) WHERE id = 1",
    "SELECT LAST_INSERT_ID(?)",
    "SET last_insert_id = ?",
    "SET insert_id = 2?",
    "UPDATE app.t# a JOIN app.m# b USING (id) SET a.v = ? WHERE b.id < ?",
    "UPDATE app.both# SET v = ? WHERE id < 3",
    "DELETE a FROM app.l# a JOIN app.t# b USING (id) WHERE a.id > ?",
    "DELETE FROM app.t# WHERE id > 30",
    "DELETE FROM app.t# WHERE id > 40 RETURNING id",
    "TRUNCATE app.m#",
    "ALTER TABLE app.m# COMMENT 'c?'",
    "DO app.f#(?)",
    "DO LAST_INSERT_ID(?)",
    "DO 1, ?",
    "CHECKSUM TABLE app.nothing#",
    "CALL app.p#()",
    "CALL app.fails#()"
  };

  private static final String COMMON =
      "SELECT id, name FROM app.t_all WHERE id < ? ORDER BY id LIMIT 3";

  private static final String[][] KINDS = {
    SESSION, TRANSACTIONS, QUESTIONS, QUESTIONS, READS, WRITES
  };

  private final Connection connection;

  private final int number;
  private final String table;
  private final String isolation;
  private final boolean collations;
  private final int reads;
  private final Random random;
  private final PreparedStatement[] prepared = new PreparedStatement[3];

  /** What {@link #read} executes; null where it is not prepared. */
  private PreparedStatement common;

  /**
   * Whose rows are fetched by a cursor: MySQL confuses drivers if only some of its runs have one.
   */
  private final boolean[] fetched = new boolean[3];

  /** Whose parameters have the types of columns; MySQL takes those of others from any session. */
  private final boolean[] typed = new boolean[3];

  /**
   * @param number of the client, which has the tables and routines with that number
   * @param isolation what the server calls its variable
   * @param collations whether it asks for those of parameters
   * @param reads how many of ten steps execute what others execute, too
   */
  RandomClient(
      Connection connection,
      int number,
      String isolation,
      boolean collations,
      int reads,
      long seed) {
    this.connection = connection;
    this.number = number;
    this.table = "t" + number;
    this.isolation = isolation;
    this.collations = collations;
    this.reads = reads;
    this.random = new Random(seed);
  }

  /** Makes what a client has of its own, and a table that all read. */
  static void create(MysqlServer server, int number) {
    List<String> texts = new ArrayList<>();
    for (String name : List.of("t", "l", "g", "m")) {
      texts.add("DROP TABLE IF EXISTS " + name + "#");
      texts.add(
          "CREATE TABLE "
              + name
              + "# (id INT AUTO_INCREMENT PRIMARY KEY, v INT, s VARCHAR(20)) ENGINE="
              + (name.equals("m") ? "MyISAM" : "InnoDB"));
    }
    for (String name : List.of("p", "fails", "sets", "setsandfails")) {
      texts.add("DROP PROCEDURE IF EXISTS " + name + "#");
    }
    texts.add("DROP FUNCTION IF EXISTS f#");
    texts.addAll(
        List.of(
            "CREATE TABLE IF NOT EXISTS t_all (id INT PRIMARY KEY, name VARCHAR(20))",
            "REPLACE INTO t_all VALUES (1, 'a'), (2, 'b'), (30, 's30')",
            "CREATE OR REPLACE VIEW asks# AS SELECT LAST_INSERT_ID() AS l",
            "CREATE OR REPLACE VIEW both# AS SELECT a.id, a.v FROM t# a JOIN m# b ON a.id = b.id",
            "CREATE TABLE IF NOT EXISTS nothing# (id INT PRIMARY KEY)",
            "CREATE TRIGGER trigger# BEFORE INSERT ON g# FOR EACH ROW"
                + " INSERT INTO l# (v) VALUES (NEW.v)",
            "CREATE PROCEDURE p#() BEGIN SELECT 1; INSERT INTO t# (v) VALUES (9);"
                + " SELECT count(*) FROM t#; END",
            "CREATE PROCEDURE fails#() BEGIN INSERT INTO t# (v) VALUES (10); SELECT 2;"
                + " INSERT INTO t# (id) VALUES (1); END",
            "CREATE PROCEDURE sets#() BEGIN SET sql_mode = 'ANSI_QUOTES';"
                + " SET div_precision_increment = 5; SELECT 1; SET time_zone = '+03:00'; END",
            "CREATE PROCEDURE setsandfails#() BEGIN SET group_concat_max_len = 333; SELECT 1;"
                + " SET sql_mode = ''; SET time_zone = '+04:00'; SELECT * FROM nowhere; END",
            "CREATE FUNCTION f#(x INT) RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN"
                + " INSERT INTO l# (v) VALUES (x); RETURN x + 1; END"));
    server.executeIn(
        "app", texts.stream().map(text -> text.replace("#", "" + number)).toArray(String[]::new));
  }

  /** Makes its tables what they are at the beginning. */
  static void begin(Statement statement, int number) throws SQLException {
    for (String name : List.of("t", "l", "g", "m")) {
      statement.execute("TRUNCATE " + name + number);
    }
    statement.execute("INSERT INTO t" + number + " (v, s) VALUES (1,'a'), (2,'b'), (3,'c')");
  }

  /** Does something; says what, and what came of it. */
  String step() {
    if (reads > 0 && random.nextInt(10) < reads) {
      return read(random.nextInt(40));
    }
    int choice = random.nextInt(KINDS.length + 5);
    if (choice < KINDS.length) {
      String[] texts = KINDS[choice];
      return run(filled(texts[random.nextInt(texts.length)]));
    }
    int slot = random.nextInt(prepared.length);
    return switch (choice - KINDS.length) {
      case 0 -> set(random.nextInt(VARIABLES.length));
      case 1 -> run("SELECT @@" + name(random.nextInt(VARIABLES.length)));
      case 2 -> prepare(slot, random.nextInt(9));
      case 3 -> random.nextInt(12) == 0 ? reset() : execute(slot, random.nextInt(100));
      default -> random.nextInt(3) == 0 ? close(slot) : execute(slot, random.nextInt(100));
    };
  }

  private String filled(String text) {
    String filled = text.replace("#", Integer.toString(number));
    for (int at = filled.indexOf('?'); at >= 0; at = filled.indexOf('?')) {
      filled = filled.substring(0, at) + random.nextInt(100) + filled.substring(at + 1);
    }
    return filled;
  }

  private String reset() {
    return said(
        "reset",
        () -> {
          Arrays.fill(prepared, null);
          common = null;
          connection.unwrap(JdbcConnection.class).resetServerState();
          return "done";
        });
  }

  private String name(int variable) {
    String name = VARIABLES[variable];
    return name.equals("tx_isolation") ? isolation : name;
  }

  private String set(int variable) {
    String[] values = VALUES[variable];
    return run("SET " + name(variable) + " = " + values[random.nextInt(values.length)]);
  }

  private String run(String sql) {
    return run(connection, sql);
  }

  /** What came of a statement, word by word. */
  static String run(Connection connection, String sql) {
    return said(
        sql,
        () -> {
          try (Statement statement = connection.createStatement()) {
            return answer(statement, statement.execute(sql, Statement.RETURN_GENERATED_KEYS));
          }
        });
  }

  /** The same of one that a server prepares, without parameters. */
  static String runPrepared(Connection connection, String sql) {
    return said(
        sql,
        () -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return answer(statement, statement.execute());
          }
        });
  }

  private String prepare(int slot, int kind) {
    String sql =
        switch (kind) {
          case 0 -> "SELECT ? + 1, " + (collations ? "COLLATION(?)" : "LENGTH(?)") + ", DATABASE()";
          case 1 -> "INSERT INTO app." + table + " (v, s) VALUES (?, ?)";
          case 2 ->
              "SELECT id, v, s FROM app." + table + " WHERE id < ? OR s = ? ORDER BY id LIMIT 3";
          case 3 -> "SELECT LAST_INSERT_ID(), ? + 1, HEX(?)";
          case 4 -> "INSERT INTO app.g" + number + " (v, s) VALUES (?, ?)";
          case 5 -> "SELECT v FROM app." + table + " WHERE id > ? AND s <> ? ORDER BY id";
          case 6 -> "UPDATE app." + table + " SET v = ? WHERE s = ?";
          case 7 ->
              "SELECT ROW_COUNT(), FOUND_ROWS() AS f FROM app."
                  + table
                  + " WHERE id < ? OR s = ? ORDER BY id LIMIT 1";
          default -> "SELECT ? FROM nowhere WHERE ?";
        };
    close(slot);
    fetched[slot] = kind == 2 && random.nextBoolean();
    typed[slot] = kind != 0 && kind != 3;
    return said(
        "prepare " + slot + " " + sql,
        () -> {
          prepared[slot] = connection.prepareStatement(sql);
          return "prepared " + prepared[slot].getParameterMetaData().getParameterCount();
        });
  }

  private String execute(int slot, int v) {
    PreparedStatement statement = prepared[slot];
    if (statement == null) {
      return "nothing is prepared";
    }
    return said(
        "execute " + slot + " " + v,
        () -> {
          statement.setFetchSize(fetched[slot] ? 1 : 0);
          if (v % 7 == 0 && typed[slot]) {
            statement.setDouble(1, v + 0.25);
            statement.setString(2, "b");
          } else if (v % 3 == 0) {
            statement.setInt(1, v);
            statement.setString(2, "s" + v);
          } else if (v % 11 == 0) {
            statement.setLong(1, -v);
            statement.setBytes(2, new byte[] {0, '\'', '\\', (byte) v});
          } else {
            statement.setLong(1, v);
            statement.setString(2, v % 5 == 0 ? null : "b");
          }
          return answer(statement, statement.execute());
        });
  }

  /** Executes what all clients prepare, so that server connections have it for others already. */
  private String read(int below) {
    return said(
        "read below " + below,
        () -> {
          if (common == null) {
            common = connection.prepareStatement(COMMON);
          }
          common.setInt(1, below);
          return answer(common, common.execute());
        });
  }

  private String close(int slot) {
    PreparedStatement statement = prepared[slot];
    prepared[slot] = null;
    return said(
        "close " + slot,
        () -> {
          if (statement != null) {
            statement.close();
          }
          return "closed";
        });
  }

  interface Work {
    String run() throws SQLException;
  }

  static String said(String what, Work work) {
    String came;
    try {
      came = work.run();
    } catch (SQLException e) {
      came = "error " + e.getErrorCode() + " " + e.getSQLState() + " " + e.getMessage();
    }
    return what + " -> " + came;
  }

  static String answer(Statement statement, boolean rows) throws SQLException {
    StringBuilder said = new StringBuilder();
    boolean hasRows = rows;
    while (true) {
      if (hasRows) {
        try (ResultSet result = statement.getResultSet()) {
          describe(result, said);
        }
      } else if (statement.getUpdateCount() < 0) {
        break;
      } else {
        said.append("changed ").append(statement.getUpdateCount()).append("; ");
      }
      hasRows = statement.getMoreResults();
    }
    for (SQLWarning warning = statement.getWarnings();
        warning != null;
        warning = warning.getNextWarning()) {
      said.append("warning ")
          .append(warning.getErrorCode())
          .append(' ')
          .append(warning.getMessage());
    }
    return said.toString();
  }

  private static void describe(ResultSet result, StringBuilder said) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      said.append(columns.getColumnLabel(i)).append(':').append(columns.getColumnTypeName(i));
      said.append(' ');
    }
    while (result.next()) {
      said.append('(');
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        said.append(result.getString(i)).append(',');
      }
      said.append(')');
    }
    said.append("; ");
  }
}
