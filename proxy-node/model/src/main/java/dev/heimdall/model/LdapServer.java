package dev.heimdall.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server of a directory.
 *
 * @param host without brackets
 * @param tls whether connections are encrypted from their first byte
 */
public record LdapServer(String host, int port, boolean tls) {
  private static final Pattern TEXT =
      Pattern.compile("(ldaps?)://(?:\\[([^]]+)]|([^:/]+))(?::([0-9]{1,5}))?/?");
  private static final int PORT = 389;
  private static final int PORT_OF_TLS = 636;
  private static final int LAST_PORT = 65_535;

  /** Empty where the text is none. */
  static Optional<LdapServer> read(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    boolean tls = parts.group(1).equals("ldaps");
    int usual = tls ? PORT_OF_TLS : PORT;
    int port = parts.group(4) == null ? usual : Integer.parseInt(parts.group(4));
    String literal = parts.group(2);
    boolean sound =
        port > 0 && port <= LAST_PORT && (literal == null || IpLiteral.parse(literal).isPresent());
    return sound
        ? Optional.of(new LdapServer(literal == null ? parts.group(3) : literal, port, tls))
        : Optional.empty();
  }

  /** The server that a setting names. */
  public static LdapServer parse(String text) {
    return read(text).orElseThrow(() -> new IllegalArgumentException("no LDAP server: " + text));
  }

  @Override
  public String toString() {
    return (tls ? "ldaps://" : "ldap://")
        + (host.indexOf(':') < 0 ? host : "[" + host + "]")
        + ":"
        + port;
  }
}
