package dev.heimdall.manager.accounts;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** An app that shows codes, and the clock that it shows them by. */
public final class Authenticator {
  private static final int STEP_SECONDS = 30;

  private Authenticator() {}

  /** A clock that somebody sets. */
  public static final class Hand extends Clock {
    private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

    /** Sets it on. */
    public void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  /** What it shows now. */
  public static String code(String secret, Clock clock) {
    return Totp.code(Totp.bytes(secret), clock.instant().getEpochSecond() / STEP_SECONDS);
  }

  /** One that is none for a while. */
  public static String wrong(String secret, Clock clock) {
    for (int guess = 0; ; guess++) {
      String code = "%06d".formatted(guess);
      if (Totp.step(Totp.bytes(secret), code, clock.instant(), 0).isEmpty()) {
        return code;
      }
    }
  }
}
