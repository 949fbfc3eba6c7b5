package dev.heimdall.test.aws;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of the RDS API as is asked about clusters: filters, pages, refusals; regions, which each
 * have clusters of their own; and global clusters, which are switched over and fail over as the
 * documentation of these actions has it.
 */
public final class FakeRds implements AutoCloseable {
  public static final String ACCOUNT = "123456789012";
  private static final String ANY = "*";
  private static final Region NOTHING = new Region(List.of(), List.of());
  private static final Pattern SCOPE = Pattern.compile("Credential=[^/]+/[0-9]+/([a-z0-9-]+)/rds/");

  private final FakeService service = new FakeService(this::handle);
  private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
  private final List<Long> asked = new CopyOnWriteArrayList<>();
  private final Set<String> denied = ConcurrentHashMap.newKeySet();
  private final Set<String> lost = ConcurrentHashMap.newKeySet();
  private final Map<String, Region> regions = new ConcurrentHashMap<>();
  private volatile List<Global> globals = List.of();
  private volatile String engine = "aurora-postgresql";
  private volatile String database = "";
  private volatile Manner manner = Manner.WELL;
  private volatile int page = 100;
  private volatile CyclicBarrier meeting;

  /** How it answers. */
  public enum Manner {
    WELL,
    THROTTLING,
    /** Not at all. */
    SILENT,
    /** With something that is no XML. */
    GARBAGE,
    /** With XML that breaks off. */
    HALF,
    /** With what a load balancer says. */
    UNAVAILABLE,
    /** With a marker on each page. */
    ENDLESS
  }

  /**
   * A cluster.
   *
   * @param members names of instances, the writer first
   */
  public record Cluster(
      String name,
      String status,
      int port,
      List<String> members,
      String resource,
      String localForwarding,
      String globalForwarding) {
    public Cluster(String name, String status, int port, List<String> members) {
      this(name, status, port, members, "cluster-" + name.toUpperCase(Locale.ROOT));
    }

    public Cluster(String name, String status, int port, List<String> members, String resource) {
      this(name, status, port, members, resource, "", "");
    }

    /** The same with these states of write forwarding, in the API's words; empty: none is said. */
    public Cluster forwarding(String local, String global) {
      return new Cluster(name, status, port, members, resource, local, global);
    }

    public static String arn(String region, String name) {
      return "arn:aws:rds:" + region + ":" + ACCOUNT + ":cluster:" + name;
    }
  }

  /** What a region has. */
  private record Region(List<Cluster> clusters, List<Instance> instances) {}

  /**
   * A global cluster.
   *
   * @param members ARNs of clusters, the writer first
   * @param moving what is under way: a status such as {@code switching-over}; empty for nothing
   * @param to who is to write then
   */
  public record Global(String name, List<String> members, String moving, String to) {
    public Global(String name, List<String> members) {
      this(name, members, "", "");
    }

    public String arn() {
      return "arn:aws:rds::" + ACCOUNT + ":global-cluster:" + name;
    }

    Global moving(String how, String target) {
      return new Global(name, members, how, target);
    }

    Global moved() {
      List<String> next = new ArrayList<>(List.of(to));
      members.stream().filter(member -> !member.equals(to)).forEach(next::add);
      return new Global(name, next);
    }
  }

  /**
   * An instance.
   *
   * @param cluster empty for one that stands alone
   * @param source of a replica; else empty
   * @param host empty while it has no address
   */
  public record Instance(
      String name,
      String cluster,
      String source,
      List<String> replicas,
      String host,
      int port,
      String zone,
      String status) {
    Instance becomes(String other) {
      return new Instance(name, cluster, source, replicas, host, port, zone, other);
    }
  }

  public URI uri() {
    return service.uri();
  }

  /** In all regions of which nothing else is said. */
  void has(List<Cluster> nextClusters, List<Instance> nextInstances) {
    has(ANY, nextClusters, nextInstances);
  }

  public void has(String region, List<Cluster> nextClusters, List<Instance> nextInstances) {
    regions.put(region, new Region(nextClusters, nextInstances));
  }

  public void hasGlobals(List<Global> next) {
    globals = next;
  }

  /** Whatever is under way comes to its end. */
  public void completeMoves() {
    globals = globals.stream().map(g -> g.moving().isEmpty() ? g : g.moved()).toList();
  }

  List<Instance> instances() {
    return regions.get(ANY).instances();
  }

  /** The region that a request is signed for. */
  public static String region(HttpExchange exchange) {
    Matcher scope =
        SCOPE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    return scope.find() ? scope.group(1) : ANY;
  }

  /** All have this engine, in the API's words, and were created with this database. */
  public void made(String ofEngine, String withDatabase) {
    engine = ofEngine;
    database = withDatabase;
  }

  public void answers(Manner next) {
    manner = next;
  }

  /** A region that is lost takes connections and answers nothing over them. */
  public void loses(String region) {
    lost.add(region);
  }

  void pagesOf(int entries) {
    page = entries;
  }

  /** Tells nobody of clusters before so many have asked. */
  void tellsTogether(int askers) {
    meeting = new CyclicBarrier(askers);
  }

  /** Refuses an action, {@code DescribeDBClusters} for instance. */
  public void deny(String action) {
    denied.add(action);
  }

  void allow(String action) {
    denied.remove(action);
  }

  /** When the first request after a moment was made, both by {@link System#nanoTime}. */
  long firstAskedAfter(long moment) {
    return asked.stream().filter(at -> at - moment > 0).findFirst().orElseThrow();
  }

  /** All requests so far, each by its parameters. */
  public List<Map<String, String>> requests() {
    return requests;
  }

  long calls(String action) {
    return requests.stream().filter(request -> action.equals(request.get("Action"))).count();
  }

  /** Answers a request that came another way, too. */
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Map<String, String> request = new TreeMap<>();
      for (String parameter : body.split("&", -1)) {
        String[] parts = parameter.split("=", 2);
        request.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
      asked.add(System.nanoTime());
      requests.add(request);
      if (lost.contains(region(exchange))) {
        service.keepSilent();
        return;
      }
      CyclicBarrier all = meeting;
      if (all != null && "DescribeDBClusters".equals(request.get("Action"))) {
        all.await(60, TimeUnit.SECONDS);
      }
      answer(exchange, request);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IOException("some have not asked", e);
    }
  }

  /** Answers as it does those who have asked too often. */
  public static void throttle(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      send(exchange, 400, error("Throttling", "Rate exceeded"));
    }
  }

  private void answer(HttpExchange exchange, Map<String, String> request) throws IOException {
    String action = request.get("Action");
    if (denied.contains(action)) {
      send(exchange, 403, error("AccessDenied", "User: u is not authorized to perform: " + action));
      return;
    }
    switch (manner) {
      case THROTTLING -> send(exchange, 400, error("Throttling", "Rate exceeded"));
      case SILENT -> service.keepSilent();
      case GARBAGE -> send(exchange, 200, "\u0000\u0001 no XML at all");
      case HALF -> {
        String whole = whole(region(exchange), action, request);
        send(exchange, 200, whole.substring(0, whole.length() / 2));
      }
      case UNAVAILABLE -> send(exchange, 503, "<html>try again later</html>");
      case WELL, ENDLESS -> send(exchange, 200, whole(region(exchange), action, request));
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    FakeService.send(exchange, status, "text/xml", text);
  }

  private static String error(String code, String message) {
    return "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error>"
        + "<Type>Sender</Type>"
        + element("Code", code)
        + element("Message", message)
        + "</Error><RequestId>1</RequestId></ErrorResponse>";
  }

  private String whole(String name, String action, Map<String, String> request) {
    List<String> entries = new ArrayList<>();
    Region region = regions.getOrDefault(name, regions.getOrDefault(ANY, NOTHING));
    String list =
        switch (action) {
          case "DescribeDBClusters" -> "DBClusters";
          case "DescribeGlobalClusters" -> "GlobalClusters";
          default -> "DBInstances";
        };
    if (action.endsWith("overGlobalCluster")) {
      return response(action, xml("GlobalCluster", move(action, request)));
    } else if (list.equals("GlobalClusters")) {
      globals.stream()
          .filter(
              global ->
                  request
                      .getOrDefault("GlobalClusterIdentifier", global.name())
                      .equals(global.name()))
          .forEach(global -> entries.add(xml("GlobalClusterMember", global)));
    } else if (list.equals("DBClusters")) {
      region.clusters().stream()
          .filter(cluster -> wanted(request, "db-cluster-id", cluster.name()))
          .forEach(cluster -> entries.add(xml(name, cluster)));
    } else {
      region.instances().stream()
          .filter(
              instance ->
                  wanted(request, "db-cluster-id", instance.cluster())
                      && wanted(request, "db-instance-id", instance.name()))
          .forEach(instance -> entries.add(xml(name, instance)));
    }
    int from = Integer.parseInt(request.getOrDefault("Marker", "0"));
    int to = Math.min(entries.size(), from + page);
    String marker =
        manner == Manner.ENDLESS
            ? element("Marker", "0")
            : to < entries.size() ? element("Marker", "" + to) : "";
    return response(action, marker + element(list, String.join("", entries.subList(from, to))));
  }

  private static String response(String action, String content) {
    return "<%1$sResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><%1$sResult>"
            .formatted(action)
        + content
        + "</%1$sResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%1$sResponse>"
            .formatted(action);
  }

  /** Begins it; the answer is the global cluster as it is from now on. */
  private Global move(String action, Map<String, String> request) {
    String how = action.startsWith("Switchover") ? "switching-over" : "failing-over";
    String to = request.get("TargetDbClusterIdentifier");
    globals =
        globals.stream()
            .map(
                global ->
                    global.name().equals(request.get("GlobalClusterIdentifier"))
                        ? global.moving(how, to)
                        : global)
            .toList();
    return globals.stream().filter(global -> global.to().equals(to)).findFirst().orElseThrow();
  }

  private String xml(String element, Global global) {
    StringBuilder members = new StringBuilder();
    for (String member : global.members()) {
      boolean writer = global.members().indexOf(member) == 0;
      members.append(
          element(
              "GlobalClusterMember",
              element("DBClusterArn", member)
                  + element("IsWriter", "" + writer)
                  + element("SynchronizationStatus", "connected")
                  + element("GlobalWriteForwardingStatus", writer ? "disabled" : "enabled")));
    }
    boolean moves = !global.moving().isEmpty();
    String content =
        element("GlobalClusterIdentifier", global.name())
            + element("GlobalClusterArn", global.arn())
            + element("Engine", engine)
            + element("Status", moves ? global.moving() : "available")
            + element("GlobalClusterMembers", members.toString())
            + (moves
                ? element(
                    "FailoverState",
                    element("Status", global.moving())
                        + element("FromDbClusterArn", global.members().get(0))
                        + element("ToDbClusterArn", global.to())
                        + element("IsDataLossAllowed", "" + global.moving().equals("failing-over")))
                : "");
    return element(element, content);
  }

  private static boolean wanted(Map<String, String> request, String filter, String value) {
    for (int i = 1; request.containsKey("Filters.Filter." + i + ".Name"); i++) {
      String prefix = "Filters.Filter." + i;
      if (request.get(prefix + ".Name").equals(filter)) {
        return request.entrySet().stream()
            .anyMatch(e -> e.getKey().startsWith(prefix + ".Values") && e.getValue().equals(value));
      }
    }
    return true;
  }

  private String xml(String region, Cluster cluster) {
    StringBuilder members = new StringBuilder();
    int tier = 0;
    for (String member : cluster.members()) {
      members.append(
          element(
              "DBClusterMember",
              element("DBInstanceIdentifier", member)
                  + element("IsClusterWriter", "" + (tier == 0))
                  + element("PromotionTier", "" + tier++)));
    }
    return element(
        "DBCluster",
        element("DBClusterIdentifier", cluster.name())
            + element("DBClusterArn", Cluster.arn(region, cluster.name()))
            + element("DbClusterResourceId", cluster.resource())
            + element("Engine", engine)
            + element("Status", cluster.status())
            + optional("DatabaseName", database)
            + element("Port", "" + cluster.port())
            + optional("LocalWriteForwardingStatus", cluster.localForwarding())
            + optional("GlobalWriteForwardingStatus", cluster.globalForwarding())
            + element("DBClusterMembers", members.toString()));
  }

  private String xml(String region, Instance instance) {
    StringBuilder replicas = new StringBuilder();
    instance
        .replicas()
        .forEach(r -> replicas.append(element("ReadReplicaDBInstanceIdentifier", r)));
    return element(
        "DBInstance",
        element("DBInstanceIdentifier", instance.name())
            + element(
                "DBInstanceArn", "arn:aws:rds:" + region + ":" + ACCOUNT + ":db:" + instance.name())
            + element("DbiResourceId", "db-" + instance.name())
            + element("Engine", engine)
            + optional("DBName", database)
            + element("DBInstanceStatus", instance.status())
            + element("AvailabilityZone", instance.zone())
            + optional("DBClusterIdentifier", instance.cluster())
            + optional("ReadReplicaSourceDBInstanceIdentifier", instance.source())
            + element("ReadReplicaDBInstanceIdentifiers", replicas.toString())
            + (instance.host().isEmpty()
                ? ""
                : element(
                    "Endpoint",
                    element("Address", instance.host()) + element("Port", "" + instance.port()))));
  }

  private static String optional(String name, String content) {
    return content.isEmpty() ? "" : element(name, content);
  }

  private static String element(String name, String content) {
    return "<" + name + ">" + content + "</" + name + ">";
  }

  @Override
  public void close() {
    service.close();
  }
}
