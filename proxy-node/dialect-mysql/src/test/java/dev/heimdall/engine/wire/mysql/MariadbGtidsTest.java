package dev.heimdall.engine.wire.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.Position;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MariadbGtidsTest {
  private static MariadbGtids of(String text) {
    return MariadbGtids.parse(text);
  }

  @Test
  void eachDomainHasItsOwnOrder() {
    assertThat(of("0-1-100").covers(of("0-1-99"))).isTrue();
    assertThat(of("0-2-100").covers(of("0-1-99"))).as("a new writer goes on counting").isTrue();
    assertThat(of("0-1-100").covers(of("0-1-101"))).isFalse();
    assertThat(of("0-1-100,5-1-3").covers(of("5-1-3"))).isTrue();
    assertThat(of("0-1-100").covers(of("5-1-3"))).isFalse();
    assertThat(of("0-1-1").covers(Position.NONE)).isTrue();
    assertThat(of("0-1-1").covers(GtidSet.EMPTY)).isFalse();
    assertThat(of("0-1-18446744073709551615").covers(of("0-1-9223372036854775807"))).isTrue();
  }

  @Test
  void serversThatCountedOnApartHaveNotWhatTheOtherWrote() {
    assertThat(of("0-1-100").covers(of("0-2-100"))).isFalse();
    assertThat(of("0-1-100").with(of("0-2-100"))).isSameAs(Position.BEYOND);
  }

  @Test
  void bothIsTheLastOfEachDomain() {
    assertThat(of("0-1-5,1-1-9").with(of("0-2-7,3-1-1"))).isEqualTo(of("0-2-7,1-1-9,3-1-1"));
    assertThat(of("3-1-1, 0-1-5\n,1-1-9").toString()).isEqualTo("0-1-5,1-1-9,3-1-1");
    assertThat(of("")).isSameAs(MariadbGtids.EMPTY);
    assertThat(of("4294967295-4294967295-1").toString()).isEqualTo("4294967295-4294967295-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0-1", "a-1-1", "0-1-1-1", "-1-1-1", "0-1-", "4294967296-1-1"})
  void whatIsNoPositionIsRefused(String text) {
    assertThatThrownBy(() -> of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNoPositionPassesNone() {
    for (String text : new String[] {"", "0-1", "uuid:1-5", "12:4:1:binlog", "0-1-9".repeat(300)}) {
      assertThat(MariadbGtids.EMPTY.isPassedBy(text)).isFalse();
    }
    assertThat(MariadbGtids.EMPTY.isPassedBy("0-1-9")).isTrue();
  }

  @Test
  void whatCoversBothCoversEach() {
    Random random = new Random(4);
    for (int round = 0; round < 2000; round++) {
      MariadbGtids one = any(random);
      MariadbGtids other = any(random);
      Position both = Position.further(one, other);
      assertThat(both == Position.BEYOND || (both.covers(one) && both.covers(other))).isTrue();
      assertThat(of(one.toString())).isEqualTo(one).hasSameHashCodeAs(one);
      assertThat(one.covers(one)).isTrue();
      assertThat(one.covers(other) && other.covers(one)).isEqualTo(one.equals(other));
      assertThat(one.isPassedBy(other.spelled()))
          .isEqualTo(other.covers(one) && !one.covers(other));
    }
  }

  private static MariadbGtids any(Random random) {
    StringBuilder text = new StringBuilder();
    for (int domain = 0; domain < 3; domain++) {
      if (random.nextBoolean()) {
        text.append(domain).append('-').append(1 + random.nextInt(2)).append('-');
        text.append(random.nextInt(4)).append(',');
      }
    }
    return of(text.toString());
  }
}
