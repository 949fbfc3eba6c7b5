package dev.heimdall.engine.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.Fingerprinter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MysqlPatternRegexTest {
  private static Pattern of(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    String normalised =
        new Fingerprinter(MysqlSql.DIALECT, 1, 2)
            .normalised(text, 0, text.length, MysqlSql.USUAL_MODE);
    return Pattern.compile(PatternRegex.ofNormalised(normalised, MysqlSql.DIALECT).orElseThrow());
  }

  @Test
  void namesAndParametersAreItsOwn() {
    Pattern pattern = of("SELECT `a b`, c FROM t WHERE d = 1");

    assertThat(pattern.matches("SELECT `a b`, c FROM t WHERE d = ?")).isTrue();
    assertThat(pattern.matches("SELECT `a b`,c FROM t WHERE d = 'x'")).isTrue();
    assertThat(pattern.matches("SELECT `a b`, c FROM t WHERE d = c")).isFalse();
    assertThat(of("SELECT c FROM t WHERE d = ?").matches("SELECT c FROM t WHERE d = 5")).isTrue();
  }
}
