package dev.heimdall.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Topology by several documents. Those who write them ask AWS in different regions, by different
 * clocks, and one of them may be kept from the truth: the API of a region that is cut off goes on
 * saying what was so. So of a global cluster the asker that saw the writer change last is believed,
 * and not the last one that asked: to repeat oneself is no news. Of the servers of a region the
 * last to ask there counts, in any region.
 */
public final class MergedTopology {
  /** Age difference beyond which a source counts as silent; clocks differ by less. */
  private static final Duration TOGETHER = Duration.ofMinutes(30);

  private static final Comparator<TopologyGlobal> BY_CHANGE =
      Comparator.comparing((TopologyGlobal one) -> one.writerSince().orElse(Instant.MIN))
          .thenComparing(TopologyGlobal::asked)
          // Which document came first is another one at each node.
          .thenComparing(one -> one.writerRegion().orElse(""));

  private MergedTopology() {}

  /**
   * The servers that a cluster or a global cluster has; empty if neither is known by this ARN.
   *
   * @param documents one of each source
   */
  public static Optional<TopologyDocument.ReportedCluster> of(
      String arn, Collection<TopologyDocument> documents) {
    return global(arn, documents)
        .map(global -> of(global, documents))
        .or(() -> cluster(arn, documents));
  }

  /** Returns the trusted state of a global cluster; empty if no document reports it. */
  public static Optional<TopologyGlobal> global(
      String arn, Collection<TopologyDocument> documents) {
    List<TopologyGlobal> told =
        documents.stream().flatMap(document -> document.global(arn).stream()).toList();
    Instant last = told.stream().map(TopologyGlobal::asked).max(Instant::compareTo).orElse(null);
    TopologyGlobal believed = null;
    for (TopologyGlobal one : told) {
      if (!one.asked().plus(TOGETHER).isBefore(last)
          && (believed == null || BY_CHANGE.compare(one, believed) > 0)) {
        believed = one;
      }
    }
    return Optional.ofNullable(believed);
  }

  /**
   * Returns the write forwarding by readers of a cluster, or of each member of a global one, as far
   * as it is known.
   *
   * @param documents one of each source
   */
  public static List<WriteForwarding.Of> forwarding(
      String arn, Collection<TopologyDocument> documents) {
    Stream<WriteForwarding.Of> all =
        global(arn, documents).stream()
            .flatMap(global -> global.members().stream())
            .map(member -> forwarding(member, documents));
    Stream<WriteForwarding.Of> one =
        lastAsked(arn, documents).stream().map(told -> told.cluster().writeForwarding());
    return Stream.concat(all, one).filter(of -> of.forwarding().known()).toList();
  }

  /** The cluster's own region says it of both kinds; that of the global cluster of one. */
  private static WriteForwarding.Of forwarding(
      TopologyGlobal.Member member, Collection<TopologyDocument> documents) {
    WriteForwarding own =
        lastAsked(member.cluster(), documents)
            .map(told -> told.cluster().forwarding())
            .orElse(WriteForwarding.UNKNOWN);
    return new WriteForwarding.Of(
        member.region(), member.name(), own.or(WriteForwarding.said("", member.forwarding())));
  }

  /** A cluster, and whose document it is from. */
  private record In(TopologyCluster cluster, TopologyDocument document) {}

  private static Optional<TopologyDocument.ReportedCluster> cluster(
      String arn, Collection<TopologyDocument> documents) {
    return lastAsked(arn, documents).map(one -> one.document().told(one.cluster()));
  }

  /** A cluster by its last answer. */
  static Optional<TopologyCluster> last(String arn, Collection<TopologyDocument> documents) {
    return lastAsked(arn, documents).map(In::cluster);
  }

  /** Last answer about a cluster, by the clocks of those who asked. */
  private static Optional<In> lastAsked(String arn, Collection<TopologyDocument> documents) {
    In last = null;
    for (TopologyDocument document : documents) {
      Optional<TopologyCluster> one = document.cluster(arn);
      if (one.isPresent() && (last == null || one.get().asked().isAfter(last.cluster().asked()))) {
        last = new In(one.get(), document);
      }
    }
    return Optional.ofNullable(last);
  }

  /** Only the writer of the writing cluster is one; those of the others follow it. */
  private static TopologyDocument.ReportedCluster of(
      TopologyGlobal global, Collection<TopologyDocument> documents) {
    List<RdsServer> servers = new ArrayList<>();
    for (TopologyGlobal.Member member : global.members()) {
      cluster(member.cluster(), documents)
          .ifPresent(told -> told.servers().forEach(server -> servers.add(as(member, server))));
    }
    return new TopologyDocument.ReportedCluster(
        servers,
        global.members().stream().map(TopologyGlobal.Member::region).distinct().toList(),
        global.asked(),
        Optional.empty());
  }

  private static RdsServer as(TopologyGlobal.Member member, RdsServer server) {
    boolean follows = !member.writer() && server.role() == RdsRole.WRITER;
    return follows ? server.as(RdsRole.READER) : server;
  }
}
