package dev.heimdall.model;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Checks of dependencies between the settings of a cluster, its data source and its driver. */
final class ClusterChecks {
  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)+");

  private final DataSource source;
  private final Reading in;

  ClusterChecks(DataSource source, Reading in) {
    this.source = source;
    this.in = in;
  }

  /** Checks a source by itself. */
  void all() {
    if (!in.sound("$.url", "$.cluster.kind")) {
      return;
    }
    api();
    kind();
    partition();
    region();
    global();
    fence();
    staleReads();
    if (source.cluster().watched()) {
      servers();
      whoAsks();
      names();
      nodes();
      intervals();
    } else if (in.sound("$.cluster.arn") && source.cluster().arn().isPresent()) {
      in.problem("$.cluster.arn", JsonValue.quote(source.cluster().arn().get()), kinds(""));
    } else if (source.hosts().size() > 1) {
      in.problem(
          "$.url",
          source.hosts().size() + " hosts",
          "exactly one host: write a data source for each server" + kinds(", or "));
    }
  }

  private String kinds(String before) {
    Engine engine = source.engine();
    return engine.replicated() == ClusterKind.NONE
        ? (before.isEmpty() ? "nothing" : "")
            + ", because nodes know no clusters of the engine "
            + JsonValue.quote(engine.spelling())
        : before
            + "a \"kind\" of \"cluster\", such as "
            + JsonValue.quote(engine.replicated().spelling())
            + " for a primary with its replicas";
  }

  private void kind() {
    ClusterKind kind = source.cluster().kind();
    if (in.sound("$.engine") && !source.engine().kinds().contains(kind)) {
      List<String> others =
          Arrays.stream(ClusterKind.values())
              .filter(source.engine().kinds()::contains)
              .map(other -> JsonValue.quote(other.spelling()))
              .toList();
      in.problem(
          "$.cluster.kind",
          JsonValue.quote(kind.spelling()),
          "one of "
              + String.join(", ", others)
              + ", because the engine is "
              + JsonValue.quote(source.engine().spelling()));
    }
  }

  private void servers() {
    Set<ServerAddress> seen = new HashSet<>();
    for (ServerAddress server : source.hosts()) {
      if (!seen.add(server)) {
        in.problem("$.url", server + " again", "each host only once");
        return;
      }
    }
  }

  private void whoAsks() {
    ProbeSettings probe = source.cluster().probe();
    if (in.sound("$.cluster.probe.user", "$.cluster.probe.password")
        && probe.password().isPresent()
        && probe.user().isEmpty()) {
      in.problem("$.cluster.probe.user", "nothing", "a user for \"cluster.probe.password\"");
    } else if (in.sound("$.user", "$.cluster.probe.user", "$.credentials.secret")
        && probe.user().isEmpty()
        && !source.hasLogin()) {
      in.problem(
          "$.cluster.probe.user",
          "nothing",
          "somebody who asks the servers what they are, here or as the source's \"user\"");
    }
  }

  /** Checks the settings for the addresses of servers whose names are known. */
  private void names() {
    if (source.cluster().kind() != ClusterKind.AURORA
        || !in.sound(
            "$.cluster.global",
            "$.cluster.arn",
            "$.cluster.hostPattern",
            "$.cluster.hostPatterns")) {
      return;
    }
    patterns();
    if (source.hostPattern().isPresent() || source.cluster().ofGlobalCluster()) {
      return;
    }
    if (RdsHost.ofGlobalCluster(source.host())) {
      // It leads to the writer, wherever that is, and does not say where the others are.
      in.problem(
          "$.cluster.global",
          source.cluster().arn().map(JsonValue::quote).orElse("nothing")
              + " with the endpoint of a global cluster",
          "the ARN of the global cluster, or a \"hostPattern\" for servers of one region");
    } else {
      in.problem(
          "$.cluster.hostPattern",
          "nothing, and a \"url\" that is no name of RDS",
          Format.HOST_PATTERN.expected() + ": Aurora tells names of servers, not where they are");
    }
  }

  private void patterns() {
    if (!source.cluster().hostPatterns().isEmpty() && !source.cluster().ofGlobalCluster()) {
      in.problem(
          "$.cluster.hostPatterns",
          "patterns of regions",
          "\"global\" beside it, or one \"hostPattern\": other clusters have one region");
    }
    source
        .cluster()
        .hostPatterns()
        .forEach(
            (region, pattern) -> {
              String path = Reading.member("$.cluster.hostPatterns", region);
              Optional<String> its = RdsHost.region(RdsHost.withoutPort(pattern));
              if (!REGION.matcher(region).matches()) {
                in.problem(
                    path,
                    "the region " + JsonValue.quote(region),
                    "the name of an AWS region, such as \"eu-west-1\"");
              } else if (its.isPresent() && !its.get().equals(region)) {
                in.problem(
                    path,
                    JsonValue.quote(pattern) + ", whose region is " + JsonValue.quote(its.get()),
                    "a pattern of " + JsonValue.quote(region));
              }
            });
  }

  private Optional<String[]> arnParts() {
    return source.cluster().arn().map(arn -> arn.split(":", -1));
  }

  /** No region's API knows clusters of another partition of AWS. */
  private void partition() {
    if (!in.sound("$.cluster.global", "$.cluster.arn", "$.cluster.api.region")) {
      return;
    }
    ClusterSettings cluster = source.cluster();
    Optional<String[]> parts = arnParts();
    String partition = parts.map(all -> all[1]).orElse("");
    parts
        .map(all -> all[3])
        .filter(region -> !region.isEmpty() && !partition.equals(RdsHost.partition(region)))
        .ifPresent(
            region ->
                in.problem(
                    "$.cluster.arn",
                    JsonValue.quote(cluster.arn().orElseThrow()),
                    "an ARN that begins with \"arn:"
                        + RdsHost.partition(region)
                        + ":\", as "
                        + region
                        + " is in that partition"));
    cluster
        .api()
        .region()
        .filter(region -> parts.isPresent() && !partition.equals(RdsHost.partition(region)))
        .ifPresent(
            region ->
                in.problem(
                    "$.cluster.api.region",
                    JsonValue.quote(region) + " with an ARN of the partition " + partition,
                    "a region of that partition"));
  }

  /** A cluster of one region is in that of its ARN, whatever else is written. */
  private void region() {
    if (!in.sound("$.cluster.global", "$.cluster.arn", "$.cluster.api.region")) {
      return;
    }
    String region = arnParts().map(all -> all[3]).orElse("");
    if (region.isEmpty()) {
      return;
    }
    source
        .cluster()
        .api()
        .region()
        .filter(one -> !one.equals(region))
        .filter(one -> RdsHost.partition(one).equals(RdsHost.partition(region)))
        .ifPresent(
            one ->
                in.problem(
                    "$.cluster.api.region",
                    JsonValue.quote(one) + " with an ARN of " + region,
                    JsonValue.quote(region) + ", or nothing"));
    List<String> hosts =
        source.hosts().stream().flatMap(one -> RdsHost.region(one.host()).stream()).toList();
    if (in.arnAlone().isEmpty() && !hosts.isEmpty() && !hosts.contains(region)) {
      in.problem(
          "$.cluster.arn",
          JsonValue.quote(source.cluster().arn().orElseThrow())
              + " with a \"url\" in "
              + hosts.get(0),
          "an ARN of " + hosts.get(0) + ", or a \"url\" of " + region);
    }
  }

  /** Checks that no other setting contradicts the one that makes the source a global cluster. */
  private void global() {
    ClusterSettings cluster = source.cluster();
    if (!cluster.ofGlobalCluster() || !in.sound("$.cluster.global", "$.cluster.arn")) {
      return;
    }
    if (!cluster.arn().equals(cluster.global())) {
      in.problem(
          "$.cluster.arn",
          JsonValue.quote(cluster.arn().orElseThrow()) + " beside another \"global\"",
          "nothing: \"global\" says which cluster it is");
    }
    // Servers that are asked as those of RDS are told of by documents all the same.
    if (!cluster.kind().ofRds()) {
      in.problem(
          "$.cluster.kind",
          JsonValue.quote(cluster.kind().spelling()) + " with the ARN of a global cluster",
          "\"aurora\", or nothing: only Aurora has global clusters");
    }
  }

  /** Checks the fence: the confirmation of the writer comes from another region. */
  private void fence() {
    Duration fence = source.cluster().failover().fence();
    if (in.sound("$.cluster.failover.fence", "$.cluster.global", "$.cluster.arn")
        && !fence.isZero()
        && !source.cluster().ofGlobalCluster()) {
      in.problem(
          "$.cluster.failover.fence",
          JsonValue.quote(NumberTypes.Time.text(fence.toMillis()))
              + " with a cluster of one region",
          "\"0\", or the ARN of a global cluster in \"global\": another region has to confirm"
              + " the writer");
    }
  }

  /** Strict reads miss no acknowledged write, so that they cannot be stale. */
  private void staleReads() {
    Duration staleReads = source.cluster().failover().staleReads();
    if (in.sound("$.cluster.failover.staleReads", "$.cluster.consistency")
        && !staleReads.isZero()
        && source.cluster().consistency() == Consistency.STRICT) {
      in.problem(
          "$.cluster.failover.staleReads",
          JsonValue.quote(NumberTypes.Time.text(staleReads.toMillis()))
              + " with the consistency \"strict\"",
          "\"0\", or the consistency \"fleet\" or \"session\": with \"strict\" no read misses"
              + " what was acknowledged");
    }
  }

  private void api() {
    ClusterSettings cluster = source.cluster();
    if (!in.sound("$.cluster.api") || cluster.api().use() != ApiUse.ON) {
      return;
    }
    if (!cluster.kind().ofRds()) {
      in.problem(
          "$.cluster.api.use",
          "\"on\" with the kind " + JsonValue.quote(cluster.kind().spelling()),
          "\"rds\", \"rds-multi-az\" or \"aurora\" as \"kind\": the API knows of no others");
    } else if (source.rdsPlace().isEmpty() && source.globalPlace().isEmpty()) {
      in.problem(
          "$.cluster.api.use",
          "\"on\", and a \"url\" that does not say what RDS calls the cluster, or where it is",
          "\"identifier\" and \"region\" beside it");
    }
  }

  private void nodes() {
    Set<ServerAddress> seen = new HashSet<>();
    List<ClusterNode> nodes = source.cluster().nodes();
    for (int i = 0; i < nodes.size(); i++) {
      String path = "$.cluster.nodes[" + i + "].address";
      if (in.sound(path) && !seen.add(nodes.get(i).server())) {
        in.problem(path, nodes.get(i).server() + " again", "each server only once");
      }
    }
  }

  private void intervals() {
    ProbeSettings probe = source.cluster().probe();
    atMost("failedInterval", probe.failedInterval(), "interval", probe.interval(), "probe");
    BalanceSettings balance = source.cluster().balance();
    atMost("ejectFor", balance.ejectFor(), "ejectAtMost", balance.ejectAtMost(), "balance");
  }

  private void atMost(String name, Duration value, String limit, Duration most, String of) {
    String at = "$.cluster." + of + ".";
    if (in.sound(at + name, at + limit) && value.compareTo(most) > 0) {
      in.problem(
          at + name,
          JsonValue.quote(NumberTypes.Time.text(value.toMillis())),
          "not more than \"" + limit + "\", which is " + NumberTypes.Time.text(most.toMillis()));
    }
  }

  /** Checks a driver by itself. */
  static void driver(Driver driver, Reading in) {
    DocumentChecks.name(driver.name(), in);
    if (in.sound("$.writerUrl", "$.readerUrl")
        && driver.writerTemplate().dialect() != driver.readerTemplate().dialect()) {
      in.problem(
          "$.readerUrl",
          JsonValue.quote(driver.readerUrl()),
          "a URL for the same kind of database as \"writerUrl\"");
    }
  }

  /** Checks a source together with its driver. */
  static void used(DataSource source, Reading in, Map<String, Document<Driver>> documents) {
    if (!in.sound("$.driver", "$.engine")) {
      return;
    }
    Map<String, Driver> builtIn = Driver.builtIn();
    Document<Driver> document = documents.get(source.driverName());
    if (document == null && !builtIn.containsKey(source.driverName())) {
      Set<String> names = new TreeSet<>(builtIn.keySet());
      names.addAll(documents.keySet());
      in.problem(
          "$.driver",
          JsonValue.quote(source.driverName()),
          "the name of a document in drivers, or of a built-in driver" + CrossChecks.known(names),
          in.nearest(source.driverName(), names));
      return;
    }
    Optional<Driver> driver =
        document == null
            ? Optional.of(builtIn.get(source.driverName()))
            : document.value().filter(d -> document.in().sound("$.writerUrl", "$.readerUrl"));
    driver.ifPresent(found -> fits(source, in, found));
  }

  private static void fits(DataSource source, Reading in, Driver driver) {
    UrlDialect dialect = driver.writerTemplate().dialect();
    if (!dialect.spelling().equals(source.engine().spelling())) {
      in.problem(
          "$.driver",
          JsonValue.quote(source.driverName()) + ", a driver with URLs of another engine",
          "a driver for the engine " + JsonValue.quote(source.engine().spelling()));
      return;
    }
    if (source.cluster().watched()
        && in.sound("$.cluster.readEndpoint", "$.url")
        && source.readEndpoint().isEmpty()
        && driver.readerTemplate().uses(TemplateVariable.READ_ENDPOINT)) {
      in.problem(
          "$.cluster.readEndpoint",
          "nothing, and a \"url\" that is no cluster endpoint of RDS",
          "what ${readEndpoint} of the driver "
              + JsonValue.quote(source.driverName())
              + " stands for: "
              + Format.SERVER.expected());
    }
  }
}
