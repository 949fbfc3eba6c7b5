package dev.heimdall.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The parts of {@code jdbc:postgresql://host[:port][,host[:port]…][/database]}, of MySQL's, or of
 * {@code jdbc:sqlserver://host[:port][;databaseName=database]}.
 */
record JdbcUrl(List<ServerAddress> hosts, Optional<String> database) {
  /** Takes apart a URL that {@link #problem} has nothing against. */
  static JdbcUrl parse(String url) {
    Engine engine = Engine.ofUrl(url).orElseThrow();
    String before = engine.beforeDatabase();
    String rest = url.substring(prefix(url).length());
    int end = rest.indexOf(before);
    String named = end < 0 ? "" : rest.substring(end + before.length());
    Optional<String> database =
        named.isEmpty()
            ? Optional.empty()
            : Optional.of(engine.is(EngineTrait.PROPERTIES_IN_URLS) ? named : decode(named));
    List<ServerAddress> hosts = new ArrayList<>();
    for (String host : (end < 0 ? rest : rest.substring(0, end)).split(",", -1)) {
      hosts.add(ServerAddress.parse(host, engine.port()));
    }
    return new JdbcUrl(hosts, database);
  }

  /** Returns a copy of the URL with one host only. */
  static String at(String url, ServerAddress host) {
    String prefix = prefix(url);
    int end = url.indexOf(Engine.ofUrl(url).orElseThrow().beforeDatabase(), prefix.length());
    return prefix + host + (end < 0 ? "" : url.substring(end));
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
    boolean properties = engine.get().is(EngineTrait.PROPERTIES_IN_URLS);
    String form = prefix(url) + "host[:port][" + engine.get().beforeDatabase() + "database]";
    int question = url.indexOf('?');
    if (question >= 0) {
      return Optional.of(parameters(engine.get(), url.substring(question + 1)));
    }
    String rest = url.substring(prefix(url).length());
    int slash = rest.indexOf(properties ? ';' : '/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    if (authority.indexOf('@') >= 0) {
      return Optional.of("a URL without credentials: use the settings \"user\" and \"password\"");
    }
    if (properties && slash >= 0) {
      Optional<String> problem = properties(engine.get(), rest.substring(slash), form);
      if (problem.isPresent()) {
        return problem;
      }
    } else if (slash >= 0 && !decodable(rest.substring(slash + 1))) {
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
    if (url.contains(Engine.DATABASE_PROPERTY) && problem(url).isEmpty()) {
      return url; // nothing but hosts and a database
    }
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

  /** Nothing but the database may stand behind the hosts. */
  private static Optional<String> properties(Engine engine, String behind, String form) {
    if (behind.startsWith(Engine.DATABASE_PROPERTY)
        && behind.matches("[^={}]*=[^;={}/]+")
        && Format.IDENTIFIER.accepts(behind.substring(Engine.DATABASE_PROPERTY.length()))) {
      return Optional.empty();
    }
    String expected = "no property but one database name behind the host: " + form;
    for (String pair : behind.substring(1).split(";", -1)) {
      Optional<String> setting = setting(engine, pair.substring(0, (pair + "=").indexOf('=')));
      if (setting.isPresent()) {
        return Optional.of(expected + "; " + setting.get());
      }
    }
    return Optional.of(expected);
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
