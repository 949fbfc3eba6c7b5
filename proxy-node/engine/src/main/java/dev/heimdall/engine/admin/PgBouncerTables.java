package dev.heimdall.engine.admin;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The results of PgBouncer's {@code SHOW} commands: names, order and types of their columns as in
 * its versions 1.24 and 1.25 (pages "usage"; {@code src/admin.c}, {@code src/stats.c}). What a node
 * has not got is 0 or NULL there.
 */
final class PgBouncerTables {
  /** Counters of a database, and their averages. */
  record Stats(String database, PgBouncerTraffic total, PgBouncerTraffic average) {}

  /** A pool, over all servers of its cluster. */
  record Pool(
      String database,
      String user,
      long clientsActive,
      long clientsWaiting,
      long serversActive,
      long serversIdle,
      long serversTested,
      long serversLogin,
      long maxWaitMicros,
      String mode) {
    Pool plus(Pool other) {
      return new Pool(
          database,
          user,
          clientsActive + other.clientsActive,
          clientsWaiting + other.clientsWaiting,
          serversActive + other.serversActive,
          serversIdle + other.serversIdle,
          serversTested + other.serversTested,
          serversLogin + other.serversLogin,
          Math.max(maxWaitMicros, other.maxWaitMicros),
          mode);
    }
  }

  /** A database that clients may name. */
  record Database(
      String name,
      String host,
      int port,
      String atServer,
      String forceUser,
      ServedVdb served,
      long connections,
      long clients) {}

  /**
   * A user of the configuration.
   *
   * @param connections to servers; null where these are not a user's own
   */
  record Account(String name, int maxConnections, Long connections, int maxClients, long clients) {}

  /** A connection of either side. */
  record Socket(
      String type,
      String user,
      String database,
      String state,
      String address,
      int port,
      Integer localPort,
      String connected,
      String requested,
      long waitMicros,
      Long link,
      Integer pid,
      String tls,
      String application,
      int prepared,
      long id) {}

  /** A line of two columns. */
  record Entry(String name, String value) {}

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  static final Table<Stats> STATS =
      parses(
          flow(
              parses(
                  flow(stats(), Stats::total, "total_", "total_received", "total_sent"),
                  Stats::total,
                  "total_"),
              Stats::average,
              "avg_",
              "avg_recv",
              "avg_sent"),
          Stats::average,
          "avg_");

  static final Table<Stats> STATS_TOTALS =
      parses(flow(stats(), Stats::total, "", "bytes_received", "bytes_sent"), Stats::total, "");

  static final Table<Stats> STATS_AVERAGES =
      parses(
          flow(stats(), Stats::average, "", "bytes_received", "bytes_sent"),
          Stats::average,
          "avg_");

  static final Table<Map.Entry<String, Long>> TOTALS =
      Table.<Map.Entry<String, Long>>inOrder()
          .text("name", Map.Entry::getKey)
          .number("value", Map.Entry::getValue);

  static final Table<Pool> POOLS =
      new Table<>(Comparator.comparing(Pool::database).thenComparing(Pool::user))
          .text("database", Pool::database)
          .text("user", Pool::user)
          .integer("cl_active", Pool::clientsActive)
          .integer("cl_waiting", Pool::clientsWaiting)
          .integer("cl_active_cancel_req", row -> 0)
          .integer("cl_waiting_cancel_req", row -> 0)
          .integer("sv_active", Pool::serversActive)
          .integer("sv_active_cancel", row -> 0)
          .integer("sv_being_canceled", row -> 0)
          .integer("sv_idle", Pool::serversIdle)
          .integer("sv_used", row -> 0)
          .integer("sv_tested", Pool::serversTested)
          .integer("sv_login", Pool::serversLogin)
          .integer("maxwait", row -> row.maxWaitMicros() / 1_000_000)
          .integer("maxwait_us", row -> row.maxWaitMicros() % 1_000_000)
          .text("pool_mode", Pool::mode)
          .text("load_balance_hosts", row -> null);

  static final Table<Database> DATABASES =
      new Table<>(Comparator.comparing(Database::name))
          .text("name", Database::name)
          .text("host", Database::host)
          .integer("port", Database::port)
          .text("database", Database::atServer)
          .text("force_user", Database::forceUser)
          .integer("pool_size", row -> row.served().vdb().pool().size())
          .integer("min_pool_size", row -> row.served().vdb().pool().minIdle())
          .integer("reserve_pool_size", row -> 0)
          .integer("server_lifetime", row -> row.served().vdb().pool().maxLifetime().toSeconds())
          .text("pool_mode", row -> mode(row.served()))
          .text("load_balance_hosts", row -> null)
          .integer("max_connections", row -> row.served().vdb().pool().maxPerDatabase())
          .integer("current_connections", Database::connections)
          .integer("max_client_connections", row -> row.served().vdb().clients().maxPerDatabase())
          .integer("current_client_connections", Database::clients)
          .integer("paused", row -> row.served().paused() ? 1 : 0)
          .integer("disabled", row -> 0);

  static final Table<Account> USERS =
      new Table<>(Comparator.comparing(Account::name))
          .text("name", Account::name)
          .text("pool_size", row -> null)
          .text("reserve_pool_size", row -> null)
          .text("pool_mode", row -> null)
          .integer("max_user_connections", Account::maxConnections)
          .integer("current_connections", Account::connections)
          .integer("max_user_client_connections", Account::maxClients)
          .integer("current_client_connections", Account::clients);

  static final Table<Socket> SOCKETS =
      new Table<>(Comparator.comparing(Socket::type).thenComparing(Socket::id))
          .text("type", Socket::type)
          .text("user", Socket::user)
          .text("database", Socket::database)
          .text("replication", row -> "none")
          .text("state", Socket::state)
          .text("addr", Socket::address)
          .integer("port", Socket::port)
          .text("local_addr", row -> null)
          .integer("local_port", Socket::localPort)
          .text("connect_time", Socket::connected)
          .text("request_time", Socket::requested)
          .integer("wait", row -> row.waitMicros() / 1_000_000)
          .integer("wait_us", row -> row.waitMicros() % 1_000_000)
          .integer("close_needed", row -> 0)
          .text("ptr", row -> pointer(row.type(), row.id()))
          .text("link", row -> row.link() == null ? "" : pointer(other(row), row.link()))
          .integer("remote_pid", row -> row.pid() == null ? 0 : row.pid())
          .text("tls", row -> row.tls() == null ? "" : row.tls())
          .text("application_name", row -> row.application() == null ? "" : row.application())
          .integer("prepared_statements", Socket::prepared)
          .integer("id", Socket::id);

  static final Table<Map.Entry<String, Long>> LISTS =
      Table.<Map.Entry<String, Long>>inOrder()
          .text("list", Map.Entry::getKey)
          .integer("items", Map.Entry::getValue);

  static final Table<MemoryRow> MEM =
      new Table<>(Comparator.comparing(MemoryRow::name))
          .text("name", MemoryRow::name)
          .number("size", row -> 1)
          .number("used", MemoryRow::used)
          .number("free", row -> Math.max(0, row.limit() - row.used()))
          .number("memtotal", MemoryRow::used);

  static final Table<ConfigRow> CONFIG =
      new Table<>(Comparator.comparing(ConfigRow::key))
          .text("key", ConfigRow::key)
          .text("value", ConfigRow::value)
          .text("default", ConfigRow::defaultValue)
          .text("changeable", row -> row.changeable() ? "yes" : "no");

  static final Table<Entry> STATE =
      Table.<Entry>inOrder().text("key", Entry::name).text("value", Entry::value);

  static final Table<Object> PEERS =
      Table.inOrder()
          .integer("peer_id", none())
          .text("host", none())
          .integer("port", none())
          .integer("pool_size", none());

  static final Table<Object> PEER_POOLS =
      Table.inOrder()
          .integer("peer_id", none())
          .integer("cl_active_cancel_req", none())
          .integer("cl_waiting_cancel_req", none())
          .integer("sv_active_cancel", none())
          .integer("sv_login", none());

  static final Table<Object> DNS_HOSTS =
      Table.inOrder().text("hostname", none()).number("ttl", none()).text("addrs", none());

  static final Table<Object> DNS_ZONES =
      Table.inOrder().text("zonename", none()).number("serial", none()).integer("count", none());

  static final Table<PgBouncerVerb> HELP =
      Table.<PgBouncerVerb>inOrder().text("command", PgBouncerVerb::usage);

  private PgBouncerTables() {}

  private static Table<Stats> stats() {
    return new Table<>(Comparator.comparing(Stats::database)).text("database", Stats::database);
  }

  private static Table<Stats> flow(
      Table<Stats> table,
      Function<Stats, PgBouncerTraffic> which,
      String prefix,
      String received,
      String sent) {
    return table
        .number(prefix + "server_assignment_count", which.andThen(PgBouncerTraffic::assignments))
        .number(prefix + "xact_count", which.andThen(PgBouncerTraffic::transactions))
        .number(prefix + "query_count", which.andThen(PgBouncerTraffic::queries))
        .number(received, which.andThen(PgBouncerTraffic::received))
        .number(sent, which.andThen(PgBouncerTraffic::sent))
        .number(prefix + "xact_time", which.andThen(PgBouncerTraffic::transactionMicros))
        .number(prefix + "query_time", which.andThen(PgBouncerTraffic::queryMicros))
        .number(prefix + "wait_time", which.andThen(PgBouncerTraffic::waitMicros));
  }

  private static Table<Stats> parses(
      Table<Stats> table, Function<Stats, PgBouncerTraffic> which, String prefix) {
    return table
        .number(prefix + "client_parse_count", row -> 0)
        .number(prefix + "server_parse_count", which.andThen(PgBouncerTraffic::serverParses))
        .number(prefix + "bind_count", which.andThen(PgBouncerTraffic::binds))
        .number(prefix + "client_login_count", which.andThen(PgBouncerTraffic::logins));
  }

  private static <T> Function<T, Object> none() {
    return row -> null;
  }

  static String mode(ServedVdb served) {
    return served.vdb().multiplex() ? "transaction" : "session";
  }

  static String time(Instant at) {
    return at == null ? null : TIME.format(at);
  }

  /** PgBouncer shows addresses of its memory, by which the two sides are joined. */
  private static String pointer(String type, long id) {
    return type.toLowerCase(Locale.ROOT) + Long.toHexString(id);
  }

  private static String other(Socket socket) {
    return socket.type().equals("C") ? "S" : "C";
  }
}
