package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The settings of PgBouncer's section {@code [pgbouncer]} one by one: where each goes, or why it
 * goes nowhere. Names and meanings are those of its page "config", version 1.25. Those that decide
 * about several documents at once (listening, TLS, log-ins) are {@link PgBouncerImport}'s.
 */
final class PgBouncerSettings {
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

  private static final String LOG = "the node's log has `logFormat` and `logLevel` in node.json";
  private static final String DNS = "names are looked up at each connection, and kept for 5 s";
  private static final String OWN_CHECK =
      "the node knows when a server has closed a connection, and asks servers what they are";
  private static final String SOCKETS = "the node chooses it by itself";

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

    for (String name : new String[] {"reserve_pool_size", "reserve_pool_timeout"}) {
      NOWHERE.put(name, "there is no reserve: `pool.size` is all that a pool may open");
    }
    NOWHERE.put("server_round_robin", "the connection that was used last is used first");
    NOWHERE.put("track_extra_parameters", "every setting that a client makes is carried");
    NOWHERE.put(
        "ignore_startup_parameters", "start-up parameters are carried to the server connection");
    NOWHERE.put("disable_pqexec", "several statements in one text are judged one by one");
    NOWHERE.put("application_name_add_host", "SHOW CLIENTS has the address beside the name");
    NOWHERE.put("stats_period", "SHOW STATS gives averages of the last minute");
    NOWHERE.put("scram_iterations", "verifiers keep the number that they were made with");
    NOWHERE.put("peer_id", "`id` and `peers` of node.json pass cancel requests on");
    NOWHERE.put("server_reset_query", "what a session has changed is reset by the node");
    NOWHERE.put("server_check_delay", OWN_CHECK);
    NOWHERE.put("server_check_query", OWN_CHECK);
    NOWHERE.put("server_fast_close", "a server connection is closed when it is free");
    NOWHERE.put("server_login_retry", "failed connections are tried again with growing pauses");
    NOWHERE.put("autodb_idle_timeout", "nothing is kept for a database that nobody uses");
    NOWHERE.put("transaction_timeout", "set transaction_timeout at the server (PostgreSQL 17)");
    NOWHERE.put("suspend_timeout", "nodes are drained, not suspended");
    for (String name : new String[] {"user", "unix_socket_group"}) {
      NOWHERE.put(name, "the service's unit says which user and group it runs as");
    }
    for (String name : new String[] {"pidfile", "conffile", "service_name", "job_name"}) {
      NOWHERE.put(name, "it is the service's");
    }
    for (String name : new String[] {"auth_user", "auth_query", "auth_dbname", "auth_ident_file"}) {
      NOWHERE.put(
          name, "users are documents; with `credentials` \"passthrough\" the server decides");
    }
    NOWHERE.put("auth_ldap_options", "there are no log-ins by LDAP");
    for (String name :
        new String[] {
          "logfile",
          "syslog",
          "syslog_ident",
          "syslog_facility",
          "log_connections",
          "log_disconnections",
          "log_pooler_errors",
          "log_stats",
          "verbose"
        }) {
      NOWHERE.put(name, LOG);
    }
    for (String name :
        new String[] {"dns_max_ttl", "dns_nxdomain_ttl", "dns_zone_check_period", "resolv_conf"}) {
      NOWHERE.put(name, DNS);
    }
    for (String name :
        new String[] {
          "pkt_buf",
          "listen_backlog",
          "sbuf_loopcnt",
          "so_reuseport",
          "tcp_defer_accept",
          "tcp_socket_buffer",
          "tcp_keepalive",
          "tcp_keepcnt",
          "tcp_keepintvl"
        }) {
      NOWHERE.put(name, SOCKETS);
    }
    for (String side : new String[] {"client", "server"}) {
      for (String what :
          new String[] {
            "protocols", "ciphers", "ecdhcurve", "dheparams",
          }) {
        NOWHERE.put(side + "_tls_" + what, "TLS 1.2 and 1.3 are spoken, with sound suites only");
      }
      NOWHERE.put(side + "_tls13_ciphers", "TLS 1.2 and 1.3 are spoken, with sound suites only");
    }
  }

  private PgBouncerSettings() {}

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
  static Optional<Object> duration(String text) {
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
  static void put(ObjectNode document, String path, Object value) {
    int dot = path.indexOf('.');
    ObjectNode object = dot < 0 ? document : Documents.part(document, path.substring(0, dot));
    String name = path.substring(dot + 1);
    if (value instanceof Number number) {
      object.put(name, number.longValue());
    } else if (value instanceof Boolean bool) {
      object.put(name, bool);
    } else {
      object.put(name, value.toString());
    }
  }
}
