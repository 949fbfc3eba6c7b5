package dev.heimdall.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadingPaceTest {
  private final ReadingPace pace = new ReadingPace(Duration.ofSeconds(30));

  @Test
  void whoMayWaitForItHasItReadAgainSoonHoweverLongThatTakes() {
    pace.tookAll(Duration.ofSeconds(3).toNanos());
    assertThat(pace.between(true)).hasMillis(200);
  }

  @Test
  void whereTablesAloneHaveChangedReadingTakesAQuarterOfTheTimeAtMost() {
    assertThat(pace.between(false)).hasMillis(200);
    pace.tookAll(Duration.ofMillis(150).toNanos());
    assertThat(pace.between(false)).hasMillis(600);
    pace.tookAll(Duration.ofSeconds(3).toNanos());
    assertThat(pace.between(false)).hasMillis(1000);
  }
}
