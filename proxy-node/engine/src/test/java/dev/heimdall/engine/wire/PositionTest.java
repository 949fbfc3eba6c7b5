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
}
