package dev.heimdall.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Virtual database that clients connect to: {@code vdbs/<name>.json}. */
public record VirtualDatabase(
    @Setting(
            value = "The name, as users, logs and metrics show it.",
            otherwise = "the file's base name",
            format = Format.NAME)
        String name,
    @Setting(value = "The address to listen on.", byDefault = "0.0.0.0", format = Format.ADDRESS)
        String address,
    @Setting(
            value = "The ports to listen on.",
            required = true,
            range = "1..65535",
            zero = "any free port")
        List<Integer> ports,
    @Setting(
            value =
                "A Unix domain socket to listen on besides, for clients on the node's machine:"
                    + " `/run/heimdall/.s.PGSQL.5432`, as libpq names it for the host"
                    + " `/run/heimdall` and the port 5432, or `/run/heimdall/mysql.sock`. Its"
                    + " folder has to exist. Needs the node's transport `epoll`, as `auto` takes on"
                    + " Linux.",
            format = Format.SOCKET)
        Optional<String> unixSocket,
    @Setting(
            value = "The mode of that socket's file: who may write to it may connect.",
            byDefault = "0660",
            format = Format.FILE_MODE)
        String unixSocketMode,
    @Setting(
            value = "The data source behind.",
            required = true,
            format = Format.NAME,
            applies = Applies.NEW_CONNECTIONS)
        String source,
    @Setting(
            value =
                "The database names that clients may use, each with its name at the server. `\"*\":"
                    + " \"*\"` lets every other name through as it is. For MySQL, MariaDB and SQL"
                    + " Server both names must be the same, because statements name databases"
                    + " there.",
            byDefault = "{\"*\": \"*\"}",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Map<String, String> databases,
    @Setting(
            value =
                "Give a server connection back after each transaction. `false` keeps one for as"
                    + " long as the client stays.",
            byDefault = "true",
            applies = Applies.NEW_CONNECTIONS)
        boolean multiplex,
    @Setting(
            value = "Hold `BEGIN` back until a statement needs the transaction.",
            otherwise = "`true` for MySQL and MariaDB, else `false`",
            applies = Applies.NEW_CONNECTIONS)
        Boolean delayedTransaction,
    @Setting(
            value =
                "Whose credentials server connections use: the data source's, the client's own, or"
                    + " those for the server in the user's document.",
            otherwise = "`source` when the data source has a `user`, else `passthrough`",
            applies = Applies.NEW_CONNECTIONS)
        Credentials credentials,
    @Setting(
            value = "The rule lists that statements go through, in this order.",
            byDefault = "[]",
            format = Format.NAME)
        List<String> rules,
    @Setting(
            value = "Data sources besides `source` that rules may send statements to.",
            byDefault = "[]",
            format = Format.NAME)
        List<String> ruleSources,
    @Setting("Server connections and the queue for them.") PoolSettings pool,
    @Setting("Client connections and their time limits.") ClientSettings clients,
    @Setting("TLS towards clients.") ClientTls tls,
    @Setting(
            value =
                "Who may log in from where, and how. The first rule that fits decides; where none"
                    + " fits, the client is refused. For MySQL and MariaDB the default is"
                    + " `[{\"method\": \"password\"}]`, for SQL Server `[{\"type\": \"hostssl\","
                    + " \"method\": \"password\"}]`.",
            byDefault = "[{\"method\": \"scram-sha-256\"}]",
            applies = Applies.NEW_CONNECTIONS)
        List<AuthRule> auth,
    @Setting("Users that have no document, as the database itself knows them.")
        AuthQuerySettings authQuery,
    @Setting("PROXY protocol version 2, as load balancers send it.") ProxyProtocol proxyProtocol,
    @Setting("Prepared statements.") PreparedSettings prepared,
    @Setting("Short reads of several clients over one server connection at the same time.")
        PipeliningSettings pipelining,
    @Setting("Results that the node keeps, and serves until something writes their tables.")
        CacheSettings cache,
    @Setting("Transactions that are run again when their server is lost before a COMMIT was sent.")
        TransactionReplaySettings transactionReplay,
    @Setting("Sizes that protect the node.") LimitSettings limits,
    @Setting("What CloudWatch is told of it; costs money there.") CloudWatchExport cloudWatch,
    @Setting(
            value =
                "Count statements by their pattern, the text without values: how often they come,"
                    + " how long they take, and why they are not cached or sent to replicas. `SHOW"
                    + " PATTERNS` and the manager's pages show it.",
            byDefault = "true")
        boolean analytics) {
  /** The key and value of {@link #databases} that stand for every name. */
  public static final String ANY_DATABASE = "*";

  public VirtualDatabase {
    ports = List.copyOf(ports);
    databases = Collections.unmodifiableMap(new TreeMap<>(databases));
    rules = List.copyOf(rules);
    ruleSources = List.copyOf(ruleSources);
    auth = List.copyOf(auth);
  }

  /** Returns a copy with the settings that follow from its data source. */
  VirtualDatabase resolved(
      Credentials whose, List<AuthRule> rulesOfLogIns, boolean delaysTransactions) {
    return new VirtualDatabase(
        name,
        address,
        ports,
        unixSocket,
        unixSocketMode,
        source,
        databases,
        multiplex,
        delaysTransactions,
        whose,
        rules,
        ruleSources,
        pool,
        clients,
        tls,
        rulesOfLogIns,
        authQuery,
        proxyProtocol,
        prepared,
        pipelining,
        cache,
        transactionReplay,
        limits,
        cloudWatch,
        analytics);
  }
}
