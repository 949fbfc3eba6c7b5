package dev.heimdall.test.global;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.RdsEvent;
import dev.heimdall.test.aws.EmulatedMachines;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.aws.LambdaProcess;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Regions with all that is in them, and clients at work. In each region: the database's server, a
 * node, a balancer, a store, the function, the APIs of AWS. Nothing leads from one region to
 * another but the lines of a {@link Network}, which {@link #assertNothingCrossesByItself} looks
 * for.
 */
final class Simulation implements AutoCloseable {
  private static final String KEY = "a key for tests that is long enough";
  private static final String GLOBAL = "shop";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Region> regions;
  private final Path directory;
  private final Chronicle chronicle = new Chronicle();
  private final History history = new History();
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
  private final List<WorkingClient> clients = new ArrayList<>();
  private final List<IdleClient> idle = new ArrayList<>();
  private final Set<Region> lost = ConcurrentHashMap.newKeySet();
  private final ExecutorService events = Executors.newCachedThreadPool();

  Simulation(List<Region> regions, List<Line> lines, Path directory, long seed) {
    this.regions = regions;
    this.directory = directory;
    aws.reset();
    aws.lendCredentials();
    network = new Network(regions, lines, seed);
    database = new GlobalDatabase(regions, databasePort);
    for (Region region : regions) {
      network.offer(
          region,
          Region.DATABASE,
          databasePort,
          () -> new InetSocketAddress("127.0.0.1", database.server(region).port()));
    }
    database.connect();
    regions.forEach(this::services);
    describe();
    regions.forEach(this::node);
    nodes.values().forEach(RegionNode::awaitServing);
    regions.forEach(this::balancer);
    regions.forEach(region -> functions.put(region, function(region)));
    tell(regions, "{\"source\": \"aws.scheduler\"}").forEach(CompletableFuture::join);
  }

  // ---- what there is

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
            from -> network.way(named(from), region)));
    AwsAccess access =
        new AwsAccess(
            region.name(), Optional.of(aws.endpoint()), aws.credentials(), Duration.ofSeconds(20));
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

  private static String arn(Region region) {
    return FakeRds.Cluster.arn(region.name(), region.cluster());
  }

  /** What the RDS API knows. */
  private void describe() {
    for (Region region : regions) {
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
        List.of(new FakeRds.Global(GLOBAL, regions.stream().map(Simulation::arn).toList())));
  }

  /** Names as they are resolved in a region. */
  private Path hosts(Region region) {
    List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
    for (Region other : regions) {
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

  private void node(Region region) {
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
            "topology", Map.of("key", KEY),
            "store", Map.of("servers", List.of(region.address(Region.STORE) + ":" + storePort))));
    List<String> hosts = regions.stream().map(other -> other.host() + ":" + databasePort).toList();
    documents.put(
        "sources/main.json",
        Map.of(
            "url",
            "jdbc:postgresql://" + String.join(",", hosts) + "/" + GlobalDatabase.DATABASE,
            "user",
            "app",
            "password",
            "app",
            "tls",
            Map.of("mode", "disable"),
            "cluster",
            Map.of(
                "global",
                "arn:aws:rds::" + FakeRds.ACCOUNT + ":global-cluster:" + GLOBAL,
                "reads",
                "all")));
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
    documents.put("users/app.json", Map.of("password", "app"));
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

  // ---- who is there

  /**
   * Where clients connect: to the balancer of their own region, by latency records to that of
   * another one while theirs has nobody who is well.
   *
   * @param timeout how many seconds they wait for an answer
   */
  private record Names(Simulation in, int timeout) implements WorkingClient.Doors {
    @Override
    public Region region(Region home) {
      return in.isWell(home)
          ? home
          : in.regions.stream().filter(in::isWell).findFirst().orElse(home);
    }

    @Override
    public Connection connect(Region home, Region region) throws SQLException {
      return new Target(
              home.toward(region, Region.BALANCER),
              in.balancerPort,
              GlobalDatabase.DATABASE,
              "app",
              "app",
              false)
          .jdbc("socketTimeout", "" + timeout, "connectTimeout", "10", "loginTimeout", "15");
    }
  }

  /** What health checks from outside find. */
  private boolean isWell(Region region) {
    return !network.way(region, region).isCut() && balancers.get(region).healthy();
  }

  /** Clients of each region begin to work, or to do nothing. */
  void begin(int working, int doingNothing) throws SQLException {
    // Half of those at work give up on a region that does not answer; the others wait until it
    // does.
    Names hasty = new Names(this, 12);
    Names patient = new Names(this, 120);
    for (Region region : regions) {
      int first = region.number() * 1000;
      for (int i = 0; i < doingNothing; i++) {
        idle.add(new IdleClient(first + 900 + i, region, patient));
      }
      working(region, working, patient, hasty);
    }
    for (Region region : regions) {
      Await.until(
          "clients of " + region + " write",
          PATIENCE,
          () -> history.written(region) > 3L * working,
          this::nodesSaid);
    }
  }

  /** More clients of a region, who are of two kinds by turns. */
  private void working(Region region, int number, Names even, Names odd) {
    for (int i = 0; i < number; i++) {
      int client = region.number() * 1000 + (int) clientsOf(region);
      clients.add(
          new WorkingClient(
              client,
              region,
              i % 2 == 0 ? even : odd,
              history,
              any -> {
                Region of = regions.get(any % regions.size());
                return of.number() * 1000 + any / 7 % (int) Math.max(1, clientsOf(of));
              },
              client));
    }
  }

  private long clientsOf(Region region) {
    return history.clients().values().stream().filter(region::equals).count();
  }

  /** All clients come to an end, and what they did is judged. */
  Verdict judge(Set<Write.Key> lost) {
    clients.forEach(WorkingClient::end);
    clients.forEach(WorkingClient::close);
    idle.forEach(client -> history.add(client.ask()));
    return new Checker(database.rows(database.writer()), lost, Duration.ofSeconds(10))
        .check(history);
  }

  History history() {
    return history;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  List<Region> regions() {
    return regions;
  }

  private String nodesSaid() {
    StringBuilder all = new StringBuilder();
    nodes.forEach((region, node) -> all.append(region).append(": ").append(node.output()));
    return all.toString();
  }

  // ---- what happens

  private List<CompletableFuture<String>> tell(List<Region> where, String event) {
    return where.stream()
        .map(
            region ->
                CompletableFuture.supplyAsync(() -> functions.get(region).invoke(event), events))
        .toList();
  }

  /** An event of the global cluster happens in a region, whose bus passes it on to the others. */
  private void happens(RdsEvent event, Region in) {
    chronicle.note(event.id());
    tell(
        regions.stream().filter(region -> !lost.contains(region)).toList(),
        """
        {"source": "aws.rds", "detail-type": "RDS DB Cluster Event", "time": "%s",
         "region": "%s", "detail": {"EventID": "%s", "SourceIdentifier": "%s"}}
        """
            .formatted(Instant.now(), in, event.id(), GLOBAL));
  }

  private RdsClient api(Region region) {
    return new AwsAccess(
            region.name(), Optional.of(rds.uri()), aws.credentials(), Duration.ofSeconds(20))
        .client(RdsClient.builder());
  }

  /** A planned switchover, until clients of all regions have written to the new writer. */
  List<Figures> switchOver(Region to) {
    Region from = database.writer();
    long began = chronicle.note("switchover to " + to);
    try (RdsClient api = api(from)) {
      api.switchoverGlobalCluster(
          r -> r.globalClusterIdentifier(GLOBAL).targetDbClusterIdentifier(arn(to)));
    }
    happens(RdsEvent.SWITCHOVER_STARTED, from);
    chronicle.note("writes stopped");
    database.stopWrites();
    happens(RdsEvent.SWITCHOVER_OLD_PRIMARY_STOPPED, from);
    long[] promoted = new long[1];
    database.handOver(
        to,
        () -> {
          promoted[0] = chronicle.note("promoted " + to);
          regions.forEach(this::hosts);
        });
    happens(RdsEvent.SWITCHOVER_PROMOTED, to);
    rds.completeMoves();
    happens(RdsEvent.SWITCHOVER_COMPLETED, to);
    awaitWrites(regions, to, promoted[0]);
    return Figures.of("switchover to " + to, regions, history, began, to.instance(), promoted[0]);
  }

  /** A region is lost, with all that is in it: nothing gets in or out, and nothing moves there. */
  long lose(Region region) {
    network.silence(region, true);
    lost.add(region);
    nodes.get(region).freeze();
    database.freeze(region);
    return chronicle.note("lost " + region);
  }

  /**
   * Somebody decides that a region has to write in place of one that cannot be reached, until
   * clients of all regions that are there have written to it.
   *
   * @param began when the event began whose figures are wanted
   */
  List<Figures> failOver(Region to, long began) {
    Region from = database.writer();
    try (RdsClient api = api(to)) {
      api.failoverGlobalCluster(
          r ->
              r.globalClusterIdentifier(GLOBAL)
                  .targetDbClusterIdentifier(arn(to))
                  .allowDataLoss(true));
    }
    database.promote(to);
    long promoted = chronicle.note("promoted " + to);
    regions.forEach(this::hosts);
    database.followers(from);
    rds.completeMoves();
    happens(RdsEvent.GLOBAL_FAILOVER_COMPLETED, to);
    List<Region> there = regions.stream().filter(this::isReachable).toList();
    awaitWrites(there, to, promoted);
    return Figures.of("failover to " + to, there, history, began, to.instance(), promoted);
  }

  private boolean isReachable(Region region) {
    return !lost.contains(region)
        && regions.stream()
            .allMatch(
                other ->
                    lost.contains(other)
                        || !network.way(region, other).isCut()
                            && !network.way(other, region).isCut());
  }

  /**
   * A region that was lost is there again with other machines: its node was ended and starts anew,
   * and its server begins as a follower of the present writer.
   *
   * @return what the former writer had that was never replicated
   */
  Set<Write.Key> isReplaced(Region region) {
    database.thaw(region);
    final Set<Write.Key> tail = database.tail(region);
    nodes.get(region).close();
    long back = chronicle.note("replaced " + region);
    network.silence(region, false);
    lost.remove(region);
    database.rebuild(region);
    // Their sessions ended with their node.
    List<IdleClient> ended = idle.stream().filter(c -> c.region().equals(region)).toList();
    ended.forEach(IdleClient::ask);
    idle.removeAll(ended);
    node(region);
    nodes.get(region).awaitServing();
    happens(RdsEvent.RESYNCHRONISED, region);
    Await.until(region + " is well again", PATIENCE, () -> isWell(region), this::nodesSaid);
    // Those of before have gone elsewhere, and stay there as long as their connections last.
    Names names = new Names(this, 120);
    working(region, 2, names, names);
    awaitWrites(List.of(region), database.writer(), back);
    return tail;
  }

  /**
   * Nothing gets from one region to another for a while; both go on by themselves.
   *
   * @param ways each from the first to the second
   */
  List<Figures> cutLine(String event, Duration length, List<List<Region>> ways) {
    long began = chronicle.note(event);
    ways.forEach(way -> network.cut(way.get(0), way.get(1), true));
    LockSupport.parkNanos(length.toNanos());
    ways.forEach(way -> network.cut(way.get(0), way.get(1), false));
    long whole = chronicle.note("whole");
    awaitWrites(regions, database.writer(), whole);
    return Figures.of(event, regions, history, began, database.writer().instance(), whole);
  }

  private void awaitWrites(List<Region> from, Region to, long since) {
    for (Region region : from) {
      Await.until(
          "clients of " + region + " write to " + to,
          PATIENCE,
          () -> history.hasWritten(region, to.instance(), since),
          this::nodesSaid);
    }
  }

  /** No process of a region has a connection to another one but over a line. */
  void assertNothingCrossesByItself() throws IOException {
    List<String> found = new ArrayList<>();
    for (Region region : regions) {
      for (long pid : List.of(nodes.get(region).pid(), database.server(region).pid())) {
        found.addAll(Border.crossedBy(ProcessHandle.of(pid).orElseThrow(), region, Set.of()));
      }
    }
    if (!found.isEmpty()) {
      throw new AssertionError(String.join("\n", found));
    }
  }

  @Override
  public void close() {
    clients.forEach(WorkingClient::end);
    balancers.values().forEach(RegionBalancer::close);
    nodes.values().forEach(RegionNode::close);
    functions.values().forEach(LambdaProcess::close);
    apis.values().forEach(RegionalRds::close);
    network.close();
    stores.values().forEach(RedisProcess::close);
    database.close();
    rds.close();
    events.shutdownNow();
    aws.takeCredentialsBack();
  }
}
