package dev.heimdall.manager.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.web.Answer;
import org.junit.jupiter.api.Test;

class ResponseTimesTest {
  private static ResponseTimes times(String pairs) throws Exception {
    return ResponseTimes.of(Answer.JSON.readTree(pairs));
  }

  @Test
  void percentilesAreThoseOfAllNodesTogether() throws Exception {
    ResponseTimes all = times("[1023, 90, 2097151, 5]").plus(times("[1023, 4, 8388607, 1]"));
    assertThat(all.percentile(50)).isEqualTo(1023);
    assertThat(all.percentile(94)).isEqualTo(1023);
    assertThat(all.percentile(95)).isEqualTo(2097151);
    assertThat(all.percentile(100)).isEqualTo(8388607);
    assertThat(all.bytes()).isPositive();
  }

  @Test
  void whatWasCountedSinceIsTheDifference() throws Exception {
    ResponseTimes more = times("[1023, 90, 2097151, 5]").since(times("[1023, 90, 2097151, 2]"));
    assertThat(more).isEqualTo(times("[2097151, 3]"));
    assertThat(more.since(more)).isEqualTo(ResponseTimes.NONE);
  }

  @Test
  void anythingIsTakenOfANode() throws Exception {
    assertThat(times("[-5, 1, 99999999999999, 2, 7]").percentile(100)).isEqualTo((1L << 32) - 1);
    assertThat(times("{}").known()).isFalse();
    assertThat(times("[1023, -4]").known()).isFalse();
    assertThat(times("\"1\"").percentile(99)).isZero();
  }
}
