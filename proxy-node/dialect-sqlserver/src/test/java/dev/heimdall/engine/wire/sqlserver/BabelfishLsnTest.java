package dev.heimdall.engine.wire.sqlserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import org.junit.jupiter.api.Test;

class BabelfishLsnTest {
  private final Position here = new BabelfishLsn(2, 500);

  @Test
  void coversWhatIsBeforeItOnItsTimeline() {
    assertThat(here.covers(new BabelfishLsn(2, 500))).isTrue();
    assertThat(here.covers(new BabelfishLsn(2, 501))).isFalse();
    assertThat(here.covers(new BabelfishLsn(1, 1))).as("an earlier timeline").isFalse();
    assertThat(new BabelfishLsn(1, 900).covers(here)).as("one that was left").isFalse();
    assertThat(here.covers(Position.BEYOND)).isFalse();
    assertThat(here.covers(Position.NONE)).isTrue();
  }

  @Test
  void bothAreCoveredByTheFurtherOneOfTheLaterTimeline() {
    Position old = new BabelfishLsn(1, 900);
    assertThat(Position.further(old, here)).isEqualTo(here);
    assertThat(Position.further(here, old)).isEqualTo(here);
    assertThat(Position.further(here, new BabelfishLsn(2, 501)))
        .isEqualTo(new BabelfishLsn(2, 501));
    assertThat(here.behind(new BabelfishLsn(2, 510))).isEqualTo(10);
    assertThat(here.behind(old)).isEqualTo(Position.UNKNOWN);
  }

  @Test
  void isPassedByMoreOfItsTimeline() {
    assertThat(here.isPassedBy(here.spelled())).isFalse();
    assertThat(here.isPassedBy(new BabelfishLsn(2, 501).spelled())).isTrue();
    assertThat(here.isPassedBy(new BabelfishLsn(3, 501).spelled())).isFalse();
    assertThat(here.isPassedBy("501")).isFalse();
    assertThat(here.isPassedBy("2/x")).isFalse();
  }
}
