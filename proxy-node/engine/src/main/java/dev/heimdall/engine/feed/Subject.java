package dev.heimdall.engine.feed;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.ClusterDescription;
import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.MergedTopology;
import dev.heimdall.routing.MisplacedCluster;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import dev.heimdall.routing.WriteForwarding;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The subscribed cluster.
 *
 * @param arn by which it is found in all documents
 * @param includes whether a host can be one of its servers, which are in these regions
 * @param place by which it is found in the document of the nodes of its region
 */
public record Subject(
    Optional<String> arn,
    BiPredicate<String, Collection<String>> includes,
    Optional<RdsPlace> place) {
  /** Text in the name of a global cluster's writer, in the place of a region in other names. */
  private static final List<String> GLOBAL = List.of("global");

  private static final Pattern NODES = Pattern.compile("nodes-((?:[a-z]+-)+[0-9]+)(?:-[0-9a-f]+)?");

  /** The one that a data source is. */
  public static Subject of(DataSource source) {
    return new Subject(source.cluster().arn(), source::includes, source.rdsPlace());
  }

  /** The one that an ARN names, of which nothing else is known. */
  public static Subject of(String arn) {
    return new Subject(Optional.of(arn), (host, regions) -> true, Optional.empty());
  }

  /**
   * Name of the writer of the document that holds the results of the nodes' own queries at a place.
   */
  public static String nodesAt(String region, Optional<URI> endpoint) {
    return "nodes-"
        + region
        + endpoint.map(at -> "-" + Integer.toHexString(at.hashCode())).orElse("");
  }

  /**
   * Region where AWS was queried for a document: results of the nodes' own queries there do not
   * count as another source.
   */
  static String region(String source) {
    Matcher nodes = NODES.matcher(source);
    return nodes.matches() ? nodes.group(1) : source;
  }

  /**
   * Its servers, as far as reported: what all documents tell together of its ARN, else what the
   * nodes of its region have been told. A server by a name that it cannot have is left out: a
   * server that is asked for its role also gets a password.
   */
  Optional<List<RdsServer>> told(HeardDocuments heard) {
    return arn.flatMap(name -> MergedTopology.of(name, heard.received()))
        .map(told -> new Answer(told, told.source().map(this::own).orElse(false)))
        .or(() -> heard.known().stream().filter(this::own).findFirst().flatMap(this::byName))
        .map(this::servers);
  }

  /** Cluster that cannot be it, as it is reported in another region than its ARN names. */
  Optional<MisplacedCluster> misplaced(HeardDocuments heard) {
    return arn.flatMap(name -> MisplacedCluster.of(name, heard.received()));
  }

  /** Combined report of all documents on its ARN. */
  Optional<ClusterDescription> description(HeardDocuments heard) {
    return arn.flatMap(name -> ClusterDescription.of(name, heard.received()));
  }

  /**
   * Report of documents on the global cluster that it is; empty where it is none, and none of them
   * knows it. An endpoint by a name that it cannot have is left out.
   */
  Optional<GlobalSaid> global(HeardDocuments heard) {
    return arn.flatMap(name -> MergedTopology.global(name, heard.received()))
        .map(
            believed ->
                new GlobalSaid(
                    believed.writerRegion(),
                    believed.writerSince(),
                    believed.endpoint().filter(host -> includes.test(host, GLOBAL)),
                    believed.failover(),
                    believed.members().stream()
                        .map(TopologyGlobal.Member::region)
                        .distinct()
                        .sorted()
                        .toList(),
                    heard.known().stream()
                        .flatMap(known -> answer(known, believed.arn()))
                        .toList()));
  }

  /**
   * Write forwarding by readers of the cluster, or of each member of the global one, as far as
   * anything is known of that.
   */
  List<WriteForwarding.Of> forwarding(HeardDocuments heard) {
    List<WriteForwarding.Of> byArn =
        arn.map(name -> MergedTopology.forwarding(name, heard.received())).orElse(List.of());
    return byArn.isEmpty()
        ? heard.known().stream()
            .filter(this::own)
            .flatMap(known -> known.document().clusters().stream())
            .filter(cluster -> cluster.is(name()))
            .map(TopologyCluster::writeForwarding)
            .filter(of -> of.forwarding().known())
            .toList()
        : byArn;
  }

  /** Name that RDS gives it at its place. */
  private RdsName name() {
    return new RdsName(place.orElseThrow().name(), place.get().cluster());
  }

  private static Stream<GlobalSaid.Answer> answer(KnownDocument known, String arn) {
    TopologyDocument document = known.document();
    return document.global(arn).stream()
        .map(
            one ->
                new GlobalSaid.Answer(
                    region(document.source()), one.writerRegion(), one.asked(), known.at()));
  }

  /**
   * Report of a document.
   *
   * @param own whether nodes have asked for it by this cluster's place
   */
  private record Answer(TopologyDocument.ReportedCluster told, boolean own) {}

  private boolean own(KnownDocument known) {
    return own(known.document().source());
  }

  private boolean own(String source) {
    return place.map(at -> nodesAt(at.region(), at.endpoint())).filter(source::equals).isPresent();
  }

  private Optional<Answer> byName(KnownDocument known) {
    boolean elsewhere =
        arn.isPresent()
            && known.document().clusters().stream()
                .anyMatch(one -> one.is(name()) && one.misplaced());
    return elsewhere
        ? Optional.empty()
        : known.document().told(name()).map(told -> new Answer(told, true));
  }

  private List<RdsServer> servers(Answer answer) {
    return answer.told().servers().stream()
        .filter(server -> server.host().map(host -> can(host, answer)).orElse(true))
        .toList();
  }

  private boolean can(String host, Answer answer) {
    return answer.own()
        ? place.orElseThrow().includes(host)
        : includes.test(host, answer.told().regions());
  }
}
