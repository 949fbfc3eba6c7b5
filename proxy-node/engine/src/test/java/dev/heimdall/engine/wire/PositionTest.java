package dev.heimdall.engine.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PositionTest {
  private static final Position FIRST = new Lsn(0);
  private static final Position LATER = new Lsn(7);

  @Test
  void aLaterPlaceInTheLogCoversAnEarlierOneAndItself() {
    assertThat(LATER.covers(FIRST)).isTrue();
    assertThat(LATER.covers(new Lsn(7))).isTrue();
    assertThat(FIRST.covers(LATER)).isFalse();
    assertThat(Position.further(FIRST, LATER)).isEqualTo(LATER);
    assertThat(Position.further(LATER, FIRST)).isEqualTo(LATER);
  }

  @Test
  void whatIsNotKnownSpeaksAgainstAServerAndNeverForIt() {
    assertThat(Position.NONE.covers(FIRST)).as("a server of which nothing is known").isFalse();
    assertThat(Position.NONE.covers(Position.NONE)).as("a read that has nothing to miss").isTrue();
    assertThat(FIRST.covers(Position.NONE)).isTrue();
    assertThat(LATER.covers(Position.BEYOND)).as("a write that is nowhere yet").isFalse();
    assertThat(Position.NONE.covers(Position.BEYOND)).isFalse();
    assertThat(Position.further(LATER, Position.BEYOND)).isSameAs(Position.BEYOND);
    assertThat(Position.further(Position.BEYOND, LATER)).isSameAs(Position.BEYOND);
    assertThat(Position.further(Position.NONE, FIRST)).isEqualTo(FIRST);
  }

  @Test
  void ofTwoSetsNeitherNeedBeFurther() {
    Position odd = Numbers.of(1, 3);
    Position even = Numbers.of(1, 2);

    assertThat(odd.covers(even)).isFalse();
    assertThat(even.covers(odd)).isFalse();
    assertThat(Position.further(odd, even)).isEqualTo(Numbers.of(1, 2, 3));
    assertThat(Position.further(odd, Numbers.of(3))).isSameAs(odd);
    assertThat(Position.further(odd, Position.BEYOND)).isSameAs(Position.BEYOND);
  }

  @Test
  void whatCannotBeComparedIsNowhereYet() {
    assertThat(Position.further(FIRST, Numbers.of(1))).isSameAs(Position.BEYOND);
  }

  @Test
  void aLogIsBehindAnotherByItsBytes() {
    assertThat(FIRST.behind(LATER)).isEqualTo(7);
    assertThat(LATER.behind(FIRST)).isZero();
    assertThat(Position.NONE.behind(LATER)).isEqualTo(Position.UNKNOWN);
    assertThat(LATER.behind(Position.NONE)).isEqualTo(Position.UNKNOWN);
  }
}
