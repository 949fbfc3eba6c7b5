package dev.heimdall.routing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A global cluster: clusters in several regions of which one writes.
 *
 * @param endpoint the name that leads to its writer, wherever that is
 * @param failover what is under way, if anything is
 * @param asked when the API said so
 */
public record TopologyGlobal(
    String arn,
    String name,
    String engine,
    String status,
    Optional<String> endpoint,
    List<Member> members,
    Optional<Failover> failover,
    Instant asked) {
  public TopologyGlobal {
    members = List.copyOf(members);
  }

  /**
   * One of its clusters.
   *
   * @param synchronization {@code connected} or {@code pending-resync}; empty where it is not known
   */
  public record Member(String cluster, boolean writer, String synchronization) {
    private static final int REGION = 3;

    /** The region that the cluster is in, by its ARN. */
    public String region() {
      String[] parts = cluster.split(":", -1);
      return parts.length > REGION ? parts[REGION] : "";
    }
  }

  /**
   * A switchover or a failover under way.
   *
   * @param status such as {@code switching-over}, {@code failing-over}
   * @param loss whether data may be lost, as with a failover
   */
  public record Failover(String status, String from, String to, boolean loss) {}

  /** The region whose cluster writes, as far as the API knows. */
  public Optional<String> writerRegion() {
    return members.stream().filter(Member::writer).map(Member::region).findFirst();
  }
}
