package dev.heimdall.engine.share;

import dev.heimdall.model.StoreSettings;
import dev.heimdall.routing.threads.DaemonThreads;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node where the others are: connects, looks once a second whether that is still the
 * right place, and begins anew when it is not or the connection was lost. On a thread of its own.
 */
final class StoreLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration CHECK = Duration.ofSeconds(1);
  private static final Duration CHECK_AGAIN = Duration.ofMillis(100);

  /** A timer that fires later than that shows a node that stood still itself. */
  private static final Duration LATE = Duration.ofMillis(250);

  /** One check in so many asks the other servers too. */
  private static final int ALL_SERVERS = 3;

  private static final int MOST_COMPLAINTS = 5;

  private enum State {
    SEEKING,
    MET,
    CLOSED
  }

  private final StoreSettings settings;
  private final StoreServers servers;
  private final Supplier<Set<String>> channels;
  private final Consumer<String> subscribed;
  private final BiConsumer<String, String> heard;
  private final Consumer<StoreConnections> here;
  private final StoreNews news;
  private final ScheduledExecutorService executor;

  private final StorePace pace = new StorePace();

  /** Of the executor's thread: whether it was told that it is lost. */
  private boolean away;

  /**
   * Reasons for the missing connection that the log has; more than so many reasons are too many.
   */
  private final Set<String> complaints = new HashSet<>();

  /** Requests that the store has rejected and the log has. */
  private final Set<String> refusals = ConcurrentHashMap.newKeySet();

  /** The channels that are heard over the present connections. */
  private final Set<String> confirmed = ConcurrentHashMap.newKeySet();

  private volatile StoreConnections connections;
  private State state = State.SEEKING;
  private Duration pause = SHORTEST_PAUSE;
  private int checks;

  /**
   * Connects in the background, for as long as it takes.
   *
   * @param channels what is to be listened to
   * @param subscribed told of a channel from when on it is heard, at first and after each loss
   * @param heard gets channel and text
   * @param here given all new connections, and then once a second as long as it lasts; must not
   *     wait
   * @param news hears when it is lost and found
   */
  StoreLink(
      StoreSettings settings,
      StoreServers servers,
      Supplier<Set<String>> channels,
      Consumer<String> subscribed,
      BiConsumer<String, String> heard,
      Consumer<StoreConnections> here,
      StoreNews news) {
    this.settings = settings;
    this.servers = servers;
    this.channels = channels;
    this.subscribed = subscribed;
    this.heard = heard;
    this.here = here;
    this.news = news;
    executor = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("heimdall-store"));
    execute(this::connect);
  }

  private void execute(Runnable task) {
    later(Duration.ZERO, task);
  }

  private void later(Duration in, Runnable task) {
    try {
      executor.schedule(() -> guarded(task), in.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // All of this is being closed.
    }
  }

  /** An error in the node must not end its looking for the store. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("an error in the node has interrupted its connection to the shared store", e);
      StoreConnections here = connections;
      if (here == null) {
        again();
      } else {
        lose(here, StoreException.reason(e));
      }
    }
  }

  /** The only place where the state changes; says whether the move is one. */
  private synchronized boolean become(State next, StoreConnections at) {
    if (state == State.CLOSED || (state == State.MET && next == State.MET)) {
      return false;
    }
    state = next;
    connections = at;
    return true;
  }

  private void connect() {
    StoreConnections found;
    try {
      found = servers.connect();
    } catch (RuntimeException e) {
      complain("cannot connect to", StoreException.reason(e));
      again();
      return;
    }
    String fault = fault(found).join();
    if (!fault.isEmpty()) {
      found.close();
      complain("cannot use", fault);
      again();
      return;
    }
    confirmed.clear();
    pace.begin();
    if (!become(State.MET, found)) {
      found.close();
      return;
    }
    if (!complaints.isEmpty()) {
      complaints.clear();
      LOG.info("the shared store can be reached again");
    }
    if (away) {
      away = false;
      news.found();
    }
    found.begin(new Ear(found), () -> execute(() -> lose(found, "the connection was lost")));
    channels.get().forEach(channel -> subscribe(found, channel));
    here.accept(found);
    later(CHECK, () -> check(found));
  }

  private void again() {
    double factor = ThreadLocalRandom.current().nextDouble(0.75, 1.25);
    Duration next = Duration.ofNanos((long) (pause.toNanos() * factor));
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    later(next, this::connect);
  }

  private void complain(String what, String why) {
    if (!away && !executor.isShutdown()) {
      away = true;
      news.lost(why);
    }
    boolean few = complaints.size() < MOST_COMPLAINTS;
    if (few && !executor.isShutdown() && complaints.add(why)) {
      LOG.warn(
          "{} the shared store {}: {}; until then reads that need to know of other nodes' writes go"
              + " to the writer",
          what,
          settings.servers(),
          why);
    }
  }

  private void lose(StoreConnections lost, String why) {
    if (lost != connections || !become(State.SEEKING, null)) {
      return;
    }
    lost.close();
    complain("lost", why);
    again();
  }

  private void check(StoreConnections here) {
    if (here != connections) {
      return;
    }
    channels.get().stream()
        .filter(channel -> !confirmed.contains(channel))
        .forEach(channel -> subscribe(here, channel));
    long begun = System.nanoTime();
    CompletableFuture<String> answer = fault(here);
    later(StorePace.UNANSWERED, () -> unanswered(here, answer, begun));
    answer.thenAccept(
        fault -> {
          Duration took = Duration.ofNanos(System.nanoTime() - begun);
          execute(() -> checked(here, fault, took));
        });
  }

  private void unanswered(StoreConnections here, CompletableFuture<String> answer, long begun) {
    boolean late = System.nanoTime() - begun > StorePace.UNANSWERED.plus(LATE).toNanos();
    if (here == connections && !answer.isDone() && !late && pace.unanswered()) {
      news.slow(StorePrimary.names(here.primaries()), StorePace.UNANSWERED);
    }
  }

  /** The store has answered, and is the right one. */
  private void timed(StoreConnections here, Duration took) {
    if (pace.answered(took)) {
      if (pace.slow()) {
        news.slow(StorePrimary.names(here.primaries()), took);
      } else {
        news.fast(StorePrimary.names(here.primaries()));
      }
    }
  }

  /** Time after which the store answered last, in milliseconds. */
  long answerMillis() {
    return connections == null ? StoreState.UNKNOWN : pace.millis();
  }

  /** Says in words why this is not the right place; nothing if it is, or cannot be asked that. */
  private CompletableFuture<String> fault(StoreConnections here) {
    return here.fault()
        .handle(
            (fault, failure) -> {
              if (failure == null) {
                return fault;
              }
              if (denied(failure)) {
                refused("the question whether its server is still the right one", failure);
                return "";
              }
              return StoreException.reason(failure);
            });
  }

  private void checked(StoreConnections here, String fault, Duration took) {
    if (here != connections) {
      return;
    }
    checks++;
    if (!fault.isEmpty()) {
      lose(here, fault);
    } else if (checks % ALL_SERVERS == 0 && servers.elsewhere(here)) {
      lose(here, "another server is the primary now");
    } else {
      pause = SHORTEST_PAUSE;
      timed(here, took);
      this.here.accept(here);
      later(pace.doubted() ? CHECK_AGAIN : CHECK, () -> check(here));
    }
  }

  /** True if the store does not let this node, or anybody, do what was tried. */
  private static boolean denied(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    // Not those that are more special: that it is loading or busy ends by itself.
    return cause.getClass() == RedisCommandExecutionException.class;
  }

  private void refused(String what, Throwable failure) {
    if (denied(failure) && refusals.add(what)) {
      LOG.warn("the shared store rejects {}: {}", what, StoreException.reason(failure));
    }
  }

  private final class Ear extends RedisPubSubAdapter<String, String> {
    private final StoreConnections at;

    Ear(StoreConnections at) {
      this.at = at;
    }

    @Override
    public void subscribed(String channel, long count) {
      if (at == connections && confirmed.add(channel)) {
        subscribed.accept(channel);
      }
    }

    @Override
    public void message(String channel, String message) {
      if (at == connections) {
        heard.accept(channel, message);
      }
    }
  }

  private void subscribe(StoreConnections here, String channel) {
    here.subscribe(channel)
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                refused("to let this node listen to " + channel, failure);
              }
            });
  }

  /** Listens to a channel more, now or when it is connected. */
  void listen(String channel) {
    StoreConnections here = connections;
    if (here != null) {
      subscribe(here, channel);
    }
  }

  void leave(String channel) {
    confirmed.remove(channel);
    StoreConnections here = connections;
    if (here != null) {
      here.unsubscribe(channel);
    }
  }

  /** Sends a text to all who listen, or drops it. */
  void tell(String channel, String text) {
    StoreConnections here = connections;
    if (here != null) {
      here.publish(channel, text)
          .whenComplete(
              (count, failure) -> {
                if (failure != null) {
                  refused("to let this node tell others of " + channel, failure);
                }
              });
    }
  }

  /** Connections of the node to the store, if there are any. */
  Optional<StoreConnections> connections() {
    return Optional.ofNullable(connections);
  }

  /** Ends the connection. */
  @Override
  public void close() {
    StoreConnections last = connections;
    become(State.CLOSED, null);
    executor.shutdownNow();
    if (last != null) {
      last.close()
          .completeOnTimeout(null, StoreDriver.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(failure -> null)
          .join();
    }
  }
}
