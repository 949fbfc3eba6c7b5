package dev.heimdall.manager;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test sets it. May be read by any thread. */
public final class SettableClock extends Clock {
  private volatile Instant now;

  public SettableClock(String now) {
    this(Instant.parse(now));
  }

  public SettableClock(Instant now) {
    this.now = now;
  }

  public void set(Instant to) {
    now = to;
  }

  public void forward(Duration time) {
    set(now.plus(time));
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
    return this;
  }
}
