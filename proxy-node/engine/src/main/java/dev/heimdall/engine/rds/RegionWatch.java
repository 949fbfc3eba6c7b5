package dev.heimdall.engine.rds;

import dev.heimdall.engine.feed.Subject;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.share.LeaderLeases;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsPace;
import dev.heimdall.routing.RdsReader;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReader;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Asks the API of one region about all clusters there, on a thread of its own. With a store, each
 * node tries to acquire the lease each interval; its holder asks the API, and publishes the answer
 * for the others. Without one, and while it is away, the node asks by itself, less often.
 */
final class RegionWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RdsWatch.class);

  /** A node that asks only for itself asks in so many intervals once, if it knows the cluster. */
  private static final int ALONE = 4;

  /** An answer is good for others for so many pauses: the next one may be late. */
  private static final int LASTS = 4;

  private static final Duration STORE = Duration.ofSeconds(3);
  private static final Duration FIRST = Duration.ofSeconds(1);

  private final RdsWatch.Place place;
  private final Optional<LeaderLeases> leases;
  private final RdsReader reader;

  /** Of all regions in which a global cluster has a member. */
  private final TopologyReader everywhere;

  private final RdsPace pace;
  private final ApiTroubles complaints;
  private final String source;
  private final TopologyFeed feed;
  private final List<WatchedCluster> watched = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService executor;

  private Future<?> next;

  /** By {@link System#nanoTime}; for a node that asks only for itself. */
  private long nextAlone = System.nanoTime();

  private long barredUntil = System.nanoTime();
  private boolean storeAway;
  private Optional<TopologyDocument> last = Optional.empty();

  RegionWatch(
      RdsWatch.Place place,
      AwsCredentialsProvider credentials,
      Optional<LeaderLeases> leases,
      TopologyFeed feed,
      WatchedCluster first) {
    this.place = place;
    this.leases = leases;
    this.feed = feed;
    source = Subject.nodesAt(place.region(), place.endpoint());
    watched.add(first);
    AwsAccess access =
        new AwsAccess(place.region(), place.endpoint(), credentials, RdsReader.ANSWER);
    reader = new RdsReader(access, this::now);
    everywhere = new TopologyReader(access, Set.of(), this::now);
    pace = new RdsPace(this::interval);
    complaints = new ApiTroubles(LOG, place.region());
    executor =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("rds-" + place.region()));
    // Nodes that are started together shall not ask together; and the store takes a moment.
    later(leases.isPresent() ? FIRST.plus(some(FIRST)) : some(firstWithin()));
  }

  private Duration firstWithin() {
    return watched.stream().anyMatch(WatchedCluster::urgent) ? FIRST : interval();
  }

  /**
   * Shortest interval of all watched clusters; it applies to all, because they are queried
   * together.
   */
  private Duration interval() {
    return watched.stream().map(WatchedCluster::interval).min(Duration::compareTo).orElse(FIRST);
  }

  /**
   * Present time, but after the time of another node's earlier query, also where this node's clock
   * is behind.
   */
  private Instant now() {
    Instant now = Instant.now();
    return last.map(one -> one.written().plusMillis(1)).filter(now::isBefore).orElse(now);
  }

  void add(WatchedCluster one) {
    boolean sooner = one.urgent() || one.interval().compareTo(interval()) < 0;
    watched.add(one);
    if (sooner) {
      try {
        executor.execute(this::sooner);
      } catch (RejectedExecutionException e) {
        // The node is stopping.
      }
    }
  }

  private void sooner() {
    next.cancel(false);
    Duration in = some(firstWithin());
    nextAlone = System.nanoTime() + in.toNanos();
    later(in);
  }

  /** True if there is nothing left to ask about. */
  boolean remove(WatchedCluster one) {
    watched.remove(one);
    return watched.isEmpty();
  }

  private void later(Duration in) {
    try {
      next = executor.schedule(this::round, in.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The node is stopping.
    }
  }

  /** Any part of it. */
  private static Duration some(Duration most) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(most.toNanos()));
  }

  private static Duration jittered(Duration pause) {
    double factor = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    return Duration.ofNanos((long) (pause.toNanos() * factor));
  }

  private void round() {
    if (watched.isEmpty()) {
      later(FIRST);
      return;
    }
    Duration pause = interval();
    try {
      pause = leases.isPresent() ? withOthers(leases.get()) : alone();
    } catch (RuntimeException | Error e) {
      // Nothing known leads here; but who asks no more would not be missed by anybody.
      LOG.error("asking the RDS API in {} has failed", place.region(), e);
    }
    later(jittered(pause));
  }

  private Duration withOthers(LeaderLeases shared) {
    String work = work();
    Optional<Boolean> mine =
        barred() ? Optional.of(false) : told(shared.acquire(work, lasting(interval())));
    if (mine.isEmpty()) {
      if (!storeAway) {
        // All nodes notice that at the same time.
        storeAway = true;
        nextAlone = System.nanoTime() + some(interval().multipliedBy(ALONE)).toNanos();
      }
      return alone();
    }
    storeAway = false;
    Optional<PublishedResult> before =
        told(shared.published(work)).flatMap(o -> o).flatMap(PublishedResult::decode);
    if (!mine.get()) {
      before.flatMap(PublishedResult::document).ifPresent(this::heard);
      return interval();
    }
    before.ifPresent(bulletin -> pace.adopt(bulletin.pause()));
    before.flatMap(PublishedResult::document).ifPresent(this::heard);
    TopologyReading answer = ask();
    if (!answer.barred()) {
      Duration pause = pace.after(answer);
      told(shared.backOff(work, lasting(pause)));
      told(
          shared.publish(
              work, new PublishedResult(pause, last).encoded(), pause.multipliedBy(LASTS)));
    }
    // Not the pause: another node may hold the next lease, and its result is wanted here.
    return interval();
  }

  /** Name of the work, equal for all nodes with the same queries. */
  private String work() {
    Set<String> names = new TreeSet<>();
    watched.forEach(one -> names.add(one.label()));
    return "rds:" + place.region() + ":" + Integer.toHexString(names.hashCode());
  }

  /** A little less, so that the next round finds it over. */
  private static Duration lasting(Duration pause) {
    return pause.multipliedBy(85).dividedBy(100);
  }

  private Duration alone() {
    long now = System.nanoTime();
    if (nextAlone - now <= 0 && !barred()) {
      Duration pause = pace.after(ask());
      boolean unknown = watched.stream().anyMatch(WatchedCluster::unknown);
      Duration least = interval().multipliedBy(unknown ? 1 : ALONE);
      nextAlone = now + (pause.compareTo(least) > 0 ? pause : least).toNanos();
    }
    Duration left = Duration.ofNanos(nextAlone - now);
    return leases.isPresent() || left.compareTo(interval()) < 0 ? interval() : left;
  }

  /** True if this node need not ask: another one may be allowed to. */
  private boolean barred() {
    return barredUntil - System.nanoTime() > 0;
  }

  private TopologyReading ask() {
    Optional<TopologyDocument> seen = feed.document(source);
    TopologyReading answer = read();
    if (!executor.isShutdown()) {
      complaints.about(answer, watched.stream().anyMatch(WatchedCluster::needed));
      if (answer.barred()) {
        barredUntil = System.nanoTime() + pace.after(answer).toNanos();
      } else if (!answer.complete().isEmpty()) {
        last = feed.publish(source, answer, seen);
        if (executor.isShutdown()) {
          // No request is sent any more; the end may have been faster.
          feed.withdraw(source);
        }
      }
    }
    return answer;
  }

  private TopologyReading read() {
    Collection<RdsName> names =
        watched.stream().flatMap(one -> one.name().stream()).distinct().toList();
    List<String> globals =
        watched.stream().flatMap(one -> one.global().stream()).distinct().toList();
    return globals.isEmpty() ? reader.read(names) : everywhere.read(names, globals);
  }

  /**
   * Takes another node's reading of an answer; that node queries the same region, or the document
   * is ignored.
   */
  private void heard(TopologyDocument document) {
    if (document.source().equals(source)) {
      last = Optional.of(document);
      feed.hear(document);
    }
  }

  /** Waits for the store; empty if that is away. */
  private static <T> Optional<T> told(CompletableFuture<T> answer) {
    try {
      return Optional.ofNullable(answer.get(STORE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    reader.close();
    everywhere.close();
    feed.withdraw(source);
  }
}
