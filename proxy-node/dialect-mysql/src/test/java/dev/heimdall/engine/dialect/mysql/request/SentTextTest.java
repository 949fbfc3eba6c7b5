package dev.heimdall.engine.dialect.mysql.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.wire.ServerError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SentTextTest {
  private static CarriedOut carriedOut(String sql, int results, String quoted) {
    SentText text = new SentText();
    text.keep(sql.getBytes(StandardCharsets.UTF_8), MysqlSql.USUAL_MODE);
    String message =
        "You have an error in your SQL syntax; check it near '" + quoted + "' at line 1";
    return text.carriedOut(ServerError.error("42000", message).withNumber(1064), results);
  }

  private static String pinned(CarriedOut part) {
    return part.facts().effects().stream()
        .filter(effect -> effect.type() == Effect.Type.PIN)
        .map(Effect::name)
        .toList()
        .toString();
  }

  @Test
  void nothingWasCarriedOutOfAStatementThatTheServerCouldNotRead() {
    assertThat(carriedOut("call p(1,,2);", 1, ",2)")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("call p(1,,'é');", 1, "'é')")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("call p(1", 1, "")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("update t set a = @b where -- c", 1, "")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("execute", 1, "")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("call p(/* 'a */", 1, "/* 'a */")).isNull();
    assertThat(carriedOut("call p(1) 'abc", 1, "'abc")).isSameAs(CarriedOut.NOTHING);
  }

  @Test
  void aLongRestIsQuotedInPart() {
    String sql = "execute p using @a @b" + ", @b".repeat(99);
    assertThat(carriedOut(sql, 1, sql.substring(19, 99))).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut(sql, 1, sql.substring(19, 96) + "...")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut(sql, 1, sql.substring(19, 70))).isNull();
  }

  @Test
  void whatIsQuotedOfAnotherTextSaysNothing() {
    assertThat(carriedOut("call p('selct 1')", 1, "selct 1")).isNull();
    assertThat(carriedOut("call p('selct 1')", 1, "selct 1')")).isNull();
    assertThat(carriedOut("call p('select')", 1, "")).isNull();
    assertThat(carriedOut("call p('select (1))')", 1, ")")).isNull();
    assertThat(carriedOut("call p(1,)", 1, ")")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("call p(1))", 1, ")")).isSameAs(CarriedOut.NOTHING);
    assertThat(carriedOut("call p", 1, "")).isNull();
    assertThat(carriedOut("call a.set", 1, "")).isNull();
    String long_ = "selct 1" + ", 1".repeat(99);
    assertThat(carriedOut("call p('" + long_ + "')", 1, long_.substring(0, 80))).isNull();
  }

  @Test
  void whatStandsAheadOfItCounts() {
    CarriedOut part = carriedOut("set @a = 1; select 1; create temporary table t(a,,)", 3, ",)");
    assertThat(pinned(part)).isEqualTo("[user variable]");
    assertThat(part.facts().statements()).isEqualTo(2);
    assertThat(part.runsCode()).isFalse();
    assertThat(carriedOut("insert into t values (1); selct", 2, "selct").runsCode()).isTrue();
    assertThat(carriedOut("select f(1); selct", 2, "selct").runsCode()).isTrue();
    assertThat(carriedOut("select 1; selct; set @a = 1", 2, "selct; set @a = 1").runsCode())
        .isFalse();
  }

  /** A CALL has any number of results. */
  @Test
  void noMoreCountsThanStandsAheadOfThePlace() {
    CarriedOut part = carriedOut("call p(); selct; set @a = 1", 5, "selct; set @a = 1");
    assertThat(part.facts().statements()).isEqualTo(1);
    assertThat(pinned(part)).isEqualTo("[]");
  }

  @Test
  void behindWhatIsNotKnownNobodyCanCount() {
    assertThat(carriedOut("while 1 do set @a = 1; selct", 2, "selct")).isNull();
  }
}
