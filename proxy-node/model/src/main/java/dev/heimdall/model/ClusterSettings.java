package dev.heimdall.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The cluster that a data source is, if it is more than one server. */
public record ClusterSettings(
    @Setting(
            value =
                "Whether the source is a cluster, and how its servers are found. With any other"
                    + " kind than `none`, `url` names one server of it or several, and which of"
                    + " them is the writer is asked of the servers themselves.",
            otherwise =
                "`aurora` with `global`; what the ARN is, where there is no `url`; else `none`")
        ClusterKind kind,
    @Setting(
            value =
                "The ARN of an Aurora global cluster: the source is all of it, in every region."
                    + " Nothing else is needed under `cluster`, and no `url`. If there is one, it"
                    + " counts: it names the global writer endpoint, endpoints of clusters or"
                    + " instances of any of its regions, or several of them. The same as a global"
                    + " cluster's ARN in `arn`.",
            format = Format.GLOBAL_ARN)
        Optional<String> global,
    @Setting(
            value =
                "The ARN of the cluster, of a global cluster, or of an RDS instance, by which"
                    + " topology documents tell of its servers (`topology` in `node.json`). Where"
                    + " the node hears them, it does not ask the RDS API itself, once it knows the"
                    + " cluster. Without `url` engine, port, database and servers follow from it.",
            format = Format.ARN)
        Optional<String> arn,
    @Setting(
            value = "Which statements that only read may be answered by replicas.",
            byDefault = "marked")
        ReadSplit reads,
    @Setting(
            value =
                "What such a read may not miss: what its own client wrote (`session`), any client"
                    + " of the node and, after the propagation delay, of the fleet (`fleet`), any"
                    + " client anywhere (`strict`).",
            byDefault = "fleet")
        Consistency consistency,
    @Setting(
            value =
                "With `aurora`: where a server is whose name is known. The name stands in place of"
                    + " `?`.",
            otherwise = "worked out from `url`, where its host is one of RDS's names",
            format = Format.HOST_PATTERN)
        Optional<String> hostPattern,
    @Setting(
            value =
                "With a global cluster: the same for each region, by the region's name. A server of"
                    + " a region for which no pattern is known is not asked. A `hostPattern` beside"
                    + " it counts for its own region, or for all others if it names none. Regions"
                    + " that are not named here: worked out from `url` and from topology documents,"
                    + " where those have a name of RDS there.",
            byDefault = "{}",
            format = Format.HOST_PATTERN)
        Map<String, String> hostPatterns,
    @Setting(
            value = "What `${writeEndpoint}` stands for.",
            otherwise = "the first host of `url`",
            format = Format.SERVER)
        Optional<String> writeEndpoint,
    @Setting(
            value = "What `${readEndpoint}` stands for.",
            otherwise = "worked out from `url`, where its host is the endpoint of an RDS cluster",
            format = Format.SERVER)
        Optional<String> readEndpoint,
    @Setting(value = "What is to be said of single servers.", byDefault = "[]")
        List<ClusterNode> nodes,
    @Setting("How the servers are asked what they are.") ProbeSettings probe,
    @Setting("How the RDS API is asked about them.") ApiSettings api,
    @Setting("How far behind a replica may be.") LagSettings lag,
    @Setting("How reads are spread over replicas.") BalanceSettings balance,
    @Setting("What happens to statements while there is no writer.") FailoverSettings failover) {
  private static final String GLOBAL = ":global-cluster:";

  public ClusterSettings {
    nodes = List.copyOf(nodes);
    hostPatterns = Collections.unmodifiableMap(new TreeMap<>(hostPatterns));
    global = global.isPresent() ? global : arn.filter(name -> name.contains(GLOBAL));
    arn = arn.isPresent() ? arn : global;
    if (kind == null) {
      kind = global.isPresent() ? ClusterKind.AURORA : ClusterKind.NONE;
    }
  }

  /** One of a single region, or whose {@code arn} is that of a global cluster. */
  public ClusterSettings(
      ClusterKind kind,
      Optional<String> arn,
      ReadSplit reads,
      Consistency consistency,
      Optional<String> hostPattern,
      Optional<String> writeEndpoint,
      Optional<String> readEndpoint,
      List<ClusterNode> nodes,
      ProbeSettings probe,
      ApiSettings api,
      LagSettings lag,
      BalanceSettings balance,
      FailoverSettings failover) {
    this(
        kind,
        Optional.empty(),
        arn,
        reads,
        consistency,
        hostPattern,
        Map.of(),
        writeEndpoint,
        readEndpoint,
        nodes,
        probe,
        api,
        lag,
        balance,
        failover);
  }

  /** Every setting at its default: no cluster. */
  public static ClusterSettings defaults() {
    return Shape.of(ClusterSettings.class).defaults();
  }

  /** True if there is a cluster to be watched. */
  public boolean watched() {
    return kind != ClusterKind.NONE;
  }

  /** Name of the global cluster in RDS. */
  Optional<String> globalName() {
    return global.map(arn -> arn.substring(arn.indexOf(GLOBAL) + GLOBAL.length()));
  }

  /** True if the cluster is one of several regions, by the ARN that names it. */
  public boolean ofGlobalCluster() {
    return global.isPresent();
  }
}
