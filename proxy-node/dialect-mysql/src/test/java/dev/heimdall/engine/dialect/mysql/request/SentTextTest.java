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

  private static CarriedOut failed(String sql, int results, int number, String message) {
    SentText text = new SentText();
    text.keep(sql.getBytes(StandardCharsets.UTF_8), MysqlSql.USUAL_MODE);
    return text.carriedOut(ServerError.error("HY000", message).withNumber(number), results);
  }

  private static CarriedOut lacking(String sql, int results) {
    return failed(sql, results, 1146, "Table 'app.nowhere' doesn't exist");
  }

  @Test
  void whatStandsBehindAFailedStatementWasNotBegun() {
    String sql = "select 1; select @a := 1 from t; create temporary table t (a int)";
    assertThat(pinned(failed(sql, 1, 1054, "Unknown column"))).isEqualTo("[]");
    assertThat(pinned(failed(sql, 2, 1054, "Unknown column"))).isEqualTo("[user variable]");
    assertThat(failed(sql, 2, 1054, "Unknown column").runsCode()).isTrue();
    assertThat(failed(sql, 3, 1050, "Table 't' already exists")).isNull();
    assertThat(failed("call p(); set @a = 1", 2, 1054, "Unknown column")).isNull();
    assertThat(failed("create procedure p() begin select 1; set @a = 1; end", 1, 1304, ""))
        .isNull();
    assertThat(failed("begin not atomic select 1; set @a = 1; end", 1, 1054, "")).isNull();
    assertThat(failed("execute p; set @a = 1", 1, 1054, "")).isNull();
  }

  @Test
  void aStatementThatNamesATableThatIsNotThereHasDoneNothing() {
    assertThat(lacking("select @a := 1 from nowhere", 1)).isSameAs(CarriedOut.NOTHING);
    assertThat(lacking("select @a := 1 from `app` . `Nowhere` n", 1)).isSameAs(CarriedOut.NOTHING);
    assertThat(lacking("set @a = (select v from nowhere)", 1)).isSameAs(CarriedOut.NOTHING);
    assertThat(lacking("create temporary table t select v from t join nowhere", 1))
        .isSameAs(CarriedOut.NOTHING);
    assertThat(pinned(lacking("set @a = 1; select @b := v from nowhere; set @c = 1", 2)))
        .isEqualTo("[user variable]");
    assertThat(pinned(lacking("select 1; create temporary table t select v from nowhere", 2)))
        .isEqualTo("[]");
  }

  @Test
  void whoSetsAVariableThatIsNotThereHasSetNothing() {
    String message = "Unknown system variable 'no_such'";
    assertThat(failed("select 1; set @a = 1, No_Such = 2", 2, 1193, message).facts().effects())
        .isEmpty();
    assertThat(failed("call p(); set no_such = 1", 2, 1193, message)).isNull();
    assertThat(failed("select 1; set @a = 1", 2, 1193, message)).isNull();
  }

  @Test
  void whoNamesAUserVariableThatCannotBeHasSetNone() {
    String name = "a".repeat(300);
    String message = "User variable name '" + name.substring(0, 192) + "' is illegal";
    assertThat(failed("set @a = 1, @" + name + " = 2", 1, 3061, message))
        .isSameAs(CarriedOut.NOTHING);
    assertThat(pinned(failed("set @b = 1; select @`" + name + "` := 2", 2, 3061, message)))
        .isEqualTo("[user variable]");
    assertThat(failed("select @a := 1, '@', 'b'", 1, 3061, message)).isNull();
    assertThat(failed("select @a := f(@" + name + ")", 1, 3061, message)).isNull();
    assertThat(failed("call p(@" + name + ")", 1, 3061, message)).isNull();
  }

  @Test
  void whatACalledRoutineMayHaveMissedSaysNothing() {
    assertThat(lacking("select @a := f() from nowhere", 1)).isNull();
    assertThat(lacking("select @a := 1 as nowhere from t", 1)).isNull();
    assertThat(lacking("select @a := 1 from t", 1)).isNull();
    assertThat(lacking("call p(@a, (select v from nowhere))", 1)).isNull();
    assertThat(lacking("call p(); select @a := v from nowhere", 2)).isNull();
    assertThat(pinned(lacking("call p(); set @a = (select v from nowhere); select 2", 2)))
        .isEqualTo("[user variable]");
  }

  @Test
  void behindWhatIsNotKnownNobodyCanCount() {
    assertThat(carriedOut("while 1 do set @a = 1; selct", 2, "selct")).isNull();
  }
}
