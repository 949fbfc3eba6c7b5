package dev.heimdall.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.pool.PoolAnomaly;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadingPauseTest {
  private static final long LONG = PoolAnomaly.READING.tolerated() + 1;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ReadingPause reading = new ReadingPause(channel.config());

  @AfterEach
  void close() {
    channel.close();
  }

  @Test
  void aPauseIsOverlookedThatNothingHasEndedForLongerThanTolerated() {
    reading.pause();
    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(reading.overlooked(true, 100)).isFalse();
    assertThat(reading.overlooked(true, 99 + LONG)).isFalse();
    assertThat(reading.overlooked(true, 100 + LONG)).isTrue();
    reading.resume();
    assertThat(channel.config().isAutoRead()).isTrue();
    assertThat(reading.overlooked(true, 200 + LONG)).isFalse();
  }

  @Test
  void aPauseWithAReasonIsNotOverlooked() {
    reading.pause();
    assertThat(reading.overlooked(true, 0)).isFalse();
    assertThat(reading.overlooked(false, LONG)).isFalse();
    assertThat(reading.overlooked(true, 2 * LONG)).as("the time begins anew").isFalse();
    assertThat(reading.overlooked(true, 3 * LONG)).isTrue();
  }

  @Test
  void aChannelThatIsReadIsNeverOverlooked() {
    assertThat(reading.overlooked(true, 0)).isFalse();
    assertThat(reading.overlooked(true, 10 * LONG)).isFalse();
  }
}
