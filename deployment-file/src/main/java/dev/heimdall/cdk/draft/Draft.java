package dev.heimdall.cdk.draft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.config.OwnFacts;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DocumentText;
import dev.heimdall.model.Engine;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A first deployment: its file, and the first documents of each region's nodes. Ports and users of
 * a database are the same in all regions.
 */
public final class Draft {
  /** More addresses have no numbers for nodes; see {@code peerNetworks}. */
  private static final int MOST_ADDRESSES = 32_000;

  private static final String RECORD = "db";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String fleet;
  private final List<DraftRegion> regions;
  private final Join join;
  private final Optional<String> zone;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, String> users = new LinkedHashMap<>();
  private final Optional<SharedDocuments> shared;

  /**
   * Works out ports and users.
   *
   * @param join how the networks of several regions are connected
   * @param zone where a name leads to the nearest region's nodes
   */
  public Draft(String fleet, List<DraftRegion> regions, Join join, Optional<String> zone) {
    this.fleet = fleet;
    this.regions = List.copyOf(regions);
    this.join = join;
    this.zone = zone;
    for (DraftRegion region : regions) {
      for (DraftDatabase database : region.databases()) {
        ports.computeIfAbsent(database.document(), name -> freePort(database));
        users.computeIfAbsent(database.document(), name -> freeUser(database));
      }
    }
    shared =
        regions.size() > 1
            ? SharedDocuments.of(regions.stream().map(this::trees).toList())
            : Optional.empty();
  }

  private int freePort(DraftDatabase database) {
    int port = database.engine().port();
    while (ports.containsValue(port)) {
      port++;
    }
    return port;
  }

  /** Nodes know a user by name only, whatever it connects to. */
  private String freeUser(DraftDatabase database) {
    String user = database.access().logIn().user();
    return users.containsValue(user) ? user + "_" + database.document() : user;
  }

  /** Connection method for the networks of several regions. */
  public Join join() {
    return join;
  }

  /** The name that leads to the nearest region's nodes. */
  public Optional<String> name() {
    return zone.map(domain -> RECORD + "." + domain);
  }

  public List<DraftRegion> regions() {
    return regions;
  }

  /** The port that clients reach a database at. */
  public int port(DraftDatabase database) {
    return ports.get(database.document());
  }

  /** As whom clients log in to nodes there. */
  public String user(DraftDatabase database) {
    return users.get(database.document());
  }

  /**
   * The deployment file.
   *
   * @param documents the directory of {@link #directories}
   */
  public String file(String documents) {
    ObjectNode file = JSON.createObjectNode();
    file.put("fleetName", fleet);
    if (join != Join.NONE) {
      file.put("join", join.spelling());
    }
    zone.ifPresent(
        domain ->
            file.putObject("routing")
                .put("enabled", true)
                .put("zone", domain)
                .put("record", RECORD));
    ArrayNode all = file.putArray("regions");
    regions.forEach(region -> region(all.addObject(), region, documents));
    return DocumentText.of(file);
  }

  private void region(ObjectNode node, DraftRegion region, String documents) {
    node.put("region", region.region());
    ObjectNode network = node.putObject("network");
    if (region.vpc().isPresent()) {
      network.put("vpc", region.vpc().get());
      ArrayNode subnets = network.putArray("subnets");
      region.subnets().forEach(subnet -> subnets.add(subnet.id()));
      region.ways().addresses().ifPresent(one -> network.put("addresses", one.toString()));
      if (!region.ways().routeTables().isEmpty()) {
        region.ways().routeTables().forEach(network.putArray("routeTables")::add);
      }
    } else {
      network.put("addresses", region.addresses().get(0).toString());
    }
    peered(network, region.ways().peered());
    ObjectNode facts = facts(region);
    if (!facts.isEmpty()) {
      node.set("facts", facts);
    }
    ObjectNode nodes = node.putObject("fleet");
    ArrayNode open = nodes.putArray("ports");
    region.databases().forEach(database -> open.add(port(database)));
    networks(nodes.putArray("clients"), region.clients());
    if (!region.clientGroups().isEmpty()) {
      region.clientGroups().forEach(nodes.putArray("clientGroups")::add);
    }
    ObjectNode kept =
        node.putObject("documents")
            .put("initial", shared.isPresent() ? documents : documents + "/" + region.region());
    Set<String> secrets = new HashSet<>();
    region.databases().stream()
        .map(database -> database.access().logIn())
        .filter(logIn -> !logIn.managed() && secrets.add(logIn.secret()))
        .forEach(logIn -> kept.withArray("secrets").add(logIn.secret()));
    region.databases().stream()
        .flatMap(database -> database.access().certificate().stream())
        .filter(secrets::add)
        .forEach(secret -> kept.withArray("secrets").add(secret));
    region.databases().stream()
        .flatMap(database -> database.access().logIn().key().stream())
        .distinct()
        .forEach(key -> kept.withArray("secretKeys").add(key));
    List<DraftDatabase> here =
        region.databases().stream().filter(one -> one.identifier().isPresent()).toList();
    if (!here.isEmpty()) {
      ArrayNode databases = node.putArray("databases");
      here.forEach(database -> database(databases.addObject(), database));
    }
    if (region.subnets().size() == 1) {
      // Replicas of the store would be in another zone.
      node.putObject("cache").put("replicas", 0);
    }
  }

  private static void peered(ObjectNode network, List<DraftRegion.Peer> peered) {
    for (DraftRegion.Peer one : peered) {
      ObjectNode node =
          network
              .withArray("peered")
              .addObject()
              .put("vpc", one.vpc())
              .put("addresses", one.addresses().toString());
      if (!one.routeTables().isEmpty()) {
        one.routeTables().forEach(node.putArray("routeTables")::add);
      }
    }
  }

  private static void database(ObjectNode node, DraftDatabase database) {
    node.put(database.isCluster() ? "cluster" : "instance", database.identifier().orElseThrow());
    DraftLogIn logIn = database.access().logIn();
    if (logIn.iam()) {
      database.access().resource().ifPresent(resource -> node.put("resourceId", resource));
      node.putArray("iamUsers").add(logIn.user());
    }
    database.access().group().ifPresent(group -> node.put("securityGroup", group));
    if (database.port() != Engine.usual().port()) {
      node.put("port", database.port());
    }
  }

  /** Facts that documents refer to in a region, and that the deployment does not know. */
  private ObjectNode facts(DraftRegion region) {
    ObjectNode facts = JSON.createObjectNode();
    if (region.vpc().isPresent()) {
      if (peers(region.nodes())) {
        networks(facts.putArray(OwnFacts.SUBNETS), region.nodes());
      }
      networks(facts.putArray(OwnFacts.ADDRESSES), region.balancer());
    }
    shared.ifPresent(one -> one.facts(regions.indexOf(region)).forEach(facts::set));
    return facts;
  }

  /**
   * Returns the facts as a file, including those that the deployment knows and documents refer to.
   */
  public String judgedWith(DraftRegion region) {
    ObjectNode facts = facts(region);
    if (!facts.has(OwnFacts.ADDRESSES)) {
      networks(facts.putArray(OwnFacts.ADDRESSES), region.addresses());
    }
    return DocumentText.of(facts);
  }

  /**
   * The first documents, by name: of each region in a directory that is called like it, or of all
   * regions in one that has no name, where they differ in facts alone.
   */
  public SortedMap<String, SortedMap<String, String>> directories() {
    SortedMap<String, SortedMap<String, String>> directories = new TreeMap<>();
    if (shared.isPresent()) {
      directories.put("", texts(shared.get().documents()));
    } else {
      regions.forEach(region -> directories.put(region.region(), texts(trees(region))));
    }
    return directories;
  }

  /** The directory of a region's documents, below that of all. */
  public String directory(DraftRegion region) {
    return shared.isPresent() ? "" : region.region();
  }

  private static SortedMap<String, String> texts(SortedMap<String, ? extends JsonNode> trees) {
    SortedMap<String, String> texts = new TreeMap<>();
    trees.forEach((name, tree) -> texts.put(name, DocumentText.of(tree)));
    return texts;
  }

  private SortedMap<String, ObjectNode> trees(DraftRegion region) {
    SortedMap<String, ObjectNode> trees = new TreeMap<>();
    for (DraftDatabase database : region.databases()) {
      String file = database.document() + ".json";
      trees.put("sources/" + file, source(database, region));
      trees.put("vdbs/" + file, vdb(database));
      trees.put("users/" + user(database) + ".json", user(database.access().logIn(), file));
    }
    return trees;
  }

  private static boolean peers(Collection<Cidr> nodes) {
    return !nodes.isEmpty()
        && nodes.stream().mapToLong(one -> 1L << Integer.SIZE - one.prefix()).sum()
            <= MOST_ADDRESSES;
  }

  private static ObjectNode source(DraftDatabase database, DraftRegion region) {
    ObjectNode source = JSON.createObjectNode().put("url", database.url());
    DraftLogIn logIn = database.access().logIn();
    if (logIn.iam()) {
      source.put("user", logIn.user());
    }
    ObjectNode credentials = source.putObject("credentials");
    if (logIn.iam()) {
      credentials.put("iam", true);
    } else {
      credentials.put("secret", logIn.secret());
    }
    // Else the region is worked out from the name of RDS in the URL.
    if (!RdsEndpoint.of(database.host())
        .map(RdsEndpoint::region)
        .equals(Optional.of(region.region()))) {
      credentials.put("region", region.region());
    }
    if (database.kind() != ClusterKind.NONE) {
      ObjectNode cluster = source.putObject("cluster").put("kind", database.kind().spelling());
      database.arn().ifPresent(arn -> cluster.put("arn", arn));
    }
    return source;
  }

  private ObjectNode vdb(DraftDatabase database) {
    ObjectNode vdb = JSON.createObjectNode().put("source", database.document());
    vdb.putArray("ports").add(port(database));
    database
        .access()
        .certificate()
        .ifPresent(secret -> vdb.putObject("tls").putObject("certificate").put("secret", secret));
    if (database.isSelfSigned()) {
      vdb.putObject("tls").put("selfSigned", true);
    }
    ObjectNode proxy = vdb.putObject("proxyProtocol").put("enabled", true);
    proxy.putArray("trusted").add("${region." + OwnFacts.ADDRESSES + "}");
    return vdb;
  }

  private static ObjectNode user(DraftLogIn logIn, String file) {
    ObjectNode user = JSON.createObjectNode();
    user.putObject("password").put("secret", logIn.secret()).put("key", "password");
    user.putArray("vdbs").add(file.replace(".json", ""));
    return user;
  }

  private static void networks(ArrayNode array, Collection<Cidr> networks) {
    networks.forEach(network -> array.add(network.toString()));
  }
}
