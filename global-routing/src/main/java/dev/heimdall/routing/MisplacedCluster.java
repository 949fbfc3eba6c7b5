package dev.heimdall.routing;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A cluster that a document reports in another region than its ARN names: whoever answered was not
 * the API of that region, or the document was written by hand. It is nobody's cluster.
 *
 * @param source whose document it is
 * @param region where it is reported
 */
public record MisplacedCluster(String source, String arn, String region) {
  private static final int REGION = 3;
  private static final int PARTS = 7;

  /**
   * The first one that may be meant by an ARN, or by those of a global cluster's members.
   *
   * @param documents one of each source
   */
  public static Optional<MisplacedCluster> of(String arn, Collection<TopologyDocument> documents) {
    List<String> arns =
        TopologyTold.global(arn, documents)
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
    return one.holds(arn)
        || region(arn).equals(Optional.of(one.region()))
            && region(one.arn()).map(other -> one.holds(in(other, arn))).orElse(false);
  }

  private static String in(String region, String arn) {
    String[] parts = arn.split(":", PARTS);
    parts[REGION] = region;
    return String.join(":", parts);
  }

  /** The region that an ARN names; empty for that of a global cluster, and for what is no ARN. */
  public static Optional<String> region(String arn) {
    String[] parts = arn.split(":", PARTS);
    return parts.length == PARTS && !parts[REGION].isEmpty()
        ? Optional.of(parts[REGION])
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "the topology document of %s reports %s in the region %s: it is ignored"
        .formatted(source, arn, region);
  }
}
