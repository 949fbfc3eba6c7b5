package dev.heimdall.model;

import java.util.Optional;

/**
 * Address that a server listens on.
 *
 * @param host a name or an IP address, an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record ServerAddress(String host, int port) {
  /** Takes apart a text that {@link #problem} has nothing against. */
  static ServerAddress parse(String text, int defaultPort) {
    int colon = text.indexOf(':', text.startsWith("[") ? text.indexOf(']') : 0);
    String host = colon < 0 ? text : text.substring(0, colon);
    int port = colon < 0 ? defaultPort : Integer.parseInt(text.substring(colon + 1));
    return new ServerAddress(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  /**
   * Describes the text that should have been written, if it is no {@code host[:port]}.
   *
   * @param form the whole of what was to be written
   */
  static Optional<String> problem(String text, String form) {
    String after;
    if (text.startsWith("[")) {
      int close = text.indexOf(']');
      if (close < 0 || IpLiteral.parse(text.substring(1, close)).isEmpty()) {
        return Optional.of("an IPv6 address between the brackets, such as [::1]");
      }
      after = text.substring(close + 1);
    } else {
      int colon = text.indexOf(':');
      String host = colon < 0 ? text : text.substring(0, colon);
      after = colon < 0 ? "" : text.substring(colon);
      if (after.indexOf(':', 1) >= 0) {
        return Optional.of("an IPv6 address in brackets, such as [::1]:5432");
      }
      if (host.isEmpty() || !Format.HOST.accepts(host)) {
        return Optional.of("a host name or an IP address: " + form);
      }
    }
    if (after.isEmpty()) {
      return Optional.empty();
    }
    String port = after.substring(1);
    boolean good =
        after.charAt(0) == ':'
            && port.matches("[1-9][0-9]{0,4}")
            && Integer.parseInt(port) <= 65535;
    return good ? Optional.empty() : Optional.of("a port from 1 to 65535 after the host");
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
  }
}
