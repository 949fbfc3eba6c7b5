package dev.heimdall.test.mysql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;

/**
 * A client that mostly reads, by texts and by prepared statements, and asks what its reads have
 * left behind. In between it writes and changes settings that do not keep its server connection.
 */
final class ReadingClient {
  /** With # for the client's number, and ? for a digit. */
  private static final String[] READS = {
    "SELECT * FROM app.t# ORDER BY id LIMIT 2",
    "SELECT * FROM t# ORDER BY id",
    "SELECT count(*), max(v) FROM app.t#",
    "SELECT s FROM t# WHERE v > 2 ORDER BY id",
    "SELECT id, 1 / 7 FROM t# ORDER BY id LIMIT 1",
    "SELECT \"s\" FROM app.t# ORDER BY id LIMIT 1",
    "SELECT * FROM t# WHERE id < 0",
    "SELECT v FROM t# WHERE id = ?",
    "SELECT count(*) FROM m#",
    "SELECT FROM_UNIXTIME(86400 + v) FROM t# ORDER BY id LIMIT 1",
    "SELECT HEX(s), 'a\u00e4', COLLATION('x') FROM t# ORDER BY id LIMIT 1"
  };

  private static final String[] OTHER_READS = {
    "SELECT CAST('x' AS SIGNED) FROM t# LIMIT 1",
    "SELECT SQL_CALC_FOUND_ROWS id FROM app.t# LIMIT 1",
    "SELECT * FROM nowhere#",
    "SELECT @@sql_mode, id FROM t# ORDER BY id LIMIT 1",
    "SELECT id FROM t# WHERE id = 1 FOR UPDATE",
    "SELEC ?"
  };

  private static final String[] QUESTIONS = {
    "SELECT LAST_INSERT_ID()",
    "SELECT @@identity, @@last_insert_id",
    "SELECT ROW_COUNT()",
    "SELECT ROW_COUNT() AS n",
    "SELECT FOUND_ROWS()",
    "SELECT FOUND_ROWS() AS n",
    "SHOW WARNINGS",
    "SHOW COUNT(*) WARNINGS",
    "SHOW COUNT(*) ERRORS",
    "SELECT @@warning_count, @@error_count"
  };

  private static final String[] CHANGES = {
    "INSERT INTO app.t# (v, s) VALUES (?, 'n')",
    "INSERT INTO t# (v) VALUES (?), (?)",
    "INSERT IGNORE INTO app.t# (id, v) VALUES (1, 1)",
    "INSERT INTO app.t# (id, v) VALUES (?, 5) ON DUPLICATE KEY UPDATE v = v + 1",
    "REPLACE INTO app.t# (id, v) VALUES (?, 8)",
    "INSERT INTO app.m# (v) VALUES (?)",
    "UPDATE app.t# SET v = v + 1 WHERE id < ?",
    "UPDATE t# SET v = LAST_INSERT_ID(v + 1) WHERE id = 1",
    "DELETE FROM app.t# WHERE id > 9",
    "DELETE FROM app.m#",
    "BEGIN",
    "COMMIT",
    "COMMIT",
    "ROLLBACK",
    "DO LAST_INSERT_ID(?)",
    "SET autocommit = 0",
    "SET autocommit = 1",
    "SET autocommit = 1",
    "SET sql_mode = 'ANSI_QUOTES'",
    "SET sql_mode = ''",
    "SET sql_mode = DEFAULT",
    "SET time_zone = '+0?:00'",
    "SET div_precision_increment = ?",
    "SET sql_select_limit = 1?",
    "SET NAMES latin1",
    "SET NAMES utf8mb4",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SELECT 1; SELECT ?; UPDATE app.t# SET v = v + 1"
  };

  private final Connection connection;
  private final int number;
  private final Random random;
  private PreparedStatement prepared;
  private String text;

  /**
   * @param number of the client, which has the tables with that number
   */
  ReadingClient(Connection connection, int number, long seed) {
    this.connection = connection;
    this.number = number;
    this.random = new Random(seed);
  }

  /** Does something; says what, and what came of it. */
  String step() {
    int choice = random.nextInt(12);
    if (choice < 5) {
      return RandomClient.run(connection, one(READS));
    } else if (choice < 6) {
      return RandomClient.runPrepared(connection, one(READS));
    } else if (choice < 7) {
      return execute();
    } else if (choice < 10) {
      return RandomClient.run(connection, one(QUESTIONS));
    }
    return RandomClient.run(
        connection, one(choice == 10 && random.nextBoolean() ? OTHER_READS : CHANGES));
  }

  private String one(String[] texts) {
    String filled = texts[random.nextInt(texts.length)].replace("#", Integer.toString(number));
    for (int at = filled.indexOf('?'); at >= 0; at = filled.indexOf('?')) {
      filled = filled.substring(0, at) + random.nextInt(10) + filled.substring(at + 1);
    }
    return filled;
  }

  /** Of one statement that stays prepared for a while, with a value. */
  private String execute() {
    boolean anew = prepared == null || random.nextInt(8) == 0;
    int value = random.nextInt(4);
    boolean asText = random.nextInt(3) == 0;
    if (anew) {
      text = "SELECT id, v, s FROM t" + number + " WHERE id <= ? ORDER BY id";
    }
    return RandomClient.said(
        "EXECUTE " + text + " with " + value,
        () -> {
          if (anew) {
            close();
            prepared = connection.prepareStatement(text);
          }
          if (asText) {
            prepared.setString(1, Integer.toString(value));
          } else {
            prepared.setInt(1, value);
          }
          return RandomClient.answer(prepared, prepared.execute());
        });
  }

  private void close() throws SQLException {
    if (prepared != null) {
      prepared.close();
      prepared = null;
    }
  }
}
