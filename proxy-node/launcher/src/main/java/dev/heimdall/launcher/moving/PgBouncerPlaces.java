package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The settings of PgBouncer's section {@code [pgbouncer]} one by one: where each goes, or why it
 * goes nowhere. Names and meanings are those of its page "config", version 1.25. Those that decide
 * about several documents at once (listening, TLS, log-ins) are {@link PgBouncerImport}'s.
 */
final class PgBouncerPlaces {
  /** Which documents a setting belongs to. */
  private enum Kind {
    NODE,
    SOURCE,
    VDB
  }

  /**
   * Where a setting goes.
   *
   * @param path of the setting in the document, with a dot between object and member
   * @param value as it is written there; empty where PgBouncer's own value is none
   */
  private record Place(Kind kind, String path, Function<String, Optional<Object>> value) {}

  private static final Map<String, Place> PLACES = new TreeMap<>();
  private static final Map<String, String> NOWHERE = new TreeMap<>();

  static {
    number("max_client_conn", Kind.NODE, "maxClients");
    number("default_pool_size", Kind.VDB, "pool.size");
    number("min_pool_size", Kind.VDB, "pool.minIdle");
    number("max_db_connections", Kind.VDB, "pool.maxPerDatabase");
    number("max_user_connections", Kind.VDB, "pool.maxPerUser");
    number("max_db_client_connections", Kind.VDB, "clients.maxPerDatabase");
    number("max_user_client_connections", Kind.VDB, "clients.maxPerUser");
    number("max_prepared_statements", Kind.VDB, "prepared.perServer");
    seconds("server_lifetime", Kind.VDB, "pool.maxLifetime");
    seconds("server_idle_timeout", Kind.VDB, "pool.idleTimeout");
    seconds("query_wait_timeout", Kind.VDB, "pool.queueTimeout");
    seconds("query_wait_notify", Kind.VDB, "pool.queueNotice");
    seconds("query_timeout", Kind.VDB, "clients.queryTimeout");
    seconds("client_idle_timeout", Kind.VDB, "clients.idleTimeout");
    seconds("idle_transaction_timeout", Kind.VDB, "clients.idleInTransactionTimeout");
    seconds("cancel_wait_timeout", Kind.VDB, "clients.cancelTimeout");
    seconds("client_login_timeout", Kind.NODE, "loginTimeout");
    seconds("server_connect_timeout", Kind.SOURCE, "connectTimeout");
    seconds("tcp_keepidle", Kind.SOURCE, "keepAliveIdle");
    PLACES.put(
        "tcp_user_timeout",
        new Place(Kind.SOURCE, "tcpUserTimeout", text -> Optional.of(text + "ms")));
    PLACES.put(
        "max_packet_size", new Place(Kind.VDB, "limits.maxMessageSize", text -> whole(text)));
    PLACES.put(
        "server_reset_query_always",
        new Place(
            Kind.VDB,
            "pool.reset",
            text -> text.equals("1") ? Optional.of("always") : Optional.empty()));
    PLACES.put(
        "unix_socket_mode", new Place(Kind.VDB, "unixSocketMode", text -> Optional.of(text)));

    nowhere(
        "there is no reserve: `pool.size` is all that a pool may open",
        "reserve_pool_size",
        "reserve_pool_timeout");
    nowhere("the connection that was used last is used first", "server_round_robin");
    nowhere("every setting that a client makes is carried", "track_extra_parameters");
    nowhere(
        "start-up parameters are carried to the server connection", "ignore_startup_parameters");
    nowhere("several statements in one text are judged one by one", "disable_pqexec");
    nowhere("SHOW CLIENTS has the address beside the name", "application_name_add_host");
    nowhere("SHOW STATS gives averages of the last minute", "stats_period");
    nowhere("verifiers keep the number that they were made with", "scram_iterations");
    nowhere("`id` and `peers` of node.json pass cancel requests on", "peer_id");
    nowhere("what a session has changed is reset by the node", "server_reset_query");
    nowhere(
        "the node knows when a server has closed a connection, and asks servers what they are",
        "server_check_delay",
        "server_check_query");
    nowhere("a server connection is closed when it is free", "server_fast_close");
    nowhere("failed connections are tried again with growing pauses", "server_login_retry");
    nowhere("nothing is kept for a database that nobody uses", "autodb_idle_timeout");
    nowhere("set transaction_timeout at the server (PostgreSQL 17)", "transaction_timeout");
    nowhere("nodes are drained, not suspended", "suspend_timeout");
    nowhere("the service's unit says which user and group it runs as", "user", "unix_socket_group");
    nowhere("it is the service's", "pidfile", "conffile", "service_name", "job_name");
    nowhere(
        "users are documents; with `credentials` \"passthrough\" the server decides",
        "auth_user",
        "auth_query",
        "auth_dbname",
        "auth_ident_file");
    nowhere("there are no log-ins by LDAP", "auth_ldap_options");
    nowhere(
        "the node's log has `logFormat` and `logLevel` in node.json",
        "logfile",
        "syslog",
        "syslog_ident",
        "syslog_facility",
        "log_connections",
        "log_disconnections",
        "log_pooler_errors",
        "log_stats",
        "verbose");
    nowhere(
        "names are looked up at each connection, and kept for 5 s",
        "dns_max_ttl",
        "dns_nxdomain_ttl",
        "dns_zone_check_period",
        "resolv_conf");
    nowhere(
        "the node chooses it by itself",
        "pkt_buf",
        "listen_backlog",
        "sbuf_loopcnt",
        "so_reuseport",
        "tcp_defer_accept",
        "tcp_socket_buffer",
        "tcp_keepalive",
        "tcp_keepcnt",
        "tcp_keepintvl");
    for (String side : List.of("client", "server")) {
      nowhere(
          "TLS 1.2 and 1.3 are spoken, with sound suites only",
          side + "_tls_protocols",
          side + "_tls_ciphers",
          side + "_tls_ecdhcurve",
          side + "_tls_dheparams",
          side + "_tls13_ciphers");
    }
  }

  private PgBouncerPlaces() {}

  private static void nowhere(String why, String... names) {
    for (String name : names) {
      NOWHERE.put(name, why);
    }
  }

  private static void number(String name, Kind kind, String path) {
    PLACES.put(name, new Place(kind, path, text -> whole(text)));
  }

  private static void seconds(String name, Kind kind, String path) {
    PLACES.put(name, new Place(kind, path, text -> duration(text)));
  }

  private static Optional<Object> whole(String text) {
    return Optional.of(Long.parseLong(text));
  }

  /** Seconds, which may have fractions. */
  private static Optional<Object> duration(String text) {
    BigDecimal millis = new BigDecimal(text).movePointRight(3);
    if (millis.signum() == 0) {
      return Optional.of("0");
    }
    return Optional.of(
        millis.remainder(new BigDecimal(1000)).signum() == 0
            ? millis.movePointLeft(3).toBigInteger() + "s"
            : millis.toBigInteger() + "ms");
  }

  /** Whether the setting is here at all. */
  static boolean knows(String key) {
    return PLACES.containsKey(key) || NOWHERE.containsKey(key);
  }

  /**
   * Takes a setting over.
   *
   * @param groups the data sources and virtual databases that it counts for
   */
  static void take(Entry entry, Documents documents, Iterable<Group> groups, Notes notes) {
    String why = NOWHERE.get(entry.key());
    if (why != null) {
      notes.left(entry, why);
      return;
    }
    Place place = PLACES.get(entry.key());
    try {
      if (place.kind() == Kind.NODE) {
        put(documents.node(), place, entry.value());
      }
      for (Group group : groups) {
        if (place.kind() == Kind.SOURCE) {
          put(documents.source(group.name()), place, entry.value());
        } else if (place.kind() == Kind.VDB) {
          put(documents.vdb(group.name()), place, entry.value());
        }
      }
    } catch (NumberFormatException noNumber) {
      notes.left(entry, "the value is no number");
    }
  }

  private static void put(ObjectNode document, Place place, String text) {
    place.value().apply(text).ifPresent(value -> put(document, place.path(), value));
  }

  /** Puts a value at a path of one or two names. */
  private static void put(ObjectNode document, String path, Object value) {
    int dot = path.indexOf('.');
    ObjectNode object = dot < 0 ? document : Documents.part(document, path.substring(0, dot));
    String name = path.substring(dot + 1);
    if (value instanceof Number number) {
      object.put(name, number.longValue());
    } else {
      object.put(name, value.toString());
    }
  }
}
