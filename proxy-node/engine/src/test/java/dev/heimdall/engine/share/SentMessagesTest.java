package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SentMessagesTest {
  private final SentMessages sent = new SentMessages();

  @Test
  void itIsKnownHowManyWritesWereNotedAtEachMessage() {
    assertThat(sent.notedBefore(7)).isEmpty();
    sent.sending(3, 10);
    sent.sending(4, 10);
    sent.sending(5, 12);
    assertThat(sent.notedBefore(2)).isEmpty();
    assertThat(sent.notedBefore(3)).hasValue(10);
    assertThat(sent.notedBefore(4)).hasValue(10);
    assertThat(sent.notedBefore(5)).hasValue(12);
    assertThat(sent.notedBefore(6)).hasValue(12);
  }

  @Test
  void ofManyMessagesThereIsNeverMoreSaidThanWasNoted() {
    for (long number = 1; number <= 100_000; number++) {
      sent.sending(number, 3 * number);
    }
    int exact = 0;
    for (long number = 1; number <= 100_000; number++) {
      OptionalLong noted = sent.notedBefore(number);
      assertThat(noted).isPresent();
      assertThat(noted.getAsLong()).isLessThanOrEqualTo(3 * number);
      exact += noted.getAsLong() == 3 * number ? 1 : 0;
    }
    assertThat(exact).isBetween(512, 1024);
    assertThat(sent.notedBefore(100_000)).hasValue(300_000);
    assertThat(sent.notedBefore(99_900)).hasValue(3 * 99_900);
  }
}
