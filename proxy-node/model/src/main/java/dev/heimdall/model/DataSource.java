package dev.heimdall.model;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One database server: {@code sources/<name>.json}. */
public record DataSource(
    @Setting(
            value = "The name that VDBs refer to.",
            otherwise = "the file's base name",
            format = Format.NAME)
        String name,
    @Setting(
            value = "The kind of database.",
            byDefault = "postgresql",
            applies = Applies.NEW_CONNECTIONS)
        Engine engine,
    @Setting(
            value =
                "Where the server is: `jdbc:postgresql://host[:port][/database]`, one host, port"
                    + " 5432 unless given. Parameters after `?` are refused: each has a setting.",
            required = true,
            format = Format.URL,
            applies = Applies.NEW_CONNECTIONS)
        String url,
    @Setting(
            value = "The user that server connections log in as, with `credentials` `source`.",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> user,
    @Setting(value = "That user's password.", applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> password,
    @Setting("TLS towards the server.") BackendTls tls,
    @Setting(
            value = "How long connecting, TLS and log-in together may take.",
            byDefault = "5s",
            range = "1ms..10m",
            applies = Applies.NEW_CONNECTIONS)
        Duration connectTimeout,
    @Setting(
            value = "Silence after which the kernel asks whether the server is still there.",
            byDefault = "30s",
            range = "1s..9h",
            zero = "keep-alive off",
            applies = Applies.NEW_CONNECTIONS)
        Duration keepAliveIdle,
    @Setting(
            value =
                "How long sent data may stay unacknowledged before the kernel gives the connection"
                    + " up. Without effect where the transport is `nio`.",
            byDefault = "30s",
            range = "1s..1d",
            zero = "as the system has it",
            applies = Applies.NEW_CONNECTIONS)
        Duration tcpUserTimeout,
    @Setting(
            value =
                "Start-up parameters of every server connection, such as `search_path`. What a"
                    + " client sets for itself goes before them.",
            byDefault = "{}",
            applies = Applies.NEW_CONNECTIONS)
        Map<String, String> parameters,
    @Setting("What the node reads of the databases themselves.") CatalogSettings catalog) {
  public DataSource {
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  /** The host of {@link #url}, an IPv6 address without its brackets. */
  public String host() {
    return JdbcUrl.parse(url).host();
  }

  /** The port of {@link #url}; 5432 unless it names one. */
  public int port() {
    return JdbcUrl.parse(url).port();
  }

  /** Who reads the catalogue, if it is to be read and anybody is known who could. */
  public Optional<String> catalogUser() {
    return catalog.enabled() ? catalog.user().or(() -> user) : Optional.empty();
  }

  /** That user's password, if there is one. */
  public Optional<Secret> catalogPassword() {
    return catalog.user().isPresent() ? catalog.password() : password;
  }

  /** The database of {@link #url}, if it names one. */
  public Optional<String> database() {
    return JdbcUrl.parse(url).database();
  }
}
