package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.routing.threads.DaemonThreads;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes down what nodes report, and what a manager sees by itself: nodes that do not report any
 * more, or do again, changes of the configuration, and log-ins that are refused.
 */
final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final long LOOK_MILLIS = 500;

  /** Strangers can bring refusals about as often as they like: they are summed up. */
  private static final long SUM_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final long MANY = 10;
  private static final int LONGEST_RUN = 40;

  /** Last event number received from a run of a node. */
  private record Heard(String run, long number) {}

  private final EventBook book;
  private final Fleet fleet;
  private final AuditLog audit;
  private final String source = "manager-" + UUID.randomUUID();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-presence"));

  // Guarded by this.
  private final Map<String, Heard> heard = new HashMap<>();
  private final Map<String, Presence> presences = new HashMap<>();

  /** By account, of which there are not many, and the empty one: when it was told last. */
  private final Map<String, Long> delays = new HashMap<>();

  private long numbers;

  // Of the thread that looks.
  private long summedAt = System.nanoTime();
  private long summed;

  private Watch(EventBook book, Fleet fleet, AuditLog audit) {
    this.book = book;
    this.fleet = fleet;
    this.audit = audit;
  }

  static Watch start(EventBook book, Fleet fleet, AuditLog audit) {
    Watch watch = new Watch(book, fleet, audit);
    fleet.listen(watch::arrived);
    audit.listen(watch::done);
    watch.looking.scheduleWithFixedDelay(
        watch::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  private synchronized void arrived(SeenNode node) {
    JsonNode section = node.section("events");
    if (!section.path("events").isArray()) {
      return;
    }
    Heard before = heard.get(node.id());
    boolean sameRun = before != null && before.run().equals(node.run());
    long last = sameRun ? before.number() : 0;
    long missed = section.path("forgotten").asLong() - last;
    if (sameRun && missed > 0) {
      own(
          "events-missed",
          Severity.INFO,
          node.id(),
          "Events of this node that came too fast to be reported: %d.".formatted(missed),
          1);
    }
    long next = last;
    String of = node.id() + "-" + run(node);
    for (JsonNode one : section.path("events")) {
      long number = one.path("number").asLong();
      if (number > last) {
        Sighting.of(one, of, node.id()).ifPresent(book::note);
        next = Math.max(next, number);
      }
    }
    heard.put(node.id(), new Heard(node.run(), next));
  }

  /** As ids of events have it. */
  private static String run(SeenNode node) {
    String run = node.run().replaceAll("[^A-Za-z0-9-]", "");
    return run.length() > LONGEST_RUN ? run.substring(0, LONGEST_RUN) : run;
  }

  private void done(Action action, String user, String address, String subject) {
    if (action == Action.CONFIGURATION_CHANGED) {
      own("configuration-changed", Severity.INFO, subject, "%s has changed it.".formatted(user), 1);
    } else if (action == Action.LOG_IN_DELAYED && isFirst(user)) {
      own(
          "manager-log-ins-delayed",
          Severity.WARNING,
          user,
          "After too many wrong ones, log-ins to this manager from %s have to wait; the audit log"
                  .formatted(address)
              + " has those from elsewhere.",
          1);
    }
  }

  /** Strangers have many addresses: of an account it is told once in a while. */
  private synchronized boolean isFirst(String user) {
    long now = System.nanoTime();
    Long last = delays.get(user);
    if (last != null && now - last < SUM_NANOS) {
      return false;
    }
    delays.put(user, now);
    return true;
  }

  private void look() {
    try {
      presence();
      refusals();
    } catch (RuntimeException e) {
      LOG.error("looking after nodes met an error in Heimdall", e);
    }
  }

  private synchronized void presence() {
    Set<String> there = new HashSet<>();
    for (SeenNode node : fleet.nodes()) {
      there.add(node.id());
      Presence now = fleet.presence(node);
      Presence before = presences.put(node.id(), now);
      if (before != null && before != now) {
        changed(node, before, now);
      }
    }
    presences.keySet().retainAll(there);
    heard.keySet().retainAll(there);
  }

  private void changed(SeenNode node, Presence before, Presence now) {
    switch (now) {
      case LATE ->
          own("node-late", Severity.INFO, node.id(), "Three reports of the node are missing.", 1);
      case LOST -> {
        if (node.section("state").path("draining").asBoolean()) {
          own("node-ended", Severity.INFO, node.id(), "It had drained its clients.", 1);
        } else {
          own(
              "node-lost",
              Severity.CRITICAL,
              node.id(),
              "The node at %s does not report any more.".formatted(node.address()),
              1);
        }
      }
      case LIVE -> {
        if (before == Presence.LOST) {
          own("node-back", Severity.INFO, node.id(), "The node reports again.", 1);
        }
      }
    }
  }

  private void refusals() {
    long now = System.nanoTime();
    if (now - summedAt < SUM_NANOS) {
      return;
    }
    summedAt = now;
    long all = audit.noted(Action.LOG_IN_REFUSED);
    long fresh = all - summed;
    summed = all;
    if (fresh > 0) {
      own(
          "manager-log-ins-refused",
          fresh < MANY ? Severity.INFO : Severity.WARNING,
          "",
          "Log-ins to this manager were refused; the audit log names them.",
          fresh);
    }
  }

  private synchronized void own(
      String kind, Severity severity, String about, String words, long count) {
    book.note(
        new Sighting(
            source,
            ++numbers,
            fleet.now(),
            kind,
            severity,
            about,
            "",
            words,
            count,
            Sighting.MANAGER));
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
