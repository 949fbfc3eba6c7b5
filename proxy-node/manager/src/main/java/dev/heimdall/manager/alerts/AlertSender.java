package dev.heimdall.manager.alerts;

import dev.heimdall.manager.problems.Problems;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.manager.store.Unchanged;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends events to alert targets, each on a thread of its own, so that a target that does not answer
 * delays no other. Of several managers the one sends that has claimed the event first.
 */
final class AlertSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** Claims of these fit a secret, which holds 64 KiB. */
  private static final int MOST = 200;

  private static final Duration RECENT = Duration.ofMinutes(10);

  /** Until then all nodes have seen it, and what follows it at once goes along. */
  private static final Duration GATHERING = Duration.ofSeconds(2);

  /**
   * While nothing happens the place, which may be paid for by the look, is looked at less often.
   */
  private static final Duration QUIET = Duration.ofMinutes(5);

  private static final Duration SELDOM = Duration.ofMinutes(1);

  private static final List<Duration> PAUSES =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(20));

  /** As Prometheus does it. */
  private static final Duration HOLD_EVERY = Duration.ofMinutes(1);

  private static final Duration END = Duration.ofSeconds(2);
  private static final Duration HELD_AFTER_END = Duration.ofMinutes(15);

  /** Alerts that a target was last notified to hold, and the time. */
  private record Held(String which, long at) {}

  private final EventBook book;
  private final Problems problems;
  private final SharedDocument<Targets> targets;
  private final Senders senders;
  private final Clock clock;
  private final Map<String, Held> held = new ConcurrentHashMap<>();
  private final Map<String, Unchanged<String, Instant>> unchanged = new ConcurrentHashMap<>();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-alerts"));

  /** As many threads as there are targets at most. */
  private final ExecutorService sending =
      Executors.newCachedThreadPool(DaemonThreads.named("manager-alert"));

  // Of the thread that looks.
  private long looked = System.nanoTime();

  private AlertSender(
      EventBook book, Problems problems, SharedDocument<Targets> targets, Clock clock) {
    this.book = book;
    this.problems = problems;
    this.targets = targets;
    this.clock = clock;
    senders = Senders.of(clock);
  }

  static AlertSender start(
      EventBook book, Problems problems, SharedDocument<Targets> targets, Clock clock) {
    AlertSender sender = new AlertSender(book, problems, targets, clock);
    sender.looking.scheduleWithFixedDelay(sender::look, 1, 1, TimeUnit.SECONDS);
    return sender;
  }

  private void look() {
    boolean quiet = book.quiet().compareTo(QUIET) > 0 && problems.quiet().compareTo(QUIET) > 0;
    if (quiet && System.nanoTime() - looked < SELDOM.toNanos()) {
      return;
    }
    looked = System.nanoTime();
    try {
      Targets now = targets.value();
      if (now.all().isEmpty()) {
        return;
      }
      List<Event> recent = recent();
      Set<String> alerts = Notices.prefixes(problems);
      for (Target target : now.all().values()) {
        if (target.way().holdsAlerts()) {
          hold(target, now.told(target.name()));
          continue;
        }
        List<Event> wanted = recent.stream().filter(target::wants).toList();
        TargetState told = now.told(target.name());
        if (next(target, told, wanted, alerts).told() != told) {
          begin(target.name(), () -> tell(target, wanted, alerts));
        }
      }
    } catch (StoreException e) {
      LOG.debug("targets of alerts cannot be read: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("telling of events met an error in Heimdall", e);
    }
  }

  private List<Event> recent() throws StoreException {
    Instant now = clock.instant();
    List<Event> recent =
        new ArrayList<>(
            Notices.of(problems).stream()
                .filter(notice -> notice.at().isBefore(now.minus(GATHERING)))
                .toList());
    book.events().stream()
        .filter(event -> event.last().isAfter(now.minus(RECENT)))
        .filter(event -> event.at().isBefore(now.minus(GATHERING)))
        .limit(MOST)
        .forEach(recent::add);
    return recent;
  }

  /**
   * Every manager does so: who holds alerts knows them by what they are, however often he hears.
   */
  private void hold(Target target, TargetState told) {
    List<Event> all =
        Notices.held(problems, clock.instant().minus(HELD_AFTER_END)).stream()
            .filter(target::wants)
            .toList();
    String which = all.stream().map(Event::id).collect(Collectors.joining(" "));
    Held before = held.getOrDefault(target.name(), new Held("", 0));
    boolean due = !all.isEmpty() && System.nanoTime() - before.at() > HOLD_EVERY.toNanos();
    if (all.isEmpty() || which.equals(before.which()) && !due) {
      return;
    }
    begin(
        target.name(),
        () -> {
          try {
            held.put(target.name(), new Held(which, System.nanoTime()));
            TargetState.Result result = sent(target, Message.of(all, 0));
            boolean same =
                told.result()
                    .filter(last -> last.arrived() == result.arrived())
                    .filter(last -> last.words().equals(result.words()))
                    .isPresent();
            if (!same) {
              end(target.name(), now -> now.with(result));
            }
          } catch (StoreException e) {
            LOG.warn(
                "what a target of alerts has answered cannot be written down: {}", e.getMessage());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** One message to a target at a time; false: one is being sent. */
  private boolean begin(String name, Runnable task) {
    if (!busy.add(name)) {
      return false;
    }
    try {
      sending.execute(
          () -> {
            try {
              task.run();
            } finally {
              busy.remove(name);
            }
          });
    } catch (RejectedExecutionException e) {
      busy.remove(name); // it ends
    }
    return true;
  }

  private void tell(Target target, List<Event> wanted, Set<String> alerts) {
    try {
      List<TargetState.Batch> claimed = new ArrayList<>();
      targets.change(
          now -> {
            claimed.clear();
            Target still = now.all().get(target.name());
            if (still == null) {
              return now;
            }
            TargetState before = now.told(target.name());
            TargetState.Next next = next(still, before, wanted, alerts);
            next.batch().ifPresent(claimed::add);
            return next.told() == before ? now : now.with(target.name(), next.told());
          });
      for (TargetState.Batch batch : claimed) {
        TargetState.Result result = sent(target, Message.of(batch.events(), batch.leftOut()));
        end(target.name(), told -> told.ended(batch, result));
      }
    } catch (StoreException e) {
      LOG.warn("what targets of alerts were told cannot be written down: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private TargetState.Next next(
      Target target, TargetState told, List<Event> wanted, Set<String> alerts) {
    Unchanged<String, Instant> seen =
        unchanged.computeIfAbsent(target.name(), name -> new Unchanged<>(System::nanoTime));
    return told.next(wanted, alerts, target.way().hourly(), seen, clock.instant());
  }

  private interface Step {
    TargetState from(TargetState told);
  }

  private void end(String name, Step step) throws StoreException {
    targets.change(
        now -> now.all().containsKey(name) ? now.with(name, step.from(now.told(name))) : now);
  }

  private TargetState.Result sent(Target target, Message message) throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      try {
        return new TargetState.Result(clock.instant(), true, target.way().send(message, senders));
      } catch (Failed e) {
        if (!e.worthAnother() || attempt == PAUSES.size() || message.test()) {
          new LogLine("an alert did not arrive")
              .pair("target", target.name())
              .pair("reason", e.getMessage())
              .log(LOG, Level.WARN);
          return new TargetState.Result(clock.instant(), false, e.getMessage());
        }
        TimeUnit.NANOSECONDS.sleep(PAUSES.get(attempt).toNanos());
      }
    }
  }

  /**
   * Sends a test; what becomes of it is the target's last result.
   *
   * @return false: another message to the target is being sent
   */
  boolean test(String name) throws StoreException {
    Target found = targets.fresh().all().get(name);
    return found == null
        || begin(
            name,
            () -> {
              try {
                TargetState.Result result = sent(found, Message.ofTest());
                end(name, told -> told.with(result));
              } catch (StoreException e) {
                LOG.warn("the result of a test cannot be written down: {}", e.getMessage());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Nothing is written any more once it returns. */
  @Override
  public void close() {
    looking.shutdownNow();
    sending.shutdownNow();
    try {
      if (!looking.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)
          || !sending.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("telling of events has not ended within {}", END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
