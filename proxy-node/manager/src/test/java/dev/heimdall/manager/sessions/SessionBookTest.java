package dev.heimdall.manager.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionBookTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final SessionBook book =
      new SessionBook(Optional.empty(), Clock.fixed(NOW, ZoneOffset.UTC), () -> 0);

  @Test
  void whoLogsInAndOutAgainAndAgainTakesNoMoreThanItsBound() {
    int many = SessionBook.MOST_ENDED + 500;
    for (int i = 0; i < many; i++) {
      book.end("s" + i, NOW.plusSeconds(3600 + i));
    }

    assertThat(book.endedHere()).isEqualTo(SessionBook.MOST_ENDED);
    assertThat(book.hasEnded("s" + (many - 1))).isTrue();
    assertThat(book.hasEnded("s0")).isFalse();
  }
}
