package dev.heimdall.engine.feed;

import dev.heimdall.model.Secret;
import dev.heimdall.routing.ClusterDescription;
import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.MisplacedCluster;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyChange;
import dev.heimdall.routing.TopologyDiff;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.routing.WriteForwarding;
import dev.heimdall.routing.threads.DaemonThreads;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in topology documents and tells watched clusters of their servers, on a thread of its own.
 * Thread-safe.
 */
public final class TopologyFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.topology");

  /** More who write documents for one node would be a mistake. */
  private static final int MOST_SOURCES = 16;

  /** Age limit of reports: older ones no longer count, as their writer may have ended. */
  private static final Duration COUNTS = Duration.ofMinutes(30);

  /** A store that did not take a document is asked to take one after so long a time. */
  private static final Duration UNWRITABLE = Duration.ofMinutes(10);

  private static final String POLLED = "poll";

  /** Changes that are named in one line of the log. */
  private static final int MOST_NAMED = 8;

  private final PushVerifier gatekeeper;
  private final Optional<TopologyStore> topologies;
  private final Duration interval;
  private final Clock clock;
  private final Map<String, KnownDocument> known = new TreeMap<>();
  private final Map<Push.Kind, Long> pushes = new EnumMap<>(Push.Kind.class);
  private final List<Watched> watched = new CopyOnWriteArrayList<>();

  /** Until when nothing is written to the store, as it did not take it. */
  private Instant unwritable = Instant.MIN;

  private final ScheduledExecutorService executor;

  /** Problem of the store, logged once; changed by the feed's thread. */
  private volatile String trouble = "";

  private record Watched(Subject subject, Listener told) {}

  /**
   * Begins to read the store, if there is one.
   *
   * @param keys what pushes are signed with, one a line; empty for none to be taken
   * @param topologies where documents are kept; closed with the feed
   */
  public TopologyFeed(
      Optional<Secret> keys, Optional<TopologyStore> topologies, Duration interval, Clock clock) {
    this.gatekeeper = new PushVerifier(clock);
    this.topologies = topologies;
    this.interval = interval;
    this.clock = clock;
    for (Push.Kind kind : Push.Kind.values()) {
      pushes.put(kind, 0L);
    }
    keys(keys);
    executor = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("topology-feed"));
    if (topologies.isPresent()) {
      executor.execute(this::round);
    }
  }

  /** From now on pushes are signed with one of these, one a line; empty: none is taken. */
  public final synchronized void keys(Optional<Secret> keys) {
    gatekeeper.keys(keys.map(secret -> PushSignature.all(secret.value())).orElse(List.of()));
  }

  /** True if documents can come in at all. */
  public synchronized boolean enabled() {
    return gatekeeper.open() || topologies.isPresent();
  }

  /** Hears of a cluster, on a thread that must not be held up. */
  public interface Listener {
    /** Reports its servers. */
    void servers(List<RdsServer> servers);

    /** Reports on the global cluster that it is; comes ahead of its servers. */
    default void global(GlobalSaid said) {}

    /** Reports its description, for a listener that knows nothing but its ARN. */
    default void described(ClusterDescription description) {}

    /**
     * Reports a cluster found for it, but in another region than its ARN names; ahead of all else.
     */
    default void misplaced(Optional<MisplacedCluster> cluster) {}

    /** Reports if its readers forward writes to the writer, as far as that is known. */
    default void forwarding(List<WriteForwarding.Of> said) {}
  }

  /** A cluster that is told about. */
  public interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Tells of a cluster, now if anything is known, and whenever there is something new.
   *
   * @return ends it
   */
  public Watching watch(Subject subject, Listener told) {
    Watched one = new Watched(subject, told);
    watched.add(one);
    later(
        () -> {
          if (watched.contains(one)) {
            tell(one, counting());
          }
        });
    return () -> watched.remove(one);
  }

  /** The documents that it has, and what became of pushes. */
  public synchronized FeedState state() {
    return new FeedState(
        List.copyOf(known.values()),
        pushes,
        gatekeeper.byPreviousKey(),
        Optional.of(trouble).filter(what -> !what.isEmpty()),
        clock.instant());
  }

  /** Takes a document that was pushed, if it is one, signed, and newer. Never blocks for long. */
  public Push.Outcome take(Push push) {
    Push.Outcome outcome = judged(push);
    synchronized (this) {
      pushes.merge(outcome.kind(), 1L, Long::sum);
    }
    return outcome;
  }

  private Push.Outcome judged(Push push) {
    synchronized (this) {
      Optional<Push.Outcome> refusal = gatekeeper.refusal(push);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    try {
      return take(TopologyDocument.parse(push.body()), KnownDocument.By.PUSH);
    } catch (TopologyException e) {
      LOG.warn("a topology document that was pushed cannot be read: {}", e.getMessage());
      return new Push.Outcome(
          Push.Kind.MALFORMED, "This is no topology document: " + e.getMessage());
    }
  }

  /**
   * Takes over what AWS has said to this node. Where there is a store that lets itself be written,
   * others find it there; whether or not, the node goes by it.
   *
   * @param source who the node asks for
   * @param seen {@link #document} of before AWS was asked: the answer is newer than that, whatever
   *     the clocks are of those who wrote it
   * @return the source's document as the node has it now
   */
  public Optional<TopologyDocument> publish(
      String source, TopologyReading reading, Optional<TopologyDocument> seen) {
    TopologyDocument before =
        stored(source, reading, seen)
            .or(() -> document(source))
            .orElseGet(() -> TopologyDocument.none(source));
    if (!before.isAfter(reading, seen)) {
      take(before.next(reading, POLLED), KnownDocument.By.POLL);
    }
    return document(source);
  }

  /** Takes the document that another node has made of what AWS said to it. */
  public void hear(TopologyDocument document) {
    take(document, KnownDocument.By.POLL);
  }

  /** Withdraws the document of this source, which is no longer queried for. */
  public synchronized void withdraw(String source) {
    if (known.containsKey(source) && known.get(source).by() == KnownDocument.By.POLL) {
      known.remove(source);
      topologies.ifPresent(TopologyStore::forget);
    }
  }

  /** The document of a source, as the node has it now. */
  public synchronized Optional<TopologyDocument> document(String source) {
    return Optional.ofNullable(known.get(source)).map(KnownDocument::document);
  }

  private Optional<TopologyDocument> stored(
      String source, TopologyReading reading, Optional<TopologyDocument> seen) {
    if (topologies.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    try {
      TopologyStore.Kept kept =
          topologies.get().keep(source, reading, seen, POLLED, now.isAfter(unwritable));
      if (kept.trouble().isPresent()) {
        unwritable = now.plus(UNWRITABLE);
        LOG.info(
            "the answer of the RDS API is not stored for other nodes: {}", kept.trouble().get());
      }
      return kept.before();
    } catch (IOException e) {
      // The reader of the store reports it.
      return Optional.empty();
    }
  }

  private Push.Outcome take(TopologyDocument document, KnownDocument.By by) {
    KnownDocument before;
    synchronized (this) {
      before = known.get(document.source());
      if (before != null && !document.follows(before.document())) {
        // What is told counts for a while only: that it is still so is worth telling.
        if (by != KnownDocument.By.POLL && !before.document().follows(document)) {
          known.put(document.source(), before.heard(clock.instant()));
          later(this::tellAll);
        }
        return new Push.Outcome(
            Push.Kind.KNOWN,
            "The node has version " + before.document().version() + " of " + document.source());
      }
      if (before == null && by != KnownDocument.By.POLL && known.size() >= MOST_SOURCES) {
        return new Push.Outcome(
            Push.Kind.TOO_MANY, "The node has documents of " + MOST_SOURCES + " others already");
      }
      Instant now = clock.instant();
      known.put(document.source(), new KnownDocument(document, by, now, now));
    }
    say(before, document, by);
    later(this::tellAll);
    return new Push.Outcome(
        Push.Kind.TAKEN, "version " + document.version() + " of " + document.source());
  }

  private static void say(KnownDocument before, TopologyDocument document, KnownDocument.By by) {
    TopologyDocument old =
        before == null ? TopologyDocument.none(document.source()) : before.document();
    TopologyDiff diff = TopologyDiff.between(old, document);
    if (diff.isEmpty()) {
      return;
    }
    String changes =
        diff.changes().stream()
            .limit(MOST_NAMED)
            .map(TopologyChange::toString)
            .collect(Collectors.joining("; "));
    int more = diff.changes().size() - MOST_NAMED;
    LOG.info(
        "{} says by {} version={} cause=\"{}\": {}{}",
        document.source(),
        by.label(),
        document.version(),
        diff.why(),
        changes,
        more > 0 ? "; and " + more + " more" : "");
  }

  private void later(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      // The node is stopping.
    }
  }

  private void tellAll() {
    HeardDocuments counting = counting();
    watched.forEach(one -> tell(one, counting));
  }

  private HeardDocuments counting() {
    FeedState state = state();
    return HeardDocuments.of(
        state.documents().stream()
            .filter(known -> state.age(known).compareTo(COUNTS) < 0)
            .sorted(Comparator.comparing(KnownDocument::at))
            .toList());
  }

  /** Passes on what is said of a cluster, if anything is. */
  private static void tell(Watched one, HeardDocuments counting) {
    one.told().misplaced(one.subject().misplaced(counting));
    one.subject().global(counting).ifPresent(one.told()::global);
    one.told().forwarding(one.subject().forwarding(counting));
    one.subject().told(counting).ifPresent(one.told()::servers);
    one.subject().description(counting).ifPresent(one.told()::described);
  }

  private void round() {
    try {
      topologies.orElseThrow().changed().forEach(this::read);
      stillStored();
      if (!trouble.isEmpty()) {
        trouble = "";
        LOG.info("the topology documents can be read again");
      }
      // Also when nothing is new: what is told counts for a while only.
      tellAll();
    } catch (IOException e) {
      trouble("cannot read topology documents: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      // Nothing known leads here; but who reads no more would not be missed by anybody.
      if (!e.toString().equals(trouble)) {
        trouble = e.toString();
        LOG.error("reading topology documents has failed", e);
      }
    }
    double factor = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    try {
      executor.schedule(this::round, (long) (interval.toNanos() * factor), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The node is stopping.
    }
  }

  /** Confirms all documents from the store, as it reports only differences. */
  private synchronized void stillStored() {
    Instant now = clock.instant();
    known.replaceAll((source, one) -> one.by() == KnownDocument.By.STORE ? one.heard(now) : one);
  }

  private void read(String name, byte[] json) {
    try {
      take(TopologyDocument.parse(json), KnownDocument.By.STORE);
    } catch (TopologyException e) {
      LOG.warn("the topology document {} cannot be read: {}", name, e.getMessage());
    }
  }

  private void trouble(String what) {
    if (!what.equals(trouble)) {
      trouble = what;
      LOG.warn("{}", what);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    topologies.ifPresent(TopologyStore::close);
  }
}
