package dev.heimdall.model;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One database server, or a cluster of them: {@code sources/<name>.json}. */
public record DataSource(
    @Setting(
            value = "The name that VDBs refer to.",
            otherwise = "the file's base name",
            format = Format.NAME)
        String name,
    @Setting(
            value =
                "The kind of database: `mysql` stands for MySQL and MariaDB. Clients of a VDB speak"
                    + " the protocol of its data source. `sqlserver` is new: docs/sqlserver.md"
                    + " has what is not supported yet.",
            otherwise = "what `url`, or the cluster's ARN, says",
            applies = Applies.NEW_CONNECTIONS)
        Engine engine,
    @Setting(
            value =
                "Where the server is: `jdbc:postgresql://host[:port][/database]`, port 5432 unless"
                    + " given; for a cluster any number of hosts, separated by commas. For MySQL"
                    + " and MariaDB `jdbc:mysql://host[:port][/database]` (or `jdbc:mariadb://…`),"
                    + " port 3306 unless given; for SQL Server"
                    + " `jdbc:sqlserver://host[:port][;databaseName=database]`, port 1433 unless"
                    + " given. Other parameters are refused: each has a setting. Required, unless"
                    + " `cluster` has an ARN.",
            otherwise =
                "what topology documents or the RDS API report of the ARN: engine, port, database,"
                    + " and whom to ask first",
            format = Format.URL,
            applies = Applies.NEW_CONNECTIONS)
        String url,
    @Setting(
            value =
                "The user that server connections log in as, where a VDB has `credentials`"
                    + " `source`. Required for MySQL and MariaDB, unless `credentials.secret` says"
                    + " it: the node asks servers what they are.",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> user,
    @Setting(value = "That user's password.", applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> password,
    @Setting("Credentials that AWS keeps, in place of `password`.") SourceCredentials credentials,
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
    @Setting("What the node reads of the databases themselves.") CatalogSettings catalog,
    @Setting(
            value =
                "The driver whose URLs say how connections are spread over the servers of a"
                    + " cluster: the name of a document in drivers, or `postgresql`.",
            otherwise = "that of the engine",
            format = Format.NAME)
        Optional<String> driver,
    @Setting("The cluster that the source is, if it is more than one server.")
        ClusterSettings cluster,
    @Setting("How the node hears of what is written past all nodes.") ChangeSettings changes) {
  /** In place of a URL that is wrong: nothing is said of what follows from it. */
  private static final String NOWHERE = "";

  public DataSource {
    url = url == null ? NOWHERE : url;
    engine = engine == null ? Engine.ofUrl(url).orElse(Engine.usual()) : engine;
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    tls = tls.towards(url);
  }

  /** The host of {@link #url}, or its first, an IPv6 address without its brackets. */
  public String host() {
    return hosts().get(0).host();
  }

  /** The port of {@link #host}; the engine's own unless it names one. */
  public int port() {
    return hosts().get(0).port();
  }

  /** All hosts of {@link #url}, in its order. */
  public List<ServerAddress> hosts() {
    return JdbcUrl.parse(url).hosts();
  }

  /**
   * Returns this source as if it were one server and nothing else, for connections to just this
   * one.
   */
  public DataSource at(ServerAddress server) {
    return new DataSource(
        name,
        engine,
        JdbcUrl.at(url, server),
        user,
        password,
        credentials,
        tls,
        connectTimeout,
        keepAliveIdle,
        tcpUserTimeout,
        parameters,
        catalog,
        Optional.empty(),
        ClusterSettings.defaults(),
        changes);
  }

  /** Returns a copy with another {@link #connectTimeout}. */
  public DataSource connectingWithin(Duration limit) {
    return new DataSource(
        name,
        engine,
        url,
        user,
        password,
        credentials,
        tls,
        limit,
        keepAliveIdle,
        tcpUserTimeout,
        parameters,
        catalog,
        driver,
        cluster,
        changes);
  }

  /** Names of the protocol in TLS with its servers (ALPN); none where they are given none. */
  public List<String> tlsProtocols() {
    boolean named = tls.direct() || engine.is(EngineTrait.ALWAYS_NAMED_IN_TLS);
    return named ? engine.tlsProtocols() : List.of();
  }

  /** The name of the {@link Driver} that says how connections are spread. */
  public String driverName() {
    return driver.orElse(engine.spelling());
  }

  /** True if the source itself says as whom to log in. */
  public boolean hasLogin() {
    return user.isPresent() || credentials.secret().isPresent();
  }

  /** The region of what AWS keeps of the credentials, as far as that is known. */
  public Optional<String> credentialsRegion() {
    return credentials.writtenRegion().or(this::regionOfHosts);
  }

  /** The first region in the names of its servers. */
  private Optional<String> regionOfHosts() {
    return hosts().stream().flatMap(one -> RdsHost.region(one.host()).stream()).findFirst();
  }

  /**
   * True if all servers that it names are writers of a global cluster, by names without a region.
   */
  boolean ofGlobalEndpoints() {
    return cluster.ofGlobalCluster()
        && hosts().stream().allMatch(one -> RdsHost.ofGlobalCluster(one.host()));
  }

  /**
   * The region that IAM tokens for a server are signed for: the one in its name, as a global
   * cluster has servers in several. The name of a global cluster's writer has none: it is that of
   * the region that writes.
   *
   * @param writing the region that writes, as far as that is known
   * @return empty while unknown
   */
  public Optional<String> tokenRegion(String server, Optional<String> writing) {
    return RdsHost.region(server)
        .or(() -> RdsHost.ofGlobalCluster(server) ? writing : Optional.empty())
        .or(this::credentialsRegion);
  }

  /**
   * Host pattern of servers in the region of {@link #url}, the name in place of the question mark.
   */
  Optional<String> hostPattern() {
    return cluster.hostPattern().or(() -> RdsHost.of(host()).map(RdsHost::pattern));
  }

  /** Host patterns of servers whose names and regions are known. */
  public HostPatterns hostPatterns() {
    return HostPatterns.of(this);
  }

  /** The name that leads to the writer as far as the DNS knows. */
  public ServerAddress writeEndpoint() {
    return cluster
        .writeEndpoint()
        .map(endpoint -> ServerAddress.parse(endpoint, port()))
        .orElse(hosts().get(0));
  }

  /** The names that lead to the writer of a group of servers that has such a name of its own. */
  public List<ServerAddress> listeners() {
    return cluster.kind() == ClusterKind.AVAILABILITY_GROUP ? List.of(writeEndpoint()) : List.of();
  }

  /** The name that leads to readers, where there is one. */
  public Optional<ServerAddress> readEndpoint() {
    return cluster
        .readEndpoint()
        .or(() -> RdsHost.of(host()).flatMap(RdsHost::readers))
        .map(endpoint -> ServerAddress.parse(endpoint, port()));
  }

  /**
   * Location of the cluster in RDS, if the API is to be queried about it and the location is known.
   */
  public Optional<RdsPlace> rdsPlace() {
    ApiSettings api = cluster.api();
    if (api.use() == ApiUse.OFF || !cluster.kind().ofRds()) {
      return Optional.empty();
    }
    Optional<RdsHost> host = RdsHost.of(host());
    Optional<String> region = api.region().or(() -> host.map(RdsHost::region));
    Optional<String> name =
        api.identifier()
            .or(() -> host.filter(h -> h.ofCluster() || h.ofInstance()).map(RdsHost::name))
            .map(n -> n.toLowerCase(Locale.ROOT));
    if (region.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    boolean ofCluster =
        api.identifier().isPresent()
            ? cluster.kind() != ClusterKind.RDS
            : host.map(RdsHost::ofCluster).orElse(false);
    Optional<String> hosts =
        host.map(RdsHost::rest)
            .or(
                () ->
                    api.endpoint().isPresent()
                        ? Optional.empty()
                        : Optional.of(RdsHost.rest(region.get())))
            .map(rest -> "." + rest);
    return Optional.of(
        new RdsPlace(region.get(), name.get(), ofCluster, api.endpoint().map(URI::create), hosts));
  }

  /** The global cluster that it is in RDS, if the API is to be asked about it. */
  public Optional<GlobalPlace> globalPlace() {
    ApiSettings api = cluster.api();
    if (api.use() == ApiUse.OFF || !cluster.kind().ofRds()) {
      return Optional.empty();
    }
    return cluster
        .globalName()
        .map(
            name ->
                new GlobalPlace(
                    name, api.region().or(this::regionOfHosts), api.endpoint().map(URI::create)));
  }

  /**
   * True if a server that AWS names can be one of this cluster: a server that is asked for its role
   * also gets a password. Where {@link #url} has a name of RDS, all others do.
   *
   * @param regions where the cluster has servers
   */
  public boolean includes(String server, Collection<String> regions) {
    boolean ofRds = RdsHost.of(host()).isPresent() || RdsHost.ofGlobalCluster(host());
    return !ofRds || regions.stream().anyMatch(region -> RdsHost.ofRegion(server, region));
  }

  /** The databases whose writes past the nodes are heard, where any are. */
  public List<String> heardDatabases() {
    return changes.databases().isEmpty() ? database().stream().toList() : changes.databases();
  }

  /** The database of {@link #url}, if it names one. */
  public Optional<String> database() {
    return JdbcUrl.parse(url).database();
  }
}
