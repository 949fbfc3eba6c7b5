package dev.heimdall.engine.dialect.mysql.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of {@code SHOW CREATE}, byte for byte. */
class OriginalTextTest {
  private static final String HEAD = "CREATE DEFINER=`a`@`%` PROCEDURE `p`(IN `b)` int, c text)\n";

  private record Server(boolean folds) implements BodyReader.Names {
    @Override
    public String kept(String name) {
      return folds ? name.toLowerCase(Locale.ROOT) : name;
    }

    @Override
    public boolean callable(String schema, String name) {
      return (schema == null || schema.equals("shop")) && name.equals("known");
    }
  }

  private static RoutineBody read(
      String text, BodyTokens.Head head, String modes, String charset, boolean folds) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new BodyReader("shop", Set.of(), new Server(folds))
        .read(new OriginalText(bytes, modes, charset), head);
  }

  private static RoutineBody routine(String text) {
    return read(text, BodyTokens.Head.ROUTINE, "", "utf8mb4", false);
  }

  private static RoutineBody body(String body, String modes, String charset) {
    return read(HEAD + body, BodyTokens.Head.ROUTINE, modes, charset, false);
  }

  private static TableName table(String name) {
    return new TableName(null, "shop", name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HEAD,
        "CREATE DEFINER=`a`@`%` PROCEDURE `p`()\n    MODIFIES SQL DATA\n    COMMENT 'it''s (\\\\'\n",
        "CREATE DEFINER=\"a\"@\"%\" PROCEDURE `delete`()\n    NO SQL\n    SQL SECURITY INVOKER\n",
        "CREATE DEFINER=`procedure`@`%` FUNCTION `f`() RETURNS set('x)','DELETE') CHARSET latin1\n",
        "CREATE DEFINER=`r` AGGREGATE FUNCTION `f`(x int) RETURNS int(11)\n    DETERMINISTIC\n"
      })
  void aBodyBeginsBehindItsHead(String head) {
    for (String body : List.of("INSERT INTO t VALUES (1)", "deterministic_: INSERT t SELECT 1")) {
      RoutineBody read = routine(head + body);
      assertThat(read.understood()).isTrue();
      assertThat(read.changesSession()).isNull();
      assertThat(read.definesOrCopies()).isFalse();
      assertThat(read.targets()).containsOnlyKeys(table("t"));
    }
    assertThat(routine(head + "FLUSH TABLES").definesOrCopies()).isTrue();
    assertThat(routine(head + "comment: BEGIN FLUSH TABLES; END").definesOrCopies()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE DEFINER=`a`@`%` TRIGGER `g` BEFORE INSERT ON `u` FOR EACH ROW ",
        "CREATE DEFINER=`a`@`%` TRIGGER g AFTER UPDATE ON shop.`u` FOR EACH ROW FOLLOWS `delete` ",
        "CREATE OR REPLACE TRIGGER `for` AFTER UPDATE ON u for each row precedes shop.h "
      })
  void theBodyOfATriggerBeginsBehindItsHead(String head) {
    String insert = "INSERT INTO t VALUES (1)";
    RoutineBody read = read(head + insert, BodyTokens.Head.TRIGGER, "", "latin1", false);
    assertThat(read.understood()).isTrue();
    assertThat(read.changesSession()).isNull();
    assertThat(read.mentioned()).contains(table("t")).doesNotContain(table("u"));
    assertThat(read.targets()).containsEntry(table("t"), Set.of(RowChange.INSERT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE DEFINER=`a`@`%` PROCEDURE `p`()\n",
        "CREATE PACKAGE BODY k AS PROCEDURE p AS BEGIN DELETE FROM t; END; END",
        "CREATE DEFINER=`a`@`%` PROCEDURE `p`(",
        "SELECT 1"
      })
  void whatHasNoBodyIsNotUnderstood(String text) {
    assertThat(routine(text).understood()).isFalse();
    assertThat(read(text, BodyTokens.Head.TRIGGER, "", "utf8mb4", false).understood()).isFalse();
  }

  /** What is written, x for a byte and its like, is hidden behind it to who reads it otherwise. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'\\\\'  | ~~                    | latin1",
        "'\\'    | NO_BACKSLASH_ESCAPES  | utf8mb4",
        "\"\\\"  | ANSI_QUOTES           | utf8mb4",
        "'\u00bf\u00bf\\\\' | ~~           | gbk",
        "'\u00bfa\u0081\u0030\u0081\u0030\\'' | ~~ | gb18030",
        "'\u00b1\u0083a\\\\' | ~~          | cp932",
        "1 /* ' */ | ~~                  | sjis"
      })
  void bodiesAreReadByTheirOwnModesAndCharacters(String value, String modes, String charset) {
    RoutineBody read = body("BEGIN SET c = " + value + "; DELETE FROM t; END", modes, charset);
    assertThat(read.understood()).isTrue();
    assertThat(read.targets()).containsOnlyKeys(table("t"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'\u00bf\\'      | ~~    | gbk",
        "'\u00bf\u00bf\u00bf\\' | ~~ | gbk",
        "'\u00bf', '\u00bf\u00bf\\\\' | ~~ | gbk",
        "`\u00a4`.x      | ~~    | big5",
        "'\u00b1\u0083\\' | ~~ | sjis",
        "'\u00ca\\\\'   | ~~    | macroman",
        "1               | ~~    | swe7",
        "[x]             | MSSQL | utf8mb4",
        "1 /*M! + 1 */   | ~~    | utf8mb4",
        "1 /*!50000 + 1 */ | ~~  | utf8mb4",
        "\u00a0x         | ~~    | latin1",
        "1 --\u00a0'     | ~~    | latin1",
        "\u00ffx         | ~~    | utf8mb4",
        "\u00e9x         | ~~    | binary",
        "'open           | ~~    | utf8mb4"
      })
  void whatMayBeSomethingElseIsNotUnderstood(String value, String modes, String charset) {
    assertThat(body("BEGIN SET c = " + value + "\n; END", modes, charset).understood()).isFalse();
  }

  @Test
  void namesAreReadByTheirCharacters() {
    assertThat(body("DELETE FROM `\u00b6\u00a9\u00b5\u00a5`", "", "gbk").targets())
        .containsOnlyKeys(table("\u8ba2\u5355"));
    assertThat(body("DELETE FROM \u00e9t\u00e9", "", "latin1").targets())
        .containsOnlyKeys(table("\u00e9t\u00e9"));
    assertThat(body("DELETE FROM \u00c3\u00a9", "", "utf8mb4").targets())
        .containsOnlyKeys(table("\u00e9"));
    assertThat(body("DELETE FROM `\u00ff`", "", "cp1251").targets())
        .containsOnlyKeys(table("\u044f"));
  }

  @Test
  void namesAreKeptAsTheServerKeepsThem() {
    String text = HEAD + "BEGIN INSERT INTO SHOP.T VALUES (1); CALL Shop.Known(); END";
    RoutineBody folded = read(text, BodyTokens.Head.ROUTINE, "", "utf8mb4", true);
    assertThat(folded.targets()).containsOnlyKeys(table("t"));
    assertThat(folded.dynamic()).isFalse();
    assertThat(routine(text).targets()).doesNotContainKey(table("t"));
    assertThat(routine(text).dynamic()).as("the other database has no such routine").isTrue();
    assertThat(routine(HEAD + "CALL package.known()").dynamic()).isTrue();
    assertThat(routine(HEAD + "SELECT mariadb_schema.known()").dynamic()).isFalse();
  }

  @Test
  void viewsMayHideOnlyInCharacterSetsWithASecondByteThatLooksLikeASign() {
    assertThat(OriginalText.mayHide("select '\u7e17'", "gbk")).isTrue();
    assertThat(OriginalText.mayHide("select 'a\\'b'", "gbk")).isFalse();
    assertThat(OriginalText.mayHide("select '\u7e17'", "utf8mb4")).isFalse();
    assertThat(OriginalText.mayHide("select '\u7e17'", "ujis")).isFalse();
  }
}
