package dev.heimdall.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The parts of {@code jdbc:postgresql://host[:port][,host[:port]…][/database]}, or of MySQL's. */
record JdbcUrl(List<ServerAddress> hosts, Optional<String> database) {
  /** Takes apart a URL that {@link #problem} has nothing against. */
  static JdbcUrl parse(String url) {
    int port = Engine.ofUrl(url).orElseThrow().port();
    String rest = url.substring(prefix(url).length());
    int slash = rest.indexOf('/');
    Optional<String> database =
        slash < 0 || slash == rest.length() - 1
            ? Optional.empty()
            : Optional.of(decode(rest.substring(slash + 1)));
    List<ServerAddress> hosts = new ArrayList<>();
    for (String host : (slash < 0 ? rest : rest.substring(0, slash)).split(",", -1)) {
      hosts.add(ServerAddress.parse(host, port));
    }
    return new JdbcUrl(hosts, database);
  }

  /** Returns a copy of the URL with one host only. */
  static String at(String url, ServerAddress host) {
    String prefix = prefix(url);
    int slash = url.indexOf('/', prefix.length());
    return prefix + host + (slash < 0 ? "" : url.substring(slash));
  }

  /**
   * A URL of these hosts.
   *
   * @param database empty for none
   */
  static String of(Engine engine, String hosts, String database) {
    return "jdbc:" + engine.spelling() + "://" + hosts + (database.isEmpty() ? "" : "/" + database);
  }

  /** Part of the URL before its hosts. */
  private static String prefix(String url) {
    return url.substring(0, url.indexOf("://") + "://".length());
  }

  /** Describes the form that the URL should have, if it is not right. */
  static Optional<String> problem(String url) {
    Optional<Engine> engine = Engine.ofUrl(url);
    if (engine.isEmpty()) {
      return Optional.of(Format.URL.expected());
    }
    String form = prefix(url) + "host[:port][/database]";
    int question = url.indexOf('?');
    if (question >= 0) {
      return Optional.of(parameters(engine.get(), url.substring(question + 1)));
    }
    String rest = url.substring(prefix(url).length());
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    if (authority.indexOf('@') >= 0) {
      return Optional.of("a URL without credentials: use the settings \"user\" and \"password\"");
    }
    if (slash >= 0 && !decodable(rest.substring(slash + 1))) {
      return Optional.of("one database name after the host, with other characters as %XX: " + form);
    }
    for (String host : authority.split(",", -1)) {
      Optional<String> problem = ServerAddress.problem(host, form);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  /**
   * The URL without what may be secret in it: credentials before a host, parameters, properties,
   * and hosts that are written as keys with values.
   */
  static String shown(String url) {
    int open = 0;
    while (open < url.length() && "?;(".indexOf(url.charAt(open)) < 0) {
      open++;
    }
    int at = url.lastIndexOf('@');
    int start = url.indexOf("//");
    int hosts = start < 0 || start > Math.min(open, at) ? 0 : start + 2;
    if (at > open) {
      return url.substring(0, hosts) + Secret.MASK; // which of them is the secret is anyone's guess
    }
    String shown = open == url.length() ? url : url.substring(0, open + 1) + Secret.MASK;
    return at < 0 ? shown : shown.substring(0, hosts) + Secret.MASK + shown.substring(at);
  }

  private static String parameters(Engine engine, String query) {
    String instead = "a URL without parameters after \"?\"";
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String parameter = equals < 0 ? pair : pair.substring(0, equals);
      Optional<String> setting = setting(engine, parameter);
      if (setting.isPresent()) {
        return instead + ": " + setting.get();
      }
    }
    return instead;
  }

  /** Names the setting that replaces a parameter of an engine's driver, if there is one. */
  static Optional<String> setting(Engine engine, String parameter) {
    return Optional.ofNullable(engine.settings().get(parameter.toLowerCase(Locale.ROOT)))
        .map(setting -> "use the setting \"" + setting + "\" instead of \"" + parameter + "\"");
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
