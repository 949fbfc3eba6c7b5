package dev.heimdall.test.race;

import java.util.List;

/**
 * Words of a server for reads and writes by a column {@code c} of a table with a number {@code n}.
 * Words to be drawn more often are there several times.
 *
 * @param read all up to the condition, of a table
 * @param columns spellings of the column, which may name the table
 * @param more what may stand behind a condition
 * @param settings of a session: one of each
 * @param changes all up to the condition, of a table and perhaps a value
 * @param ends what may stand behind a change
 * @param inserts of a table, a number and a value
 * @param numbers of columns with numbers
 * @param texts of others
 */
record KeyWords(
    String read,
    List<String> columns,
    List<String> more,
    List<List<String>> settings,
    List<String> changes,
    List<String> ends,
    List<String> inserts,
    Literals numbers,
    Literals texts) {
  /**
   * @param types definitions of columns that they are for; empty for all others
   * @param plain those that the node reads, mostly
   */
  record Literals(List<String> types, List<String> plain, List<String> all) {}

  /** Beginning of an answer that is an error, ahead of its number. */
  static final String ERROR = "error ";

  static final KeyWords MYSQL =
      new KeyWords(
          "SELECT GROUP_CONCAT(n ORDER BY n) FROM %s WHERE ",
          List.of("c", "C", "`c`", "%s.c"),
          List.of(
              "",
              "",
              "",
              "",
              "",
              "",
              " AND n >= 0",
              " AND n >= 0",
              " AND n >= 0 OR n = 3",
              " || n = 3",
              " XOR n = 3"),
          List.of(
              List.of(
                  "SET SESSION sql_mode = ''",
                  "SET SESSION sql_mode = 'STRICT_ALL_TABLES'",
                  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE'",
                  "SET SESSION sql_mode = 'ANSI_QUOTES'",
                  "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'",
                  "SET SESSION sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'",
                  "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
                  "SET SESSION sql_mode = 'PIPES_AS_CONCAT'",
                  "SET SESSION sql_mode = 'HIGH_NOT_PRECEDENCE,NO_UNSIGNED_SUBTRACTION'"),
              List.of(
                  "SET NAMES utf8mb4",
                  "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
                  "SET NAMES utf8mb4 COLLATE utf8mb4_roman_ci",
                  "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci",
                  "SET NAMES latin1")),
          List.of(
              "DELETE FROM %1$s",
              "DELETE QUICK IGNORE FROM %1$s",
              "UPDATE IGNORE %1$s SET n = n + 1",
              "UPDATE %1$s SET n = n + 1, c = %2$s",
              "UPDATE %1$s SET C = %2$s",
              "UPDATE %1$s SET n = n + 1",
              "UPDATE %1$s SET %1$s.n = n + 2",
              "UPDATE %1$s SET n = 3, n = n + 1"),
          List.of("", "", " LIMIT 1", " ORDER BY n"),
          List.of(
              "INSERT INTO %1$s SET c = %3$s, n = %2$d",
              "INSERT IGNORE INTO %1$s (c, n) VALUES (%3$s, %2$d)",
              "REPLACE INTO %1$s (c, n) VALUES (%3$s, %2$d)",
              "INSERT INTO %1$s VALUES (%2$d, %3$s)",
              "INSERT INTO %1$s (c) VALUES (%3$s) ON DUPLICATE KEY UPDATE n = n + 1",
              "INSERT INTO %1$s (n, C) VALUES (%2$d, %3$s), (%2$d, 'b')",
              "INSERT INTO %1$s (n, c) VALUES (%2$d, %3$s)",
              "INSERT INTO %1$s (n, c) VALUES (%2$d, %3$s)"),
          new Literals(KeySamples.OF_NUMBERS, KeySamples.PLAIN_NUMBERS, KeySamples.NUMBERS),
          new Literals(List.of(), KeySamples.PLAIN_TEXTS, KeySamples.TEXTS));

  static final KeyWords SQL_SERVER =
      new KeyWords(
          "SELECT CONCAT(COUNT(*), ' ', SUM(n), ' ', MAX(n)) FROM %s WHERE ",
          List.of("c", "C", "[c]", "%s.c", "\"c\""),
          List.of("", "", "", "", "", "", " AND n >= 0", " AND n >= 0 OR n = 3", " OR c = c"),
          List.of(
              List.of("SET ANSI_WARNINGS ON", "SET ANSI_WARNINGS ON", "SET ANSI_WARNINGS OFF"),
              List.of("SET ANSI_NULLS ON", "SET ANSI_NULLS ON", "SET ANSI_NULLS OFF"),
              List.of(
                  "SET QUOTED_IDENTIFIER ON",
                  "SET QUOTED_IDENTIFIER ON",
                  "SET QUOTED_IDENTIFIER OFF")),
          List.of(
              "DELETE FROM %1$s",
              "DELETE %1$s",
              "DELETE TOP (1) FROM %1$s",
              "UPDATE %1$s SET n = n + 1, c = %2$s",
              "UPDATE %1$s SET C = %2$s",
              "UPDATE %1$s SET n = n + 1",
              "UPDATE [%1$s] SET [n] = n + 2",
              "UPDATE %1$s SET n = n + 1",
              "UPDATE %1$s SET n = n + 1 OUTPUT 1",
              "UPDATE %1$s SET n += 1",
              "UPDATE %1$s SET n = n + 1 FROM %1$s"),
          List.of("", "", "", ";", " OPTION (MAXDOP 1)"),
          List.of(
              "INSERT INTO %1$s VALUES (%2$d, %3$s)",
              "INSERT %1$s (n, C) VALUES (%2$d, %3$s)",
              "INSERT INTO %1$s (c) VALUES (%3$s)",
              "INSERT INTO %1$s (n, c) OUTPUT INSERTED.n VALUES (%2$d, %3$s)",
              "INSERT INTO %1$s (n, c) VALUES (%2$d, %3$s), (%2$d, %3$s)",
              "INSERT INTO %1$s (n, c) VALUES (%2$d, %3$s)",
              "INSERT INTO %1$s (n, c) SELECT %2$d, %3$s"),
          new Literals(
              KeySamples.OF_SQL_SERVERS_NUMBERS,
              KeySamples.PLAIN_NUMBERS,
              KeySamples.SQL_SERVERS_NUMBERS),
          new Literals(
              List.of(), KeySamples.SQL_SERVERS_PLAIN_TEXTS, KeySamples.SQL_SERVERS_TEXTS));

  /**
   * True for an error that the server gives or not by the order in which it looks at the conditions
   * (245, a conversion that fails): the node keeps none.
   */
  boolean byPlan(String answer) {
    return this == SQL_SERVER && answer.equals(ERROR + 245);
  }

  DrawnConstants.Sql constants() {
    return this == SQL_SERVER ? DrawnConstants.Sql.SQL_SERVER : DrawnConstants.Sql.MYSQL;
  }

  /** Literals for columns of this definition. */
  Literals literals(String type) {
    return numbers.types().contains(type) ? numbers : texts;
  }
}
