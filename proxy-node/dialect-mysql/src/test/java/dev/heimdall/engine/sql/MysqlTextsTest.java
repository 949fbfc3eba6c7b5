package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlClassifier;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the engine's readers of texts have MySQL's quotes, comments and bodies to follow. */
class MysqlTextsTest {
  private static final LexerMode ANSI = new LexerMode(true, true, false);

  private static List<String> split(String sql) {
    return ReadSql.split(MysqlSql.DIALECT, sql);
  }

  private static LexerMode reading(String sql) {
    byte[] text = ("xx" + sql).getBytes(StandardCharsets.UTF_8);
    return new PossibleReadings(MysqlSql.DIALECT)
        .of(text, 2, text.length - 2, List.of(MysqlSql.USUAL_MODE, ANSI));
  }

  @Test
  void literalsHaveItsQuotes() {
    byte[] sql = "SELECT \"a\", 'b', `c` # 'd'".getBytes(StandardCharsets.UTF_8);

    assertThat(new LiteralReader(MysqlSql.DIALECT).read(sql, 0, sql.length, MysqlSql.USUAL_MODE))
        .containsExactly("a", "b");
  }

  @Test
  void semicolonsInLiteralsNamesCommentsAndBodiesEndNothing() {
    assertThat(split("SELECT '\\';' # ;\n; SELECT `;`"))
        .containsExactly("SELECT '\\';' # ;", "SELECT `;`");
    String procedure = "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END; SELECT 3";
    assertThat(split("SELECT 0; " + procedure)).containsExactly("SELECT 0", procedure);
    assertThat(split("SELECT 1 /* ")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT \"a\"", "SELECT 'a\\'' , \" -- '"})
  void doubleQuotesMayBeEither(String sql) {
    LexerMode mode = reading(sql);

    assertThat(mode.doubtful()).isTrue();
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    assertThat(new MysqlClassifier().classify(text, 0, text.length, mode).kind())
        .isEqualTo(StatementKind.UNKNOWN);
    assertThat(reading("SELECT `a\\`, 'b' -- \"").doubtful()).isFalse();
  }

  @Test
  void tablesHaveItsQuotes() {
    ParsedStatement parsed =
        MysqlSql.DIALECT.parse("SELECT `A b` FROM `T`, D.u", MysqlSql.USUAL_MODE);

    assertThat(parsed.understood()).isTrue();
    assertThat(parsed.reads()).extracting(TableName::toString).containsExactly("T", "D.u");
    assertThat(parsed.writes()).isEmpty();
    assertThat(MysqlSql.DIALECT.parse("SELECT 1 /*! INTO x */", MysqlSql.USUAL_MODE).understood())
        .isFalse();
  }
}
