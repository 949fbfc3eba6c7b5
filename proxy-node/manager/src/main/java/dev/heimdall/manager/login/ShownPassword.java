package dev.heimdall.manager.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** Claimed user name, and the password shown with it; both are empty for another kind of log-in. */
record ShownPassword(String user, String password) {
  private static final String SCHEME = "basic ";
  private static final String BEARER = "bearer ";

  /** Returns the token of HTTP's scheme {@code Bearer}; empty for another scheme. */
  static Optional<String> bearer(String authorization) {
    return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? Optional.of(authorization.substring(BEARER.length()).strip())
        : Optional.empty();
  }

  /** Returns the user name and password of HTTP's scheme {@code Basic}. */
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
        // It is no Base64, and no user's password.
      }
    }
    return new ShownPassword("", "");
  }

  /** Returns a text without the typed user name, which may be a password. */
  @Override
  public String toString() {
    return "a log-in";
  }
}
