package dev.heimdall.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * State of all clusters that a fleet may lead to, as AWS reports it, written down for the fleet's
 * nodes.
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
  /** After so long a time a document is written anew without news: whose is older, is silent. */
  public static final Duration REFRESHED = Duration.ofMinutes(10);

  /** Clocks of those who write documents and of those who read them differ by no more than that. */
  private static final Duration CLOCKS = Duration.ofMinutes(5);

  /** The version of the form. A document of another one is not read. */
  public static final int SCHEMA = 1;

  /** Documents are not longer, in bytes of JSON. */
  public static final int LONGEST = 512 * 1024;

  public TopologyDocument {
    regions = List.copyOf(regions);
    clusters = List.copyOf(clusters);
    globals = List.copyOf(globals);
  }

  /** Returns the document of a source that has not written anything yet. */
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

  /** The cluster that has this ARN, or had it before it was renamed, in the ARN's region. */
  public Optional<TopologyCluster> cluster(String arn) {
    List<TopologyCluster> placed = clusters.stream().filter(one -> !one.misplaced()).toList();
    return placed.stream()
        .filter(cluster -> cluster.arn().equals(arn))
        .findFirst()
        .or(() -> placed.stream().filter(cluster -> cluster.is(arn)).findFirst());
  }

  /** The global cluster that has this ARN. */
  public Optional<TopologyGlobal> global(String arn) {
    return globals.stream().filter(global -> global.arn().equals(arn)).findFirst();
  }

  /** The servers that a cluster or a global cluster has; empty if neither is known by this ARN. */
  public Optional<ReportedCluster> told(String arn) {
    return MergedTopology.of(arn, List.of(this));
  }

  /**
   * Reported state of a cluster.
   *
   * @param regions where its servers may be
   * @param asked when the API said so
   * @param source whose document it is from; empty where several tell a part each
   */
  public record ReportedCluster(
      List<RdsServer> servers, List<String> regions, Instant asked, Optional<String> source) {}

  /** The servers that a name of RDS stands for. */
  public Optional<ReportedCluster> told(RdsName name) {
    return clusters.stream().filter(one -> one.is(name)).findFirst().map(this::told);
  }

  ReportedCluster told(TopologyCluster one) {
    return new ReportedCluster(
        one.servers(), List.of(one.region()), one.asked(), Optional.of(source));
  }

  /** True if it says what was so after all that another one of its source says. */
  public boolean follows(TopologyDocument other) {
    int after = written.compareTo(other.written);
    return after > 0 || (after == 0 && version > other.version);
  }

  /**
   * As its reader takes it: nothing in it was asked later than it came, but for what clocks differ
   * by. A source whose clock is far ahead would have all others count as silent. When a source saw
   * the writer change stays as it is: others date the next change after that, whatever their clocks
   * say.
   *
   * @param at when it came, by the reader's clock
   */
  public TopologyDocument receivedAt(Instant at) {
    Instant latest = at.plus(CLOCKS);
    return new TopologyDocument(
        source,
        version,
        written,
        cause,
        regions,
        clusters.stream().map(one -> one.askedAt(earlier(one.asked(), latest))).toList(),
        globals.stream().map(one -> one.askedAt(earlier(one.asked(), latest))).toList());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /**
   * The document after this one, if there is any news in what AWS says now: empty if nothing
   * differs and this one is not old, and if a later answer has more.
   */
  public Optional<TopologyDocument> after(TopologyReading reading, String why) {
    return after(reading, Optional.empty(), why);
  }

  /**
   * Returns the document after this one, for an answer requested when a document of the source was
   * known.
   *
   * @param seen the document that was known when AWS was asked
   */
  public Optional<TopologyDocument> after(
      TopologyReading reading, Optional<TopologyDocument> seen, String why) {
    return isAfter(reading, seen) ? Optional.empty() : new Asking(reading, why, List.of()).news();
  }

  /**
   * True if it says what was so after an answer of AWS. It does not if it was known when AWS was
   * asked, or is older than what was known then, whatever the clocks say; else clocks decide.
   */
  public boolean isAfter(TopologyReading reading, Optional<TopologyDocument> seen) {
    boolean there = seen.filter(known -> !follows(known)).isPresent();
    return !there && written.isAfter(reading.asked());
  }

  /**
   * Returns the document after this one, for an answer requested when this document already
   * existed: the answer is newer, whatever the clocks of the requesters say.
   *
   * @param heard what others have written
   */
  public Optional<TopologyDocument> afterSeen(
      TopologyReading reading, String why, Collection<TopologyDocument> heard) {
    return new Asking(reading, why, heard).news();
  }

  /**
   * The document after this one.
   *
   * @param reading what AWS says now; where it did not answer, what this document says stays
   * @param why the cause
   */
  public TopologyDocument next(TopologyReading reading, String why) {
    return new Asking(reading, why, List.of()).next();
  }

  /** Successor of this document. */
  private final class Asking {
    private final TopologyReading reading;
    private final String why;
    private final Collection<TopologyDocument> heard;

    Asking(TopologyReading reading, String why, Collection<TopologyDocument> heard) {
      this.reading = reading;
      this.why = why;
      this.heard = heard;
    }

    Optional<TopologyDocument> news() {
      TopologyDocument next = next();
      boolean recent = next.written.isBefore(written.plus(REFRESHED));
      return version > 0 && recent && TopologyDiff.between(TopologyDocument.this, next).isEmpty()
          ? Optional.empty()
          : Optional.of(next);
    }

    TopologyDocument next() {
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
          source, version + 1, written(), why, reading.regions(), next, globals());
    }

    private List<TopologyGlobal> globals() {
      List<TopologyGlobal> now = reading.globals().orElse(List.of());
      List<TopologyGlobal> next = new ArrayList<>(now.stream().map(this::seen).toList());
      globals.stream()
          .filter(before -> !reading.lacks(before))
          .filter(before -> now.stream().noneMatch(one -> one.arn().equals(before.arn())))
          .forEach(next::add);
      return next;
    }

    /** Never before what this document says, or no node would take it. */
    private Instant written() {
      return reading.asked().isBefore(written) ? written.plusMillis(1) : reading.asked();
    }

    private TopologyGlobal seen(TopologyGlobal now) {
      List<TopologyGlobal> others =
          heard.stream().flatMap(document -> document.global(now.arn()).stream()).toList();
      return global(now.arn()).map(before -> now.seenAfter(before, others)).orElse(now);
    }
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
