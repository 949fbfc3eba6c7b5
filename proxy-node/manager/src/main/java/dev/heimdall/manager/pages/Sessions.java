package dev.heimdall.manager.pages;

import dev.heimdall.manager.login.LogIn;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Who has logged in with a browser. Sessions are in memory: another manager, or this one after a
 * restart, asks for the password again. Of their tokens only hashes are kept.
 */
final class Sessions {
  static final Duration IDLE = Duration.ofMinutes(30);
  static final Duration LONGEST = Duration.ofHours(12);

  /** Each may hold a draft; the one that was used least recently makes room. */
  static final int MOST = 64;

  private static final int TOKEN_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final LongSupplier nanoClock;
  private final Map<String, Session> sessions =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
          return size() > MOST;
        }
      };

  Sessions(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** A word that nobody guesses. */
  String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Begins one; its token. */
  synchronized String begin(LogIn.Who who) {
    String token = token();
    sessions.put(hash(token), new Session(who, token(), nanoClock.getAsLong()));
    return token;
  }

  /**
   * The session of a token, as long as it goes on.
   *
   * @param still its owner as he is now; empty: he has another password, or may not log in any more
   */
  Optional<Session> find(String token, Function<LogIn.Who, Optional<LogIn.Who>> still) {
    Optional<Session> session = goingOn(hash(token));
    Optional<LogIn.Who> now = session.map(Session::who).flatMap(still);
    if (now.isEmpty()) {
      end(token);
      return Optional.empty();
    }
    session.get().who(now.get());
    return session;
  }

  private synchronized Optional<Session> goingOn(String hash) {
    return Optional.ofNullable(sessions.get(hash))
        .filter(session -> session.goesOn(nanoClock.getAsLong()));
  }

  synchronized void end(String token) {
    sessions.remove(hash(token));
  }

  private static String hash(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
