package dev.heimdall.manager.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Who somebody claims to be, and the password that he shows; empty ones where it is something else.
 */
record ShownPassword(String user, String password) {
  private static final String SCHEME = "basic ";
  private static final String BEARER = "bearer ";

  /** What HTTP's scheme {@code Bearer} says; empty: it is another one. */
  static Optional<String> bearer(String authorization) {
    return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? Optional.of(authorization.substring(BEARER.length()).strip())
        : Optional.empty();
  }

  /** What HTTP's scheme {@code Basic} says. */
  static ShownPassword basic(String authorization) {
    if (authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      try {
        String both =
            new String(
                Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip()),
                StandardCharsets.UTF_8);
        int colon = both.indexOf(':');
        if (colon >= 0) {
          return new ShownPassword(both.substring(0, colon), both.substring(colon + 1));
        }
      } catch (IllegalArgumentException e) {
        // It is no Base64, and nobody's password.
      }
    }
    return new ShownPassword("", "");
  }

  /** What was typed as a user may be a password. */
  @Override
  public String toString() {
    return "a log-in";
  }
}
