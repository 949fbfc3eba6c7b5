package dev.heimdall.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The parts of {@code jdbc:postgresql://host[:port][/database]}. */
record JdbcUrl(String host, int port, Optional<String> database) {
  private static final String PREFIX = "jdbc:postgresql://";

  /** The settings that say what parameters of the JDBC driver say, by lower-case parameter. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("user", "user"),
          Map.entry("password", "password"),
          Map.entry("ssl", "tls.mode"),
          Map.entry("sslmode", "tls.mode"),
          Map.entry("sslrootcert", "tls.caFile"),
          Map.entry("sslcert", "tls.certificateFile"),
          Map.entry("sslkey", "tls.keyFile"),
          Map.entry("sslnegotiation", "tls.direct"),
          Map.entry("channelbinding", "tls.channelBinding"),
          Map.entry("connecttimeout", "connectTimeout"),
          Map.entry("logintimeout", "connectTimeout"),
          Map.entry("tcpkeepalive", "keepAliveIdle"),
          Map.entry("sockettimeout", "tcpUserTimeout"),
          Map.entry("applicationname", "parameters.application_name"),
          Map.entry("currentschema", "parameters.search_path"),
          Map.entry("options", "parameters.options"));

  /** Takes apart a URL that {@link #problem} has nothing against. */
  static JdbcUrl parse(String url) {
    String rest = url.substring(PREFIX.length());
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    Optional<String> database =
        slash < 0 || slash == rest.length() - 1
            ? Optional.empty()
            : Optional.of(decode(rest.substring(slash + 1)));
    int colon = authority.indexOf(':', authority.startsWith("[") ? authority.indexOf(']') : 0);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = colon < 0 ? 5432 : Integer.parseInt(authority.substring(colon + 1));
    return new JdbcUrl(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port, database);
  }

  /** What should have been written, if the URL is not right. */
  static Optional<String> problem(String url) {
    if (!url.startsWith(PREFIX)) {
      return Optional.of(Format.URL.expected());
    }
    int question = url.indexOf('?');
    if (question >= 0) {
      return Optional.of(parameters(url.substring(question + 1)));
    }
    String rest = url.substring(PREFIX.length());
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    if (authority.indexOf('@') >= 0) {
      return Optional.of("a URL without credentials: use the settings \"user\" and \"password\"");
    }
    if (authority.indexOf(',') >= 0) {
      return Optional.of("exactly one host: write a data source for each server");
    }
    if (slash >= 0 && !decodable(rest.substring(slash + 1))) {
      return Optional.of(
          "one database name after the host, with other characters as %XX: "
              + Format.URL.expected());
    }
    return authority(authority);
  }

  /** The URL without what may be secret in it. */
  static String shown(String url) {
    int question = url.indexOf('?');
    String shown = question < 0 ? url : url.substring(0, question) + "?" + Secret.MASK;
    int at = shown.lastIndexOf('@');
    int start = shown.indexOf("//");
    return at < 0
        ? shown
        : shown.substring(0, start < 0 || start > at ? 0 : start + 2)
            + Secret.MASK
            + shown.substring(at);
  }

  private static Optional<String> authority(String authority) {
    String host;
    String after;
    if (authority.startsWith("[")) {
      int close = authority.indexOf(']');
      if (close < 0 || IpLiteral.parse(authority.substring(1, close)).isEmpty()) {
        return Optional.of("an IPv6 address between the brackets, such as [::1]");
      }
      host = authority.substring(1, close);
      after = authority.substring(close + 1);
    } else {
      int colon = authority.indexOf(':');
      host = colon < 0 ? authority : authority.substring(0, colon);
      after = colon < 0 ? "" : authority.substring(colon);
      if (after.indexOf(':', 1) >= 0) {
        return Optional.of("an IPv6 address in brackets, such as [::1]:5432");
      }
      if (host.isEmpty() || !Format.HOST.accepts(host)) {
        return Optional.of("a host name or an IP address: " + Format.URL.expected());
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

  private static String parameters(String query) {
    String instead = "a URL without parameters after \"?\"";
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String setting = SETTINGS.get(name.toLowerCase(Locale.ROOT));
      if (setting != null) {
        instead += ": use the setting \"" + setting + "\" instead of \"" + name + "\"";
        break;
      }
    }
    return instead;
  }

  private static boolean decodable(String database) {
    return database.length() <= 3 * 63
        && !database.contains("/")
        && database.matches("([^%]|%[0-9A-Fa-f]{2})*")
        && (database.isEmpty() || Format.IDENTIFIER.accepts(decode(database)));
  }

  private static String decode(String text) {
    // A plus sign is itself here, unlike in a form.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
