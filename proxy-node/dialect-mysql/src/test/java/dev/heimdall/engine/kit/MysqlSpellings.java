package dev.heimdall.engine.kit;

import java.util.List;
import java.util.Set;

/** How clients of MySQL and MariaDB have a statement carried out. */
final class MysqlSpellings {
  private static final String LONG_DATA = "behind long data";

  /** What its values come ahead of has one. */
  private static final String PARAMETER = " " + JudgedAlikeContract.PARAMETER;

  /** MariaDB's. */
  static final Spelling IN_BULK =
      Spelling.of(
          "in bulk",
          (client, sql) -> {
            int number = client.anotherNumber();
            if (client.prepares(() -> client.prepare(number, sql + PARAMETER))) {
              ((MysqlKitClient) client).executeInBulk(number);
            }
          });

  private static final Set<String> ONE_OF_SEVERAL = Set.of("second in a text", "in bulk");

  private MysqlSpellings() {}

  static List<Spelling> all() {
    return List.of(
        Spelling.of(
            "with a cursor",
            (client, sql) -> {
              int number = client.anotherNumber();
              if (client.prepares(() -> client.prepare(number, sql))) {
                ((MysqlKitClient) client).executeWithCursor(number);
              }
            }),
        Spelling.of(
            LONG_DATA,
            (client, sql) -> {
              int number = client.anotherNumber();
              if (client.prepares(() -> client.prepare(number, sql + PARAMETER))) {
                ((MysqlKitClient) client).executeBehindLongData(number);
              }
            }),
        Spelling.of(
            "second in a text",
            (client, sql) -> client.sends("SELECT " + JudgedAlikeContract.BESIDE + "; " + sql)),
        Spelling.of(
            "EXECUTE",
            (client, sql) -> {
              if (client.prepares(() -> client.sends("PREPARE x FROM " + quoted(sql)))) {
                client.sends("EXECUTE x");
              }
            }),
        Spelling.of(
            "EXECUTE, prepared before",
            (client, sql) -> client.sends("PREPARE x FROM " + quoted(sql)),
            (client, sql) -> client.sends("EXECUTE x")),
        Spelling.of(
                "EXECUTE",
                (client, sql) -> client.sends("PREPARE x FROM " + quoted(sql)),
                (client, sql) -> client.sends("EXECUTE x"))
            .unruled("EXECUTE, prepared before there were rules"),
        Spelling.of(
            "EXECUTE IMMEDIATE",
            (client, sql) -> client.sends("EXECUTE IMMEDIATE " + quoted(sql))));
  }

  private static String quoted(String sql) {
    return "'" + sql.replace("'", "''") + "'";
  }

  /** Why a spelling is treated otherwise than the text; null where it must not be. */
  static String differs(String treatment, String spelling) {
    if (spelling.startsWith("EXECUTE")
        && (!treatment.startsWith("drop")
            || (treatment.equals("drop") && spelling.endsWith("there were rules")))
        && !(treatment.equals("learn") && !spelling.endsWith("there were rules"))
        && !(treatment.equals("trigger before") && !spelling.contains("prepared before"))) {
      return "PREPARE and EXECUTE are statements with texts of their own, which rules see";
    }
    if (treatment.equals("result of no server's")
        && spelling.equals("prepared before there were rules")) {
      return "without a rule a server has to prepare it";
    }
    if (treatment.equals("retry")) {
      return switch (spelling) {
        case "second in a text" -> "what is one of several in a text is not repeated";
        case "in bulk" -> "what came ahead of the values that failed may have been carried out";
        default -> null;
      };
    }
    if (treatment.equals("async-execute") && ONE_OF_SEVERAL.contains(spelling)) {
      return "what may be one of several is not carried out later";
    }
    if (treatment.equals("reader-eligible") && ONE_OF_SEVERAL.contains(spelling)) {
      return "the writer answers several in one, and servers read nothing in bulk";
    }
    if (treatment.equals("cache")) {
      return switch (spelling) {
        case "second in a text" -> "the answers to several statements in one text are not kept";
        case LONG_DATA, "in bulk" -> "an answer is kept by values that an execution holds";
        case "with a cursor" -> "rows that are fetched in parts are not kept";
        default -> null;
      };
    }
    return null;
  }

  static List<Standing> standings() {
    return List.of(
        Standing.of("read only", "START TRANSACTION READ ONLY"),
        Standing.of("chained", "BEGIN", "SELECT before", "COMMIT AND CHAIN"),
        Standing.of("autocommit off", "SET autocommit = 0"),
        Standing.of("autocommit off, open", "SET autocommit = 0", "SELECT before FROM t"),
        Standing.of("XA", "XA START 'x'"),
        Standing.of("user variable", "SET @a = 1"),
        Standing.of("named lock", "SELECT GET_LOCK('l', 0)"),
        Standing.of("locked tables", "LOCK TABLES t READ"),
        Standing.of("temporary table", "CREATE TEMPORARY TABLE own (id INT)"),
        Standing.of("counted", "SELECT SQL_CALC_FOUND_ROWS before"),
        Standing.of("next transaction", "SET TRANSACTION READ ONLY"));
  }
}
