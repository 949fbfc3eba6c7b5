package dev.heimdall.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parts of {@code jdbc:postgresql://host[:port][,host[:port]…][/database]}, or of MySQL's. */
record JdbcUrl(List<ServerAddress> hosts, Optional<String> database) {
  /** PostgreSQL's. */
  static final int PORT = 5432;

  /** What such a URL begins with, and what follows from it. */
  private enum Scheme {
    POSTGRESQL("jdbc:postgresql://", Engine.POSTGRESQL, PORT),
    MYSQL("jdbc:mysql://", Engine.MYSQL, 3306),
    MARIADB("jdbc:mariadb://", Engine.MYSQL, 3306);

    private final String prefix;
    private final Engine engine;
    private final int port;

    Scheme(String prefix, Engine engine, int port) {
      this.prefix = prefix;
      this.engine = engine;
      this.port = port;
    }

    static Optional<Scheme> of(String url) {
      return Arrays.stream(values()).filter(scheme -> url.startsWith(scheme.prefix)).findFirst();
    }

    String form() {
      return prefix + "host[:port][/database]";
    }
  }

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

  /** Those of them that sources of other engines than PostgreSQL have, too. */
  private static final Set<String> OF_ALL_ENGINES =
      Set.of("user", "password", "tls.mode", "connectTimeout", "keepAliveIdle");

  /** Takes apart a URL that {@link #problem} has nothing against. */
  static JdbcUrl parse(String url) {
    Scheme scheme = Scheme.of(url).orElseThrow();
    String rest = url.substring(scheme.prefix.length());
    int slash = rest.indexOf('/');
    Optional<String> database =
        slash < 0 || slash == rest.length() - 1
            ? Optional.empty()
            : Optional.of(decode(rest.substring(slash + 1)));
    List<ServerAddress> hosts = new ArrayList<>();
    for (String host : (slash < 0 ? rest : rest.substring(0, slash)).split(",", -1)) {
      hosts.add(ServerAddress.parse(host, scheme.port));
    }
    return new JdbcUrl(hosts, database);
  }

  /** The same URL, of one host only. */
  static String at(String url, ServerAddress host) {
    String prefix = Scheme.of(url).orElseThrow().prefix;
    int slash = url.indexOf('/', prefix.length());
    return prefix + host + (slash < 0 ? "" : url.substring(slash));
  }

  /**
   * A URL of these hosts.
   *
   * @param database empty for none
   */
  static String of(Engine engine, String hosts, String database) {
    String prefix =
        Arrays.stream(Scheme.values())
            .filter(scheme -> scheme.engine == engine)
            .findFirst()
            .orElseThrow()
            .prefix;
    return prefix + hosts + (database.isEmpty() ? "" : "/" + database);
  }

  /** The port of an engine, where no other one is named. */
  static int port(Engine engine) {
    return engine == Engine.MYSQL ? Scheme.MYSQL.port : PORT;
  }

  /** The kind of database that a URL leads to; PostgreSQL where it says nothing of the kind. */
  static Engine engine(String url) {
    return Scheme.of(url).map(scheme -> scheme.engine).orElse(Engine.POSTGRESQL);
  }

  /** What should have been written, if the URL is not right. */
  static Optional<String> problem(String url) {
    Optional<Scheme> found = Scheme.of(url);
    if (found.isEmpty()) {
      return Optional.of(Format.URL.expected());
    }
    Scheme scheme = found.get();
    int question = url.indexOf('?');
    if (question >= 0) {
      return Optional.of(parameters(scheme, url.substring(question + 1)));
    }
    String rest = url.substring(scheme.prefix.length());
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    if (authority.indexOf('@') >= 0) {
      return Optional.of("a URL without credentials: use the settings \"user\" and \"password\"");
    }
    if (slash >= 0 && !decodable(rest.substring(slash + 1))) {
      return Optional.of(
          "one database name after the host, with other characters as %XX: " + scheme.form());
    }
    for (String host : authority.split(",", -1)) {
      Optional<String> problem = ServerAddress.problem(host, scheme.form());
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

  private static String parameters(Scheme scheme, String query) {
    String instead = "a URL without parameters after \"?\"";
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String parameter = equals < 0 ? pair : pair.substring(0, equals);
      Optional<String> setting =
          settingOf(parameter)
              .filter(s -> scheme.engine == Engine.POSTGRESQL || OF_ALL_ENGINES.contains(s))
              .map(s -> instead(s, parameter));
      if (setting.isPresent()) {
        return instead + ": " + setting.get();
      }
    }
    return instead;
  }

  /** Which setting says what a parameter of the driver says, if there is one. */
  static Optional<String> setting(String parameter) {
    return settingOf(parameter).map(setting -> instead(setting, parameter));
  }

  private static String instead(String setting, String parameter) {
    return "use the setting \"" + setting + "\" instead of \"" + parameter + "\"";
  }

  private static Optional<String> settingOf(String parameter) {
    return Optional.ofNullable(SETTINGS.get(parameter.toLowerCase(Locale.ROOT)));
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
