package dev.heimdall.manager.pages;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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

  /**
   * Begins one; its token.
   *
   * @param generation of the password that was shown: with another one it ends
   */
  synchronized String begin(String user, String generation) {
    String token = token();
    sessions.put(hash(token), new Session(user, token(), generation, nanoClock.getAsLong()));
    return token;
  }

  /** The session of a token, as long as it goes on. */
  synchronized Optional<Session> find(String token, Optional<String> generation) {
    String hash = hash(token);
    Session session = sessions.get(hash);
    if (session == null) {
      return Optional.empty();
    }
    if (!session.goesOn(nanoClock.getAsLong())
        || !generation.equals(Optional.of(session.generation()))) {
      sessions.remove(hash);
      return Optional.empty();
    }
    return Optional.of(session);
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
