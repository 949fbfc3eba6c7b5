package dev.heimdall.engine.rds;

import dev.heimdall.engine.share.Turns;
import dev.heimdall.routing.RdsAnswer;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsPace;
import dev.heimdall.routing.RdsReader;
import dev.heimdall.routing.RdsView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
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
 * node asks for the turn each interval; who has it asks the API, and leaves the answer for the
 * others. Without one, and while it is away, the node asks by itself, less often.
 */
final class RegionWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RdsWatch.class);

  /** A node that asks only for itself asks in so many intervals once. */
  private static final int ALONE = 4;

  /** An answer is good for others for so many pauses: the next one may be late. */
  private static final int LASTS = 4;

  private static final Duration STORE = Duration.ofSeconds(3);
  private static final Duration FIRST = Duration.ofSeconds(1);

  private final RdsWatch.Place place;
  private final Optional<Turns> turns;
  private final RdsReader reader;
  private final RdsPace pace;
  private final Complaints complaints;
  private final List<Watched> watched = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService executor;

  /** By {@link System#nanoTime}; for a node that asks only for itself. */
  private long nextAlone = System.nanoTime();

  private long barredUntil = System.nanoTime();
  private boolean storeAway;
  private RdsView lastView = RdsView.nothing();

  RegionWatch(RdsWatch.Place place, AwsCredentialsProvider credentials, Optional<Turns> turns) {
    this.place = place;
    this.turns = turns;
    reader = new RdsReader(place.region(), place.endpoint(), credentials);
    pace = new RdsPace(place.interval());
    complaints = new Complaints(LOG, place.region());
    executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "rds-" + place.region());
              thread.setDaemon(true);
              return thread;
            });
    // Nodes that are started together shall not ask together; and the store takes a moment.
    later(turns.isPresent() ? FIRST.plus(some(FIRST)) : some(place.interval()));
  }

  void add(Watched one) {
    watched.add(one);
  }

  /** Whether there is nothing left to ask about. */
  boolean remove(Watched one) {
    watched.remove(one);
    return watched.isEmpty();
  }

  private void later(Duration in) {
    try {
      executor.schedule(this::round, in.toNanos(), TimeUnit.NANOSECONDS);
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
    Duration next = place.interval();
    try {
      next = turns.isPresent() ? withOthers(turns.get()) : alone();
    } catch (RuntimeException | Error e) {
      // Nothing known leads here; but who asks no more would not be missed by anybody.
      LOG.error("asking the RDS API in {} has failed", place.region(), e);
    }
    later(jittered(next));
  }

  private Duration withOthers(Turns shared) {
    String work = work();
    Optional<Boolean> mine =
        barred() ? Optional.of(false) : told(shared.take(work, lasting(place.interval())));
    if (mine.isEmpty()) {
      if (!storeAway) {
        // All nodes notice that at the same time.
        storeAway = true;
        nextAlone = System.nanoTime() + some(place.interval().multipliedBy(ALONE)).toNanos();
      }
      return alone();
    }
    storeAway = false;
    Optional<Bulletin> before = told(shared.left(work)).flatMap(o -> o).flatMap(Bulletin::decode);
    if (!mine.get()) {
      before.ifPresent(bulletin -> tell(bulletin.view()));
      return place.interval();
    }
    before.ifPresent(bulletin -> pace.adopt(bulletin.pause()));
    RdsAnswer answer = ask();
    if (!answer.barred()) {
      Duration pause = pace.after(answer);
      RdsView view = answer.complete() ? answer.view() : lastView;
      told(shared.rest(work, lasting(pause)));
      told(shared.leave(work, new Bulletin(pause, view).encoded(), pause.multipliedBy(LASTS)));
    }
    // Not the pause: another node may have the next turn, and what it is told is wanted here.
    return place.interval();
  }

  /** The same for all nodes that ask the same. */
  private String work() {
    Set<String> names = new TreeSet<>();
    watched.forEach(one -> names.add((one.name().cluster() ? "c:" : "i:") + one.name().name()));
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
      Duration least = place.interval().multipliedBy(ALONE);
      nextAlone = now + (pause.compareTo(least) > 0 ? pause : least).toNanos();
    }
    Duration left = Duration.ofNanos(nextAlone - now);
    return turns.isPresent() || left.compareTo(place.interval()) < 0 ? place.interval() : left;
  }

  /** Whether this node need not ask: another one may be allowed to. */
  private boolean barred() {
    return barredUntil - System.nanoTime() > 0;
  }

  private RdsAnswer ask() {
    Collection<RdsName> names = watched.stream().map(Watched::name).distinct().toList();
    RdsAnswer answer = reader.read(names);
    if (!executor.isShutdown()) {
      complaints.about(answer, watched.stream().anyMatch(Watched::needed));
      if (answer.barred()) {
        barredUntil = System.nanoTime() + pace.after(answer).toNanos();
      } else if (answer.complete()) {
        tell(answer.view());
      }
    }
    return answer;
  }

  private void tell(RdsView view) {
    lastView = view;
    watched.forEach(one -> one.tell(view));
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
  }
}
