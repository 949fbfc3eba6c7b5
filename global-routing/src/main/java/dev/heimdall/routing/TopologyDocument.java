package dev.heimdall.routing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What AWS says of all clusters that a fleet may lead to, written down for its nodes.
 *
 * @param source who wrote it: documents of one source follow one another by when they were written
 * @param version grows by one each time that the source writes another one; it begins again when
 *     the source has lost the one before
 * @param written when that was so which it says
 * @param cause why: the event that led to it, or the schedule
 * @param regions those that were asked
 */
public record TopologyDocument(
    String source,
    long version,
    Instant written,
    String cause,
    List<String> regions,
    List<TopologyCluster> clusters,
    List<TopologyGlobal> globals) {
  /** The version of the form. A document of another one is not read. */
  public static final int SCHEMA = 1;

  /** Documents are not longer, in bytes of JSON. */
  public static final int LONGEST = 512 * 1024;

  public TopologyDocument {
    regions = List.copyOf(regions);
    clusters = List.copyOf(clusters);
    globals = List.copyOf(globals);
  }

  /** What a source has before it wrote anything. */
  public static TopologyDocument none(String source) {
    return new TopologyDocument(
        source, 0, Instant.EPOCH, "nothing", List.of(), List.of(), List.of());
  }

  /**
   * Reads one.
   *
   * @throws TopologyException if it is none of this schema; the message says where and why
   */
  public static TopologyDocument parse(byte[] json) throws TopologyException {
    return TopologyJson.read(json);
  }

  /** As JSON. */
  public byte[] json() {
    return TopologyJson.write(this);
  }

  /** The cluster that has this ARN, or had it before it was renamed. */
  public Optional<TopologyCluster> cluster(String arn) {
    return clusters.stream()
        .filter(cluster -> cluster.arn().equals(arn))
        .findFirst()
        .or(() -> clusters.stream().filter(cluster -> cluster.is(arn)).findFirst());
  }

  /** The global cluster that has this ARN. */
  public Optional<TopologyGlobal> global(String arn) {
    return globals.stream().filter(global -> global.arn().equals(arn)).findFirst();
  }

  /** The servers that a cluster or a global cluster has; empty if neither is known by this ARN. */
  public Optional<Told> told(String arn) {
    return global(arn).map(this::of).or(() -> cluster(arn).map(TopologyDocument::of));
  }

  /**
   * What is told of a cluster.
   *
   * @param regions where its servers may be
   * @param asked when the API said so
   */
  public record Told(List<RdsServer> servers, List<String> regions, Instant asked) {}

  /** The servers that a name of RDS stands for. */
  public Optional<Told> told(RdsName name) {
    return clusters.stream().filter(one -> one.is(name)).findFirst().map(TopologyDocument::of);
  }

  private static Told of(TopologyCluster one) {
    return new Told(one.servers(), List.of(one.region()), one.asked());
  }

  /** Only the writer of the writing cluster is one; those of the others follow it. */
  private Told of(TopologyGlobal global) {
    List<RdsServer> servers = new ArrayList<>();
    for (TopologyGlobal.Member member : global.members()) {
      for (RdsServer server :
          cluster(member.cluster()).map(TopologyCluster::servers).orElse(List.of())) {
        boolean follows = !member.writer() && server.role() == RdsRole.WRITER;
        servers.add(follows ? server.as(RdsRole.READER) : server);
      }
    }
    return new Told(
        servers,
        global.members().stream().map(TopologyGlobal.Member::region).distinct().toList(),
        global.asked());
  }

  /** Whether it says what was so after all that another one of its source says. */
  public boolean follows(TopologyDocument other) {
    int after = written.compareTo(other.written);
    return after > 0 || (after == 0 && version > other.version);
  }

  /**
   * The document after this one, if there is any news in what AWS says now: empty if nothing
   * differs, and if somebody has asked after that and knows more.
   */
  public Optional<TopologyDocument> after(TopologyReading reading, String why) {
    if (written.isAfter(reading.asked())) {
      return Optional.empty();
    }
    TopologyDocument next = next(reading, why);
    return version > 0 && TopologyDiff.between(this, next).isEmpty()
        ? Optional.empty()
        : Optional.of(next);
  }

  /**
   * The document after this one.
   *
   * @param reading what AWS says now; where it did not answer, what this document says stays
   * @param why the cause
   */
  public TopologyDocument next(TopologyReading reading, String why) {
    List<TopologyCluster> next = new ArrayList<>();
    for (TopologyCluster now : reading.clusters()) {
      boolean whole = reading.complete().contains(now.region());
      TopologyCluster named = now.formerly(names(now));
      next.add(
          clusters.stream()
              .filter(before -> !whole && same(before, now))
              .findFirst()
              .map(named::completedBy)
              .orElse(named));
    }
    clusters.stream()
        .filter(before -> !reading.lacks(before))
        .filter(before -> next.stream().noneMatch(now -> same(before, now)))
        .forEach(next::add);
    return new TopologyDocument(
        source,
        version + 1,
        reading.asked(),
        why,
        reading.regions(),
        next,
        reading.globals().orElse(globals));
  }

  private List<String> names(TopologyCluster now) {
    List<String> names = new ArrayList<>();
    for (TopologyCluster before : clusters) {
      if (same(before, now)) {
        if (!before.arn().equals(now.arn())) {
          names.add(before.arn());
        }
        names.addAll(before.formerly());
      }
    }
    names.removeIf(now.arn()::equals);
    return names.stream().distinct().toList();
  }

  static boolean same(TopologyCluster one, TopologyCluster other) {
    return one.resource().isEmpty() || other.resource().isEmpty()
        ? one.arn().equals(other.arn())
        : one.resource().equals(other.resource()) && one.region().equals(other.region());
  }
}
