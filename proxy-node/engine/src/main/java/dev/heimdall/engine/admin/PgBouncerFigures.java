package dev.heimdall.engine.admin;

import dev.heimdall.engine.admin.PgBouncerTables.Account;
import dev.heimdall.engine.admin.PgBouncerTables.Database;
import dev.heimdall.engine.admin.PgBouncerTables.Entry;
import dev.heimdall.engine.admin.PgBouncerTables.Pool;
import dev.heimdall.engine.admin.PgBouncerTables.Socket;
import dev.heimdall.engine.admin.PgBouncerTables.Stats;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.PoolTotals;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One virtual database in PgBouncer's terms, as it is now. */
final class PgBouncerFigures {
  private static final Comparator<PgBouncerAverages.Key> ORDER =
      Comparator.comparing(PgBouncerAverages.Key::vdb)
          .thenComparing(PgBouncerAverages.Key::database);

  private final NodeView node;
  private final Executor formatting;
  private final ServedVdb served;
  private final VirtualDatabase vdb;

  /**
   * @param formatting where rows are counted: a node's rows come on its event loops
   */
  PgBouncerFigures(NodeView node, ServedVdb served, Executor formatting) {
    this.node = node;
    this.formatting = formatting;
    this.served = served;
    this.vdb = served.vdb();
  }

  /**
   * Reason that a command cannot apply to that database alone; empty if it can, or if the command
   * applies to all.
   */
  Optional<Answer> wrongDatabase(String database) {
    if (database == null || Set.of(database).equals(named())) {
      return Optional.empty();
    }
    boolean known =
        vdb.databases().containsKey(database)
            || vdb.databases().containsKey(VirtualDatabase.ANY_DATABASE);
    return Optional.of(
        known
            ? Answer.failed(
                Sqlstate.FEATURE_NOT_SUPPORTED,
                "the virtual database \"" + vdb.name() + "\" has more databases than this one",
                "Without a name the command is about all of them; one alone needs a virtual"
                    + " database of its own.")
            : Answer.failed(
                Sqlstate.UNDEFINED_DATABASE,
                "no such database: " + database,
                "SHOW DATABASES lists them."));
  }

  /** The names of the configuration; none where a star lets others through, too. */
  private Set<String> named() {
    return vdb.databases().containsKey(VirtualDatabase.ANY_DATABASE)
        ? Set.of()
        : vdb.databases().keySet();
  }

  /** Returns the client-side name of a database of the server. */
  private String client(String atServer) {
    return vdb.databases().entrySet().stream()
        .filter(entry -> !entry.getKey().equals(VirtualDatabase.ANY_DATABASE))
        .filter(entry -> entry.getValue().equals(atServer))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(atServer);
  }

  // ---- traffic

  List<Stats> stats(Metrics metrics, PgBouncerAverages averages) {
    Map<PgBouncerAverages.Key, PgBouncerTraffic> totals = new TreeMap<>(ORDER);
    for (PoolTotals each : metrics.totals()) {
      totals.merge(
          new PgBouncerAverages.Key(each.key().vdb(), each.key().database()),
          PgBouncerTraffic.of(each),
          PgBouncerTraffic::plus);
    }
    Map<PgBouncerAverages.Key, PgBouncerTraffic> average = averages.upTo(totals);
    List<Stats> rows = new ArrayList<>();
    totals.forEach(
        (key, total) -> {
          if (key.vdb().equals(vdb.name())) {
            rows.add(new Stats(key.database(), total, average.get(key)));
          }
        });
    return rows;
  }

  List<Map.Entry<String, Long>> totals(Metrics metrics, PgBouncerAverages averages) {
    PgBouncerTraffic total = PgBouncerTraffic.NONE;
    PgBouncerTraffic average = PgBouncerTraffic.NONE;
    for (Stats each : stats(metrics, averages)) {
      total = total.plus(each.total());
      average = average.plus(each.average());
    }
    Map<String, Long> rows = new LinkedHashMap<>();
    named("total_", total, rows);
    named("avg_", average, rows);
    return List.copyOf(rows.entrySet());
  }

  private static void named(String prefix, PgBouncerTraffic traffic, Map<String, Long> rows) {
    rows.put(prefix + "server_assignment_count", traffic.assignments());
    rows.put(prefix + "xact_count", traffic.transactions());
    rows.put(prefix + "query_count", traffic.queries());
    rows.put(prefix + "client_bytes", traffic.received());
    rows.put(prefix + "server_bytes", traffic.sent());
    rows.put(prefix + "xact_time", traffic.transactionMicros());
    rows.put(prefix + "query_time", traffic.queryMicros());
    rows.put(prefix + "wait_time", traffic.waitMicros());
    rows.put(prefix + "ps_client_parse_count", 0L);
    rows.put(prefix + "ps_server_parse_count", traffic.serverParses());
    rows.put(prefix + "ps_bind_count", traffic.binds());
    rows.put(prefix + "client_login_count", traffic.logins());
  }

  // ---- connections

  CompletionStage<List<Pool>> pools() {
    return node.pools().thenApplyAsync(this::pools, formatting);
  }

  private List<Pool> pools(List<PoolRow> rows) {
    Map<List<String>, Pool> pools = new LinkedHashMap<>();
    for (PoolRow row : rows) {
      if (row.vdb().equals(vdb.name())) {
        String database = client(row.database());
        Pool pool =
            new Pool(
                database,
                row.user(),
                row.clientsActive() + row.clientsIdle(),
                row.clientsWaiting(),
                row.serversActive(),
                row.serversIdle(),
                row.serversReset(),
                row.serversLogin(),
                row.maxWaitMicros(),
                PgBouncerTables.mode(served));
        pools.merge(List.of(database, row.user()), pool, Pool::plus);
      }
    }
    return List.copyOf(pools.values());
  }

  CompletionStage<List<Database>> databases() {
    return clientRows()
        .thenCombine(serverRows(), (clients, servers) -> databases(clients, servers));
  }

  private List<Database> databases(List<ClientRow> clients, List<ServerRow> servers) {
    Map<String, Long> ofClients = by(clients, ClientRow::database);
    Map<String, Long> ofServers = by(servers, server -> client(server.database()));
    Set<String> names = new TreeSet<>(vdb.databases().keySet());
    if (names.remove(VirtualDatabase.ANY_DATABASE)) {
      ofClients.keySet().stream()
          .filter(database -> !served.node().consoleDatabase(database, vdb))
          .forEach(names::add);
      names.addAll(ofServers.keySet());
    }
    String user =
        vdb.credentials() == Credentials.SOURCE ? served.source().user().orElse(null) : null;
    return names.stream()
        .map(
            name ->
                new Database(
                    name,
                    served.writer().host(),
                    served.writer().port(),
                    vdb.databases().getOrDefault(name, name),
                    user,
                    served,
                    ofServers.getOrDefault(name, 0L),
                    ofClients.getOrDefault(name, 0L)))
        .toList();
  }

  CompletionStage<List<Account>> users() {
    return clientRows().thenCombine(serverRows(), this::users);
  }

  private List<Account> users(List<ClientRow> clients, List<ServerRow> servers) {
    Map<String, Long> ofClients = by(clients, ClientRow::user);
    Map<String, Long> ofServers = by(servers, ServerRow::user);
    return served.users().stream()
        .map(
            user ->
                new Account(
                    user.name(),
                    user.maxServerConnections(),
                    atServer(user).map(name -> ofServers.getOrDefault(name, 0L)).orElse(null),
                    user.maxClients(),
                    ofClients.getOrDefault(user.name(), 0L)))
        .toList();
  }

  /** As whom a user's server connections log in; empty where they are not a user's own. */
  private Optional<String> atServer(User user) {
    return switch (vdb.credentials()) {
      case SOURCE -> Optional.empty();
      case PASSTHROUGH -> Optional.of(user.name());
      case USER -> Optional.of(user.serverUser().orElse(user.name()));
    };
  }

  private static <T> Map<String, Long> by(List<T> rows, Function<T, String> name) {
    return rows.stream().collect(Collectors.groupingBy(name, Collectors.counting()));
  }

  /** Those that have logged in to this virtual database. */
  private CompletionStage<List<ClientRow>> clientRows() {
    return node.clients()
        .thenApplyAsync(
            rows -> rows.stream().filter(row -> vdb.name().equals(row.vdb())).toList(), formatting);
  }

  private CompletionStage<List<ServerRow>> serverRows() {
    return node.servers()
        .thenApplyAsync(
            rows -> rows.stream().filter(row -> row.vdb().equals(vdb.name())).toList(), formatting);
  }

  CompletionStage<List<Socket>> clients() {
    return clientRows().thenApply(rows -> rows.stream().map(this::socket).toList());
  }

  CompletionStage<List<Socket>> servers() {
    return serverRows().thenApply(rows -> rows.stream().map(this::socket).toList());
  }

  CompletionStage<List<Socket>> sockets() {
    return clients()
        .thenCombine(
            servers(),
            (clients, servers) -> {
              List<Socket> all = new ArrayList<>(clients);
              all.addAll(servers);
              return all;
            });
  }

  private Socket socket(ClientRow row) {
    return new Socket(
        "C",
        row.user(),
        row.database(),
        switch (row.state()) {
          case ACTIVE, IDLE_IN_TRANSACTION, IDLE_IN_BATCH, CLOSING -> "active";
          case IDLE -> row.serverId() == null ? "idle" : "active";
          case WAITING -> "waiting";
          case LOGIN -> "login";
        },
        row.address(),
        row.port(),
        served.port(),
        PgBouncerTables.time(row.connectedSince()),
        PgBouncerTables.time(row.lastStatementAt()),
        row.waitMicros(),
        row.serverId(),
        null,
        row.tls(),
        row.applicationName(),
        row.preparedStatements(),
        row.id());
  }

  private Socket socket(ServerRow row) {
    return new Socket(
        "S",
        row.user(),
        client(row.database()),
        switch (row.state()) {
          case LOGIN -> "login";
          case IDLE, CLOSING -> "idle";
          case ACTIVE, SHARED, PINNED, LISTENING, REPLICATION -> "active";
          case RESET -> "tested";
        },
        row.address(),
        row.port(),
        null,
        PgBouncerTables.time(row.since()),
        null,
        0,
        row.clientId(),
        row.pid(),
        row.tls(),
        null,
        row.preparedStatements(),
        row.id());
  }

  CompletionStage<List<Map.Entry<String, Long>>> lists() {
    return pools()
        .thenCombine(
            clientRows()
                .thenCombine(serverRows(), (clients, servers) -> new Connections(clients, servers)),
            (pools, connections) -> lists(pools.size(), connections));
  }

  private record Connections(List<ClientRow> clients, List<ServerRow> servers) {}

  private List<Map.Entry<String, Long>> lists(long pools, Connections connections) {
    Map<String, Long> lists = new LinkedHashMap<>();
    lists.put("databases", (long) databases(connections.clients(), connections.servers()).size());
    lists.put("users", (long) served.users().size());
    lists.put("peers", 0L);
    lists.put("pools", pools);
    lists.put("peer_pools", 0L);
    lists.put("free_clients", 0L);
    lists.put("used_clients", (long) connections.clients().size());
    lists.put(
        "login_clients",
        connections.clients().stream()
            .filter(client -> client.state() == ClientRow.State.LOGIN)
            .count());
    lists.put("free_servers", 0L);
    lists.put("used_servers", (long) connections.servers().size());
    lists.put("dns_names", 0L);
    lists.put("dns_zones", 0L);
    lists.put("dns_queries", 0L);
    lists.put("dns_pending", 0L);
    return List.copyOf(lists.entrySet());
  }

  // ---- settings

  List<Entry> state() {
    return List.of(
        new Entry("active", served.paused() ? "no" : "yes"),
        new Entry("paused", served.paused() ? "yes" : "no"),
        new Entry("suspended", "no"));
  }

  /** True if PgBouncer has a setting of this name. */
  boolean sets(String name) {
    return config().stream().anyMatch(row -> row.key().equals(name));
  }

  List<ConfigRow> config() {
    return PgBouncerSettings.of(served);
  }
}
