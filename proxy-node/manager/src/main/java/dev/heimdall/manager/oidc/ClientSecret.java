package dev.heimdall.manager.oidc;

import dev.heimdall.manager.login.PasswordException;
import dev.heimdall.manager.login.PasswordSource;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * With what the manager shows a provider who it is, read again when it is a minute old, so that one
 * that was replaced ends. While it cannot be read, the last one goes on.
 */
final class ClientSecret implements AutoCloseable {
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final PasswordSource source;
  private final LongSupplier nanoClock;
  private Optional<String> last = Optional.empty();
  private long due;

  ClientSecret(PasswordSource source, LongSupplier nanoClock) {
    this.source = source;
    this.nanoClock = nanoClock;
    due = nanoClock.getAsLong();
  }

  /** May wait for where it is kept. */
  synchronized String read() throws PasswordException {
    if (nanoClock.getAsLong() - due >= 0) {
      try {
        last = Optional.of(source.read());
      } catch (PasswordException e) {
        if (last.isEmpty()) {
          throw e;
        }
      }
      due = nanoClock.getAsLong() + FRESH.toNanos();
    }
    return last.orElseThrow();
  }

  /** The provider does not take it: it may be another one by now. */
  synchronized void doubt() {
    due = nanoClock.getAsLong();
  }

  @Override
  public void close() {
    source.close();
  }
}
