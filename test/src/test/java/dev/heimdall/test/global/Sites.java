package dev.heimdall.test.global;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.test.aws.EmulatedMachines;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.aws.LambdaProcess;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * All regions with what is in each of them: the server of the database if there is one, a node, a
 * balancer, a store, the function, the APIs of AWS. Nothing leads from one region to another but
 * the lines of a {@link Network}, which {@link #assertNothingCrossesByItself} looks for.
 */
final class Sites implements AutoCloseable {
  static final String GLOBAL = "shop";
  private static final String KEY = "a key for tests that is long enough";

  private final List<Region> regions;
  private final Path directory;
  private final Map<String, Object> failover;
  private final long seed;
  private final AwsEmulator aws = AwsEmulator.shared();
  private final FakeRds rds = new FakeRds();
  private final int databasePort = FreePort.any();
  private final int balancerPort = FreePort.any();
  private final int nodePort = FreePort.any();
  private final int httpPort = FreePort.any();
  private final int storePort = FreePort.any();
  private final int awsPort = FreePort.any();
  private final Network network;
  private final GlobalDatabase database;
  private final Map<Region, RedisProcess> stores = new LinkedHashMap<>();
  private final Map<Region, RegionalRds> apis = new LinkedHashMap<>();
  private final Map<Region, LambdaProcess> functions = new LinkedHashMap<>();
  private final Map<Region, RegionNode> nodes = new LinkedHashMap<>();
  private final Map<Region, RegionBalancer> balancers = new LinkedHashMap<>();

  /**
   * @param sql of which engine the servers are
   * @param failover what nodes are configured with as {@code cluster.failover}
   */
  Sites(
      Sql sql,
      List<Region> regions,
      List<Line> lines,
      Path directory,
      long seed,
      Map<String, Object> failover) {
    this.regions = regions;
    this.failover = failover;
    this.directory = directory;
    this.seed = seed;
    aws.reset();
    aws.lendCredentials();
    network = new Network(regions, lines, seed);
    List<Region> members = regions.stream().filter(Region::hasDatabase).toList();
    database =
        sql == Sql.POSTGRES
            ? new PostgresGlobalDatabase(members, databasePort)
            : new MariadbGlobalDatabase(members, databasePort);
    for (Region region : members) {
      network.offer(region, Region.DATABASE, databasePort, () -> database.at(region));
    }
    database.connect();
    regions.forEach(this::services);
    describe();
    regions.forEach(this::startNode);
    regions.forEach(region -> functions.put(region, function(region)));
    nodes.values().forEach(RegionNode::awaitServing);
    regions.forEach(this::balancer);
  }

  // ---- what is there

  List<Region> regions() {
    return regions;
  }

  Network network() {
    return network;
  }

  GlobalDatabase database() {
    return database;
  }

  FakeRds rds() {
    return rds;
  }

  /** What is called to have the global cluster changed. */
  RdsClient api(Region region) {
    return new AwsAccess(
            region.name(), Optional.of(rds.uri()), aws.credentials(), Duration.ofSeconds(20))
        .client(RdsClient.builder());
  }

  /** The function of a region handles an event. */
  String invoke(Region region, String event) {
    return functions.get(region).invoke(event);
  }

  RegionNode node(Region region) {
    return nodes.get(region);
  }

  /** What health checks from outside find. */
  boolean isWell(Region region) {
    return !network.way(region, region).isCut() && balancers.get(region).healthy();
  }

  /** Where the balancer of each region listens for clients. */
  int balancerPort() {
    return balancerPort;
  }

  /** In each region so many questions to the RDS API are refused from now on. */
  void throttle(double share) {
    apis.values().forEach(api -> api.throttle(share));
  }

  /** The global writer endpoint leads to the writer from now on, in all regions. */
  void publishWriter() {
    regions.forEach(this::hosts);
  }

  /** A node is ended, and another one starts in its place. */
  void replaceNode(Region region) {
    nodes.get(region).close();
    startNode(region);
    nodes.get(region).awaitServing();
  }

  String nodesSaid() {
    StringBuilder all = new StringBuilder();
    nodes.forEach((region, node) -> all.append(region).append(": ").append(node.output()));
    return all.toString();
  }

  private void services(Region region) {
    RedisProcess store = RedisProcess.running();
    stores.put(region, store);
    network.offer(
        region, Region.STORE, storePort, () -> new InetSocketAddress("127.0.0.1", store.port()));
    network.offer(
        region,
        Region.AWS,
        awsPort,
        () -> new InetSocketAddress("127.0.0.1", aws.endpoint().getPort()));
    apis.put(
        region,
        new RegionalRds(
            region,
            rds,
            to -> network.way(region, named(to)),
            from -> network.way(named(from), region),
            seed + region.number()));
    AwsAccess access = aws.access(region.name());
    try (SecretsManagerClient secrets = access.client(SecretsManagerClient.builder());
        S3Client s3 = access.client(S3Client.builder().forcePathStyle(true))) {
      secrets.createSecret(secret -> secret.name("push-key").secretString(KEY));
      s3.createBucket(bucket -> bucket.bucket("fleet-" + region));
    }
    new EmulatedMachines(aws, region.name(), region.address(0))
        .run(
            region.address(Region.NODE),
            Map.of("heimdall:fleet", GLOBAL, "heimdall:http-port", "" + httpPort));
  }

  private Region named(String name) {
    return regions.stream()
        .filter(region -> region.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no region " + name));
  }

  static String arn(Region region) {
    return FakeRds.Cluster.arn(region.name(), region.cluster());
  }

  /** What the RDS API knows. */
  private void describe() {
    for (Region region : database.regions()) {
      rds.has(
          region.name(),
          List.of(
              new FakeRds.Cluster(
                  region.cluster(), "available", databasePort, List.of(region.instance()))),
          List.of(
              new FakeRds.Instance(
                  region.instance(),
                  region.cluster(),
                  "",
                  List.of(),
                  region.host(),
                  databasePort,
                  "zone",
                  "available")));
    }
    rds.hasGlobals(
        List.of(new FakeRds.Global(GLOBAL, database.regions().stream().map(Sites::arn).toList())));
  }

  /** Names as they are resolved in a region. */
  private Path hosts(Region region) {
    List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
    for (Region other : database.regions()) {
      String address = region.toward(other, Region.DATABASE);
      lines.add(address + " " + other.host());
      lines.add(address + " " + other.clusterEndpoint());
    }
    lines.add(
        region.toward(database.writer(), Region.DATABASE)
            + " "
            + GLOBAL
            + ".global-cq2ksomething.global.rds.amazonaws.com");
    try {
      Path file = directory.resolve("hosts-" + region);
      Path next = Files.write(directory.resolve("hosts-" + region + ".next"), lines);
      return Files.move(
          next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startNode(Region region) {
    try {
      Path own = Files.createTempDirectory(directory, region.name());
      nodes.put(
          region, new RegionNode(region, own, documents(region), hosts(region), aws.environment()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> documents(Region region) {
    Map<String, Object> documents = new TreeMap<>();
    documents.put(
        "node.json",
        Map.of(
            "id", region.number(),
            "loops", 1,
            "http", Map.of("address", region.address(Region.NODE), "port", httpPort),
            "warmUp", "0", // a region's nodes share two processors with all others
            "topology", Map.of("key", KEY),
            "store", Map.of("servers", List.of(region.address(Region.STORE) + ":" + storePort))));
    List<String> hosts =
        database.regions().stream().map(other -> other.host() + ":" + databasePort).toList();
    Map<String, Object> source = new TreeMap<>(database.source(hosts));
    source.put("tls", Map.of("mode", "disable"));
    source.put(
        "cluster",
        Map.of(
            "global",
            "arn:aws:rds::" + FakeRds.ACCOUNT + ":global-cluster:" + GLOBAL,
            "reads",
            "all",
            "probe",
            database.probes(),
            "failover",
            failover));
    documents.put("sources/main.json", source);
    documents.put(
        "vdbs/app.json",
        Map.of(
            "source",
            "main",
            "address",
            region.address(Region.NODE),
            "ports",
            List.of(nodePort),
            "pool",
            Map.of("size", 20)));
    documents.put(
        "users/" + database.sql().user() + ".json", Map.of("password", database.sql().password()));
    documents.put("users/admin.json", Map.of("password", "admin", "admin", true));
    return documents;
  }

  private void balancer(Region region) {
    balancers.put(
        region,
        new RegionBalancer(
            network.loops(),
            region,
            balancerPort,
            nodePort,
            httpPort,
            network.way(region, region)));
    network.offerElsewhere(region, Region.BALANCER, balancerPort);
  }

  private LambdaProcess function(Region region) {
    String endpoint = "http://" + region.address(Region.AWS) + ":" + awsPort;
    Map<String, String> environment = new TreeMap<>(aws.environment());
    environment.put("AWS_REGION", region.name());
    environment.put(
        "HEIMDALL_STORE",
        "s3://fleet-%s/topology?region=%s&endpoint=%s".formatted(region, region, endpoint));
    environment.put("HEIMDALL_KEY_SECRET", "push-key");
    environment.put("HEIMDALL_SECRETS_ENDPOINT", endpoint);
    environment.put("HEIMDALL_EC2_ENDPOINT", endpoint);
    environment.put("HEIMDALL_RDS_ENDPOINT", apis.get(region).uri().toString());
    environment.put("HEIMDALL_FLEET", GLOBAL);
    environment.put(
        "HEIMDALL_REGIONS",
        String.join(
            ",", regions.stream().filter(other -> other != region).map(Region::name).toList()));
    return new LambdaProcess(
        Path.of("../config-sync-lambda/target/heimdall-config-sync-lambda.jar"),
        "dev.heimdall.configsync.Handler",
        environment);
  }

  /** No process of a region has a connection to another one but over a line. */
  void assertNothingCrossesByItself() throws IOException {
    List<String> found = new ArrayList<>();
    for (Region region : regions) {
      found.addAll(crossing(region, nodes.get(region).pid()));
      if (region.hasDatabase()) {
        found.addAll(crossing(region, database.pid(region)));
      }
    }
    if (!found.isEmpty()) {
      throw new AssertionError(String.join("\n", found));
    }
  }

  private static List<String> crossing(Region region, long pid) throws IOException {
    return Border.crossedBy(ProcessHandle.of(pid).orElseThrow(), region, Set.of());
  }

  @Override
  public void close() {
    balancers.values().forEach(RegionBalancer::close);
    nodes.values().forEach(RegionNode::close);
    functions.values().forEach(LambdaProcess::close);
    apis.values().forEach(RegionalRds::close);
    network.close();
    stores.values().forEach(RedisProcess::close);
    database.close();
    rds.close();
    aws.takeCredentialsBack();
  }
}
