package dev.heimdall.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of one node: {@code node.json}, which may be missing. */
public record NodeSettings(
    @Setting(
            value =
                "The node's number in its fleet. It is part of every cancel key, so that another"
                    + " node can pass a cancel request on: no two nodes of a fleet may share one.",
            byDefault = "1",
            range = "1..4095",
            applies = Applies.RESTART)
        int id,
    @Setting(
            value = "Event loops, each a thread that serves clients and servers.",
            byDefault = "0",
            range = "1..1024",
            unit = "threads",
            zero = "one fewer than the processors, one at least",
            applies = Applies.RESTART)
        int loops,
    @Setting(
            value =
                "How the node talks to the kernel. `auto` takes `epoll` where the machine has it,"
                    + " else `nio`; naming one that it lacks is an error at start. `io_uring` (a"
                    + " kernel of 6.0 or newer) is experimental: not faster in measurements, and"
                    + " its buffers may take more memory than `memoryBudget` plans.",
            byDefault = "auto",
            applies = Applies.RESTART)
        Transport transport,
    @Setting("The HTTP endpoint for health checks, metrics and drain.") HttpSettings http,
    @Setting(
            value =
                "The database name that leads to the node's own `SHOW` commands instead of a"
                    + " server, for users with `admin` or `stats`.",
            byDefault = "heimdall",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        String adminDatabase,
    @Setting(
            value =
                "The database name under which each VDB answers as PgBouncer's console does, with"
                    + " that one's commands and columns, for users with `admin` or `stats`. A"
                    + " database of this name in the `databases` of a VDB goes before.",
            byDefault = "pgbouncer",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        String pgbouncerDatabase,
    @Setting(
            value =
                "The other nodes of the fleet, to which cancel requests and `KILL` can be passed"
                    + " on.",
            byDefault = "[]")
        List<Peer> peers,
    @Setting(
            value =
                "In place of `id` and `peers`, the same on all nodes: the networks that the nodes"
                    + " of the fleet have their IPv4 addresses in, such as the subnets of an Auto"
                    + " Scaling group. A node's number is that of its own address in them, and"
                    + " cancel requests and `KILL` go to the address that the number of a session"
                    + " says, at the first of the virtual database's `ports`.",
            byDefault = "[]",
            format = Format.NETWORK,
            applies = Applies.RESTART)
        List<Cidr> peerNetworks,
    @Setting(
            value =
                "What nodes of a fleet prove to one another with that a `KILL` of a client of MySQL"
                    + " or MariaDB was passed on by one of them. A key of 32 characters or more, or"
                    + " two, one a line: either is accepted. The same for all nodes. Without it"
                    + " none is passed on, nor taken.")
        Optional<Secret> fleetKey,
    @Setting("The managers that the node reports to.") ManagerSettings manager,
    @Setting(
            value =
                "How long a node that was asked to stop waits for transactions to end before it"
                    + " closes their clients.",
            byDefault = "30s",
            range = "1ms..1d",
            zero = "close at once")
        Duration drainTimeout,
    @Setting(
            value =
                "How long a node that was asked to stop goes on to let clients in while `/readyz`"
                    + " says already that it ends: as long as the load balancer needs to notice.",
            byDefault = "0",
            range = "1ms..1h",
            zero = "its ports close at once")
        Duration drainNotice,
    @Setting(
            value =
                "How long `/readyz` may say that the node is warming up after the start of its"
                    + " process: it sends statements to itself until Java has compiled what they go"
                    + " through. Clients are served meanwhile.",
            byDefault = "10s",
            range = "1ms..5m",
            zero = "no warm-up",
            applies = Applies.RESTART)
        Duration warmUp,
    @Setting(
            value = "How long a client may take from the connection to the end of its log-in.",
            byDefault = "15s",
            range = "1ms..1h",
            applies = Applies.NEW_CONNECTIONS)
        Duration loginTimeout,
    @Setting("How log-ins are slowed after wrong passwords.") FailedLogInSettings failedLogIns,
    @Setting("The directory that checks passwords for the method `ldap`.") LdapSettings ldap,
    @Setting(
            value = "Client connections of the whole node. One more is refused with 53300.",
            byDefault = "20000",
            range = "1..1000000",
            unit = "connections",
            zero = "no limit",
            applies = Applies.NEW_CONNECTIONS)
        int maxClients,
    @Setting(
            value =
                "Bytes of the heap that the node's large caches may have together: what it knows of"
                    + " statements, what rules decided, prepared statements that no client names"
                    + " any more, catalogues of databases. What was not used for longest is"
                    + " evicted.",
            byDefault = "0",
            range = "1MiB..1024GiB",
            zero = "a quarter of the heap",
            applies = Applies.RESTART)
        long memoryBudget,
    @Setting("What rules may do on the node itself.") RuleSettings rules,
    @Setting("The store over which the nodes of a fleet tell each other of writes.")
        StoreSettings store,
    @Setting("Answers that the query caches of a fleet's nodes keep for each other in the store.")
        FarCacheSettings farCache,
    @Setting("Where the node hears what AWS says of its clusters, besides asking it.")
        TopologySettings topology,
    @Setting("How CloudWatch is reached, for virtual databases that want it.")
        CloudWatchSettings cloudWatch,
    @Setting("Traces of statements, for OpenTelemetry.") TracingSettings tracing,
    @Setting(
            value = "The form of log lines: for people or for machines.",
            byDefault = "text",
            applies = Applies.RESTART)
        LogFormat logFormat,
    @Setting(value = "The least important log line that is written.", byDefault = "info")
        Level logLevel) {
  public NodeSettings {
    peers = List.copyOf(peers);
    peerNetworks = List.copyOf(peerNetworks);
  }

  /**
   * Key that nodes and managers sign their messages to each other with; empty if they have no key.
   */
  public Optional<Secret> reportKey() {
    return manager.key().or(() -> fleetKey);
  }

  /** True if the database, as clients of the virtual database name it, is one of the consoles. */
  public boolean consoleDatabase(String database, VirtualDatabase vdb) {
    return database.equals(adminDatabase)
        || database.equals(pgbouncerDatabase) && !vdb.databases().containsKey(database);
  }

  /** Number of event loops on a machine with so many processors. */
  public int loopsOn(int processors) {
    return loops == 0 ? Math.max(1, processors - 1) : loops;
  }

  /** Every setting at its default. */
  public static NodeSettings defaults() {
    return Shape.of(NodeSettings.class).defaults();
  }
}
