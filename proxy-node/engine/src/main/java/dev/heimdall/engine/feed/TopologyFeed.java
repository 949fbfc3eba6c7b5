package dev.heimdall.engine.feed;

import dev.heimdall.model.Secret;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyChange;
import dev.heimdall.routing.TopologyDiff;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
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
import java.util.function.BiPredicate;
import java.util.function.Consumer;
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

  /** Changes that are named in one line of the log. */
  private static final int MOST_NAMED = 8;

  private final Optional<Gatekeeper> gatekeeper;
  private final Optional<Shelf> shelf;
  private final Duration interval;
  private final Clock clock;
  private final Map<String, Known> known = new TreeMap<>();
  private final List<Watched> watched = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService executor;

  /** What is wrong with the store, said once; for the feed's thread. */
  private String trouble = "";

  private record Watched(
      String arn,
      BiPredicate<String, Collection<String>> includes,
      Consumer<List<RdsServer>> told) {}

  /**
   * Begins to read the store, if there is one.
   *
   * @param key what pushes are signed with; empty for none to be taken
   * @param shelf where documents are kept; closed with the feed
   */
  public TopologyFeed(Optional<Secret> key, Optional<Shelf> shelf, Duration interval, Clock clock) {
    this.gatekeeper = key.map(secret -> new Gatekeeper(new PushSignature(secret.value()), clock));
    this.shelf = shelf;
    this.interval = interval;
    this.clock = clock;
    executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "topology-feed");
              thread.setDaemon(true);
              return thread;
            });
    if (shelf.isPresent()) {
      executor.execute(this::round);
    }
  }

  /** Whether documents can come in at all. */
  public boolean enabled() {
    return gatekeeper.isPresent() || shelf.isPresent();
  }

  /** A cluster that is told about. */
  public interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Tells of a cluster, now if anything is known, and whenever there is something new.
   *
   * @param includes whether a host can be one of its servers, which are in these regions
   * @param told gets its servers, on a thread that must not be held up
   * @return ends it
   */
  public Watching watch(
      String arn,
      BiPredicate<String, Collection<String>> includes,
      Consumer<List<RdsServer>> told) {
    Watched one = new Watched(arn, includes, told);
    watched.add(one);
    later(
        () -> {
          if (watched.contains(one)) {
            tell(one);
          }
        });
    return () -> watched.remove(one);
  }

  /** The documents that it has, one of each who writes them. */
  public synchronized List<Known> known() {
    return List.copyOf(known.values());
  }

  /** Takes a document that was pushed, if it is one, signed, and newer. Never blocks for long. */
  public Push.Outcome take(Push push) {
    if (gatekeeper.isEmpty()) {
      return new Push.Outcome(
          Push.Kind.OFF, "This node takes no pushes: \"topology.key\" in node.json is not set");
    }
    synchronized (this) {
      Optional<Push.Outcome> refusal = gatekeeper.get().refusal(push);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    try {
      return take(TopologyDocument.parse(push.body()), Known.By.PUSH);
    } catch (TopologyException e) {
      LOG.warn("a topology document that was pushed cannot be read: {}", e.getMessage());
      return new Push.Outcome(
          Push.Kind.MALFORMED, "This is no topology document: " + e.getMessage());
    }
  }

  private Push.Outcome take(TopologyDocument document, Known.By by) {
    Known before;
    synchronized (this) {
      before = known.get(document.source());
      if (before != null && !before.before(document)) {
        // What is told counts for a while only: that it is still so is worth telling.
        if (before.document().version() == document.version()) {
          later(this::tellAll);
        }
        return new Push.Outcome(
            Push.Kind.KNOWN,
            "The node has version " + before.document().version() + " of " + document.source());
      }
      if (before == null && known.size() >= MOST_SOURCES) {
        return new Push.Outcome(
            Push.Kind.TOO_MANY, "The node has documents of " + MOST_SOURCES + " others already");
      }
      known.put(document.source(), new Known(document, by, clock.instant()));
    }
    say(before, document, by);
    later(this::tellAll);
    return new Push.Outcome(
        Push.Kind.TAKEN, "version " + document.version() + " of " + document.source());
  }

  private static void say(Known before, TopologyDocument document, Known.By by) {
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
        by == Known.By.PUSH ? "push" : "store",
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
    watched.forEach(this::tell);
  }

  /**
   * Passes on what is said of a cluster, if anything is. A server by a name that it cannot have is
   * left out: whoever is asked for its role is also shown a password.
   */
  private void tell(Watched one) {
    List<TopologyDocument> documents = known().stream().map(Known::document).toList();
    TopologyDocument.told(documents, one.arn())
        .ifPresent(
            told ->
                one.told()
                    .accept(
                        told.servers().stream()
                            .filter(
                                server ->
                                    server
                                        .host()
                                        .map(host -> one.includes().test(host, told.regions()))
                                        .orElse(true))
                            .toList()));
  }

  private void round() {
    try {
      shelf.orElseThrow().changed().forEach(this::read);
      if (!trouble.isEmpty()) {
        trouble = "";
        LOG.info("the topology documents can be read again");
      }
      // Also when nothing is new: what is told counts for a while only.
      tellAll();
    } catch (IOException e) {
      trouble("cannot read topology documents: " + e.getMessage());
    } catch (RuntimeException e) {
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

  private void read(String name, byte[] json) {
    try {
      take(TopologyDocument.parse(json), Known.By.STORE);
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
    shelf.ifPresent(Shelf::close);
  }
}
