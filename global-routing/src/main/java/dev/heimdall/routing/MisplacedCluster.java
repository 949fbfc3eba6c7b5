package dev.heimdall.routing;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A cluster that a document reports in another region than its ARN names: the answer was not of
 * that region's API, or the document was written by hand. It is no region's cluster.
 *
 * @param source whose document it is
 * @param region where it is reported
 */
public record MisplacedCluster(String source, String arn, String region) {
  /**
   * The first one that may be meant by an ARN, or by those of a global cluster's members.
   *
   * @param documents one of each source
   */
  public static Optional<MisplacedCluster> of(String arn, Collection<TopologyDocument> documents) {
    List<String> arns =
        MergedTopology.global(arn, documents)
            .map(global -> global.members().stream().map(TopologyGlobal.Member::cluster).toList())
            .orElse(List.of(arn));
    return documents.stream()
        .flatMap(
            document ->
                document.clusters().stream()
                    .filter(one -> one.misplaced() && arns.stream().anyMatch(a -> meant(a, one)))
                    .map(one -> new MisplacedCluster(document.source(), one.arn(), one.region())))
        .findFirst();
  }

  /** By the ARN that it has, or by the one that it would have where it is reported. */
  private static boolean meant(String arn, TopologyCluster one) {
    String region = AccountDatabase.region(arn);
    return one.holds(arn)
        || region.equals(one.region())
            && one.holds(
                arn.replace(":" + region + ":", ":" + AccountDatabase.region(one.arn()) + ":"));
  }

  @Override
  public String toString() {
    return "the topology document of %s reports %s in the region %s: it is ignored"
        .formatted(source, arn, region);
  }
}
