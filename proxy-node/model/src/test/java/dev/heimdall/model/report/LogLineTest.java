package dev.heimdall.model.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLineTest {
  @Test
  void aValueCannotForgeAPairOrEndTheLine() {
    assertThat(
            new LogLine("login refused")
                .pair("addr", "10.0.0.1")
                .pair("user", "a b=c\n\"x\"\u2028")
                .pair("none", "")
                .pair("long", "x".repeat(300))
                .toString())
        .startsWith("login refused addr=10.0.0.1 user=\"a b=c\\n\\\"x\\\"\\u2028\" long=")
        .hasSizeLessThan(400)
        .doesNotContain("\n");
  }
}
