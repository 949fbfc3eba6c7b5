package dev.heimdall.engine.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.RejectedLogEventsInfo;

class LogBatchTest {
  private final LogBatch batch = new LogBatch();

  @Test
  void eventsGoInTheOrderOfTheirTime() {
    batch.add(3, "c");
    batch.add(1, "a");
    batch.add(2, "b");
    assertThat(batch.events()).extracting(InputLogEvent::message).containsExactly("a", "b", "c");
  }

  @Test
  void aBatchHoldsSoManyEvents() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(batch.add(i, "x")).isTrue();
    }
    assertThat(batch.add(1, "x")).isFalse();
    assertThat(batch.size()).isEqualTo(10_000);
  }

  @Test
  void aBatchHoldsAMebibyteInUtf8WithTwentySixBytesForEachEvent() {
    String text = "é".repeat((104_857 - 26) / 2); // ten of them and a few bytes make a mebibyte
    for (int i = 0; i < 10; i++) {
      assertThat(batch.add(i, text)).isTrue();
    }
    int left = 1_048_576 - batch.bytes();
    assertThat(left).isBetween(0, 52);
    assertThat(batch.add(1, "x".repeat(Math.max(1, left - 25)))).isFalse();
    assertThat(batch.bytes()).isEqualTo(10 * (2 * text.length() + 26));
  }

  @Test
  void theLastByteOfABatchIsUsed() {
    String quarter = "x".repeat(262_144 - 26);
    for (int i = 0; i < 4; i++) {
      assertThat(batch.add(i, quarter)).isTrue();
    }
    assertThat(batch.bytes()).isEqualTo(1_048_576);
    assertThat(batch.add(1, "")).isFalse();
  }

  @Test
  void eventsOfABatchAreLessThanADayApart() {
    long day = TimeUnit.DAYS.toMillis(1);
    assertThat(batch.add(day, "x")).isTrue();
    assertThat(batch.add(2 * day, "x")).isFalse();
    assertThat(batch.add(2 * day - 1, "x")).isTrue();
    assertThat(batch.add(0, "x")).isFalse();
    assertThat(new LogBatch().add(Long.MAX_VALUE / 2, "x")).isTrue();
  }

  @Test
  void anEventThatIsTooLongIsCutBetweenCharacters() {
    assertThat(batch.add(1, "a" + "é".repeat(200_000))).isTrue();
    String kept = batch.events().get(0).message();
    assertThat(kept).startsWith("aé").endsWith("é…").doesNotContain("\ufffd");
    assertThat(kept.getBytes(StandardCharsets.UTF_8).length)
        .isBetween(LogBatch.LONGEST - 2, LogBatch.LONGEST);
  }

  @Test
  void whatWasRefusedIsCountedFromBothEnds() {
    assertThat(AwsLogs.rejected(RejectedLogEventsInfo.builder().build(), 10)).isZero();
    assertThat(
            AwsLogs.rejected(RejectedLogEventsInfo.builder().tooOldLogEventEndIndex(3).build(), 10))
        .isEqualTo(3);
    assertThat(
            AwsLogs.rejected(
                RejectedLogEventsInfo.builder()
                    .tooOldLogEventEndIndex(1)
                    .expiredLogEventEndIndex(3)
                    .tooNewLogEventStartIndex(8)
                    .build(),
                10))
        .isEqualTo(5);
  }
}
