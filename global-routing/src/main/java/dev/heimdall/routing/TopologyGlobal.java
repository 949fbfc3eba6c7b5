package dev.heimdall.routing;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A global cluster: clusters in several regions of which one writes.
 *
 * @param endpoint the name that leads to its writer, wherever that is
 * @param failover what is under way, if anything is
 * @param asked when the API said so
 * @param writerSince when the asker saw the writing cluster become another one, and never before
 *     what he had heard of others by then; empty where he has seen no change
 */
public record TopologyGlobal(
    String arn,
    String name,
    String engine,
    String status,
    Optional<String> endpoint,
    List<Member> members,
    Optional<Failover> failover,
    Instant asked,
    Optional<Instant> writerSince) {
  public TopologyGlobal {
    members = List.copyOf(members);
  }

  /** As the API tells it without a history. */
  public TopologyGlobal(
      String arn,
      String name,
      String engine,
      String status,
      Optional<String> endpoint,
      List<Member> members,
      Optional<Failover> failover,
      Instant asked) {
    this(arn, name, engine, status, endpoint, members, failover, asked, Optional.empty());
  }

  /**
   * One of its clusters.
   *
   * @param synchronization {@code connected} or {@code pending-resync}; empty where it is not known
   * @param forwarding whether its readers forward writes to the writer, in the API's words: {@code
   *     enabled}, {@code disabled}, {@code enabling}, {@code disabling}; empty where it is not
   *     known
   */
  public record Member(String cluster, boolean writer, String synchronization, String forwarding) {
    /** One of which nothing is known of write forwarding. */
    public Member(String cluster, boolean writer, String synchronization) {
      this(cluster, writer, synchronization, "");
    }

    /** True if it has write forwarding, or is about to begin or end it. */
    boolean forwards() {
      return !forwarding.isEmpty() && !forwarding.equals("disabled");
    }

    /** The region that the cluster is in, by its ARN. */
    public String region() {
      return AccountDatabase.region(cluster);
    }

    /** Name of the cluster in RDS there. */
    public String name() {
      return cluster.substring(cluster.lastIndexOf(':') + 1);
    }
  }

  /**
   * A switchover or a failover under way.
   *
   * @param status such as {@code switching-over}, {@code failing-over}
   * @param loss whether data may be lost, as with a failover
   */
  public record Failover(String status, String from, String to, boolean loss) {
    /** Kind of the change: failover or switchover. */
    public String kind() {
      return loss ? "failover" : "switchover";
    }

    @Override
    public String toString() {
      return "%s from %s to %s%s".formatted(status, from, to, loss ? ", data may be lost" : "");
    }
  }

  /** Returns the global cluster with another query time. */
  TopologyGlobal askedAt(Instant at) {
    return new TopologyGlobal(
        arn, name, engine, status, endpoint, members, failover, at, writerSince);
  }

  /** The region whose cluster writes, as far as the API knows. */
  public Optional<String> writerRegion() {
    return members.stream().filter(Member::writer).map(Member::region).findFirst();
  }

  /**
   * Returns the global cluster as seen by an observer that has queried before: with the time since
   * when another cluster writes.
   *
   * @param before what he knew
   * @param heard what others say of it
   */
  TopologyGlobal seenAfter(TopologyGlobal before, Collection<TopologyGlobal> heard) {
    boolean moved = writerRegion().isPresent() && !writerRegion().equals(before.writerRegion());
    Optional<Instant> since = before.writerSince;
    if (moved) {
      // Later than all that is known, whatever the clocks of those are who have seen it.
      since =
          Stream.concat(
                  Stream.of(asked),
                  Stream.concat(Stream.of(before), heard.stream())
                      .flatMap(one -> one.writerSince.stream())
                      .map(known -> known.plusMillis(1)))
              .max(Comparator.naturalOrder());
    }
    return new TopologyGlobal(arn, name, engine, status, endpoint, members, failover, asked, since);
  }
}
