package dev.heimdall.manager.accounts;

import java.time.Clock;

/** An app that shows codes. */
public final class Authenticator {
  private static final int STEP_SECONDS = 30;

  private Authenticator() {}

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
