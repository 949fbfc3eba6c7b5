package dev.heimdall.engine.dialect.mysql.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {
  private static RoutineBody read(String text) {
    return read(text, MysqlSql.USUAL_MODE);
  }

  private static RoutineBody read(String text, LexerMode mode) {
    return new BodyReader("shop", Set.of("given"), new Server(false))
        .read(OriginalText.canonical(text, mode), BodyTokens.Head.NOTHING);
  }

  private record Server(boolean folds) implements BodyReader.Names {
    @Override
    public String kept(String name) {
      return folds ? name.toLowerCase(Locale.ROOT) : name;
    }

    @Override
    public boolean callable(String schema, String name) {
      return schema == null
          ? name.equals("known") || MysqlFunctions.EFFECTS.containsKey(name)
          : schema.equals("other") && name.equals("known");
    }
  }

  private static TableName table(String name) {
    return new TableName(null, "shop", name);
  }

  @Test
  void targetsAreTheTablesThatStatementsChange() {
    assertThat(read("INSERT IGNORE INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2").targets())
        .containsOnlyKeys(table("t"))
        .containsEntry(table("t"), Set.of(RowChange.INSERT, RowChange.UPDATE));
    assertThat(read("BEGIN REPLACE t SET a = 1; DELETE FROM other.u WHERE a = 1; END").targets())
        .containsEntry(table("t"), Set.of(RowChange.INSERT, RowChange.DELETE))
        .containsEntry(new TableName(null, "other", "u"), Set.of(RowChange.DELETE));
    assertThat(read("UPDATE LOW_PRIORITY `the table` AS x SET x.a = given").targets())
        .containsOnlyKeys(table("the table"));
    assertThat(read("TRUNCATE TABLE t").targets().get(table("t"))).contains(RowChange.TRUNCATE);
    assertThat(read("IF a THEN INSERT t VALUES (1); ELSE UPDATE u SET a = 1; END IF").targets())
        .containsOnlyKeys(table("t"), table("u"));
  }

  @Test
  void functionsThatAreCalledLikeStatementsChangeNothing() {
    RoutineBody body =
        read("RETURN replace(insert('a', 1, 1, 'b'), 'x', truncate(1.5, 0)) + left('a', 1)");
    assertThat(body.targets()).isEmpty();
    assertThat(body.definesOrCopies()).isFalse();
    assertThat(body.dynamic()).isFalse();
    assertThat(body.changesSession()).isNull();
  }

  @Test
  void everyNameMayBeATableAndEveryNameWithBracketsACall() {
    RoutineBody body =
        read("SELECT a.b, other.known(c) FROM t a JOIN other.u ON a.i IN (1) WHERE now() > 1");
    assertThat(body.mentioned())
        .contains(table("t"), new TableName(null, "other", "u"), table("a"));
    assertThat(body.calls())
        .contains(new FunctionName("other", "known"), new FunctionName(null, "now"));
    assertThat(body.calls()).extracting(FunctionName::name).doesNotContain("in", "on");
    assertThat(read("CALL known").calls()).contains(new FunctionName(null, "known"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT brought_by_a_library(1)",
        "CALL nobody_knows()",
        "PREPARE s FROM 'DELETE FROM t'",
        "EXECUTE s"
      })
  void whatNobodyCanReadMayDoAnything(String text) {
    assertThat(read(text).dynamic()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE x (i int)",
        "DROP VIEW v",
        "BEGIN FLUSH TABLES; END",
        "SELECT 1 INTO OUTFILE 'f'",
        "UPDATE a, b SET a.i = b.i",
        "UPDATE a JOIN b USING (i) SET a.i = 1",
        "DELETE a FROM a JOIN b USING (i)",
        "DELETE FROM a USING a JOIN b"
      })
  void whatIsNotAboutTheRowsOfOneTableIsSaidToBeSo(String text) {
    assertThat(read(text).definesOrCopies()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET autocommit = 0",
        "SET given = 1, sql_log_bin = 0",
        "SET SESSION sql_mode = ''",
        "SET @@foreign_key_checks = 0",
        "SET @a = 1",
        "SELECT 1 INTO @a",
        "SET NAMES latin1",
        "BEGIN INSERT INTO t VALUES (1); SET autocommit = 0; END",
        "BEGIN IF 1 THEN SIGNAL SQLSTATE '45000'; END IF; SET autocommit = 0; END",
        "CREATE TEMPORARY TABLE t (i int)"
      })
  void whatChangesTheSessionIsTold(String text) {
    assertThat(read(text).changesSession()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET given = 1",
        "BEGIN DECLARE a, b int DEFAULT 0; SET a = (SELECT max(i) FROM t), b = a; END",
        "SET NEW.i = NEW.i + 1",
        "UPDATE t SET autocommit = 1, b = 2",
        "INSERT INTO t SET a = 1",
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'",
        "BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION RESIGNAL SET MYSQL_ERRNO = 1; END",
        "SELECT @@version"
      })
  void variablesOfItsOwnAreNotTheSessions(String text) {
    assertThat(read(text).changesSession()).isNull();
  }

  @Test
  void rowsMayBeLocked() {
    assertThat(read("SELECT * FROM t FOR UPDATE").locks()).isTrue();
    assertThat(read("SELECT * FROM t FOR UPDATE").targets()).isEmpty();
    assertThat(read("SELECT * FROM t LOCK IN SHARE MODE").locks()).isTrue();
    assertThat(read("SELECT * FROM t").locks()).isFalse();
  }

  @Test
  void quotesAreReadAsTheirModeHasThem() {
    LexerMode ansi = BodyReader.mode("ANSI_QUOTES,NO_BACKSLASH_ESCAPES");
    assertThat(read("DELETE FROM \"t\" -- '\n", ansi).targets()).containsOnlyKeys(table("t"));
    assertThat(read("SELECT \"DELETE FROM t\", '\\'' FROM u").mentioned())
        .contains(table("u"))
        .doesNotContain(table("t"));
    assertThat(read("SELECT 'open").understood()).isFalse();
  }
}
