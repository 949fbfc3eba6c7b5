package dev.heimdall.engine.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.LexerMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternRegexTest {
  private static boolean matches(String learnt, String sql) {
    return Pattern.compile(
            PatternRegex.of(learnt, Dialect.POSTGRES, LexerMode.STANDARD).orElseThrow())
        .matcher(sql)
        .find();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select name from \"Users\" u where id = 5 and tag in ('a', 'b') limit 10",
        "SELECT  name\n from \"Users\" U where id=-7.5e3 and tag in('it''s') LIMIT 1;",
        "select name from \"Users\" u where id = $1 and tag in ($2,$3,$4) limit $5 ; "
      })
  void theSameStatementWithOtherLiteralsMatches(String sql) {
    assertThat(
            matches(
                "select name from \"Users\" u where id = 5 and tag in ('a', 'b') limit 10", sql))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select name from \"users\" u where id = 5 and tag in ('a') limit 10",
        "select name from \"Users\" u where id = 5 and tag in ('a') limit 10; drop table x",
        "drop table x; select name from \"Users\" u where id = 5 and tag in ('a') limit 10",
        "select name from \"Users\" u where id = 5 or 1 = 1 and tag in ('a') limit 10",
        "select name from \"Users\" u where id = 5 and tag in ('a' || (select 'b')) limit 10",
        "select name from \"Users\" u where id = id and tag in ('a') limit 10",
        "select name from \"Users\" u where id = 5 and tag in ('a\\') limit 10",
        "select name from \"Users\" u where id = 5 and tag in ('a') limit10",
        "select name from \"Users\" u where id = 5 -- and tag in ('a') limit 10",
        "selectname from \"Users\" u where id = 5 and tag in ('a') limit 10"
      })
  void anyOtherStatementDoesNot(String sql) {
    assertThat(
            matches(
                "select name from \"Users\" u where id = 5 and tag in ('a', 'b') limit 10", sql))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "insert into t values (1, 'a') | insert into t values (2,'b'), (3,'c') | true",
        "insert into t values (1, 'a'), (2, 'b') | insert into t values ($1, $2) | true",
        "insert into t values (1, 'a') | insert into t values (1) | false",
        "insert into t values (1, now()) | insert into t values (2, now()) | true",
        "select a->>'b', c::text[] from t | select a ->> 'x', c :: text [] from t | true",
        "select array[1,2] | select array[$1] | true",
        "select f(1) | select f(1, 2) | false",
        "select 'é' from ü | SELECT 'x' from ü | true",
        "select \"a\"\"b\" from t | select \"a\"\"b\" from t | true"
      })
  void listsAreAsLongAsTheyLike(String learnt, String sql, boolean matches) {
    assertThat(matches(learnt, sql)).isEqualTo(matches);
  }

  @Test
  void noValueIsLeftInThePattern() {
    assertThat(
            PatternRegex.of(
                    "select 'secret', 4711, $$hidden$$ from t",
                    Dialect.POSTGRES,
                    LexerMode.STANDARD)
                .orElseThrow())
        .doesNotContain("secret", "4711", "hidden");
    assertThat(
            Normalised.text(
                "select 'secret', 4711, $$hidden$$ from t", Dialect.POSTGRES, LexerMode.STANDARD))
        .doesNotContain("secret", "4711", "hidden");
  }

  @Test
  void whatCannotBeReadForCertainHasNoPattern() {
    assertThat(PatternRegex.of("select 'open", Dialect.POSTGRES, LexerMode.STANDARD)).isEmpty();
    assertThat(PatternRegex.of("select U&\"\\0061\"", Dialect.POSTGRES, LexerMode.STANDARD))
        .isEmpty();
    assertThat(PatternRegex.of("/*+ hint */ select 1", Dialect.POSTGRES, LexerMode.STANDARD))
        .isEmpty();
    assertThat(PatternRegex.of("", Dialect.POSTGRES, LexerMode.STANDARD)).isEmpty();
  }
}
