package dev.heimdall.secrets.credentials;

import java.util.Optional;

/**
 * As whom to log in, and with what. Never shows its password.
 *
 * @param version tells it from what was, or will be, right at another time; empty where nothing
 *     changes
 */
public record DatabaseLogin(String user, Optional<String> password, String version) {
  @Override
  public String toString() {
    return "DatabaseLogin[" + user + (version.isEmpty() ? "" : ", " + version) + "]";
  }
}
