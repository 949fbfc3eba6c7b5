package dev.heimdall.engine.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

  private static TraceParent of(String text) {
    byte[] sql = ("xx" + text + "yy").getBytes(StandardCharsets.UTF_8);
    return TraceParent.of(sql, 2, sql.length - 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1 /*traceparent='%s'*/",
        "SELECT 1 /*traceparent='%s'*/;",
        "SELECT 1 /*traceparent='%s'*/ ;\r\n\0",
        "/*traceparent='%s'*/",
        "SELECT 1 /*db_driver='psycopg2%%3A2.9',route='/a/%%3Cid%%3E',traceparent='%s'*/;",
        "SELECT 1 /*traceparent='%s',tracestate='a%%3Db'*/",
        "SELECT 1 /* traceparent='%s' */",
        "SELECT '/*' /* other */ /*traceparent='%s'*/",
      })
  void theCommentAtTheEndNamesIt(String form) {
    assertThat(of(form.formatted(PARENT))).isEqualTo(new TraceParent(TRACE, SPAN, true));
  }

  /** As google-cloud-sqlcommenter 2.0.0 has written it, in Python. */
  @Test
  void theOneOfSqlcommenterIsRead() {
    assertThat(
            of(
                "SELECT 1  /*db_driver='psycopg2%%3A2.9',route='/a/%%3Cid%%3E',"
                    + "traceparent='00-fa4ebdb14d8cdc75e2bb65df2b1461a9-7416b633f3d4e9e3-03'*/"))
        .isEqualTo(new TraceParent("fa4ebdb14d8cdc75e2bb65df2b1461a9", "7416b633f3d4e9e3", true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "02", "fe"})
  void onlyTheLastBitSaysThatItIsSampled(String flags) {
    assertThat(of("SELECT 1 /*traceparent='00-" + TRACE + "-" + SPAN + "-" + flags + "'*/"))
        .isEqualTo(new TraceParent(TRACE, SPAN, false));
  }

  @Test
  void laterVersionsMaySayMore() {
    String later = "01-" + TRACE + "-" + SPAN + "-03";
    assertThat(of("SELECT 1 /*traceparent='" + later + "'*/").sampled()).isTrue();
    assertThat(of("SELECT 1 /*traceparent='" + later + "-more'*/").sampled()).isTrue();
    assertThat(of("SELECT 1 /*traceparent='" + later + "more'*/")).isNull();
    assertThat(of("SELECT 1 /*traceparent='" + PARENT + "-more'*/")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*/",
        "/*/",
        "SELECT 1",
        "/*traceparent='%s'*/ SELECT 1",
        "SELECT '/*traceparent=''%s''*/'",
        "SELECT 1 traceparent='%s'*/",
        "SELECT 1 /*xtraceparent='%s'*/",
        "SELECT 1 /*a='b_traceparent='%s'*/",
        "SELECT 1 /*traceparent=%s*/",
        "SELECT 1 /*traceparent='%s*/",
        "SELECT 1 /*traceparent='%s '*/",
        "SELECT 1 /*TRACEPARENT='%s'*/",
        "SELECT 1 /*traceparent='%1$s',traceparent='%1$s'*/",
        "SELECT 1 /*traceparent='%s' and more that is no comment",
      })
  void whatIsNotWrittenSoIsNone(String form) {
    assertThat(of(form.formatted(PARENT))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331c-01",
        "zz-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      })
  void whatTheStandardDoesNotAllowIsNone(String parent) {
    assertThat(of("SELECT 1 /*traceparent='" + parent + "'*/")).isNull();
  }

  @Test
  void aVeryLongCommentIsNotLookedAt() {
    String filler = "a='" + "b".repeat(1500) + "',";
    assertThat(of("SELECT 1 /*" + filler + "traceparent='" + PARENT + "'*/")).isNotNull();
    assertThat(of("SELECT 1 /*" + filler + filler + "traceparent='" + PARENT + "'*/")).isNull();
  }

  @Test
  void nothingIsReadOutsideOfTheText() {
    byte[] sql = ("/*traceparent='" + PARENT + "'*/").getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < sql.length; from++) {
      for (int length = 0; length <= sql.length - from; length++) {
        boolean whole = from == 0 && length == sql.length;
        assertThat(TraceParent.of(sql, from, length) != null).isEqualTo(whole);
      }
    }
  }
}
