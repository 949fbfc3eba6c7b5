package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.model.report.LogLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The nodes that report, each as its last report had it, until it has not reported for a day.
 * Thread-safe.
 */
public final class Fleet {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final int MOST = 500;
  private static final int MOST_RUNS = 8;
  private static final Duration REMEMBERED = Duration.ofDays(1);
  private static final Duration USUALLY = Duration.ofSeconds(2);

  /** Listeners add it up; kept of each of many nodes it would fill the heap. */
  private static final Set<String> PASSING = Set.of("figures", "patterns", "events", "clients");

  /** A run of a node that has reported under an id. */
  private static final class Run {
    private long lastTime;

    /** True if another one has taken the id over. */
    private boolean displaced;
  }

  private static final class Member {
    private final Map<String, Run> runs = new LinkedHashMap<>();
    private SeenNode seen;
    private long bytes;
    private String rival = "";
    private Instant rivalAt = Instant.MIN;
  }

  /** Outcome of a report. */
  enum Outcome {
    TAKEN,
    REPLAYED,
    CLAIMED_BY_ANOTHER,
    TOO_MANY,
    TOO_LARGE
  }

  private final Clock clock;
  private final ReportRoom room;
  private final Map<String, Member> members = new TreeMap<>();
  private final List<ReportListener> listeners = new CopyOnWriteArrayList<>();

  public Fleet(Clock clock) {
    this(clock, new ReportRoom(MOST));
  }

  Fleet(Clock clock, ReportRoom room) {
    this.clock = clock;
    this.room = room;
  }

  /** Adds a listener of all reports from now on. */
  public void listen(ReportListener listener) {
    listeners.add(listener);
  }

  /** All of them, in the order of their ids. */
  public List<SeenNode> nodes() {
    synchronized (members) {
      forgetOld();
      return members.values().stream().map(this::shown).toList();
    }
  }

  /** One of them. */
  public Optional<SeenNode> node(String id) {
    synchronized (members) {
      forgetOld();
      return Optional.ofNullable(members.get(id)).map(this::shown);
    }
  }

  /** Returns whether a node still reports. */
  public Presence presence(SeenNode node) {
    return node.presence(clock.instant());
  }

  /** True if a report of the node has not arrived that should have. */
  public boolean isOverdue(SeenNode node) {
    return node.isOverdue(clock.instant());
  }

  /** The manager's time. */
  public Instant now() {
    return clock.instant();
  }

  /** Forgets a node that does not report any more; false: it does, or it is unknown. */
  public boolean forget(String id) {
    synchronized (members) {
      Member member = members.get(id);
      boolean lost = member != null && member.seen.presence(clock.instant()) == Presence.LOST;
      if (lost) {
        members.remove(id);
        room.back(member.bytes);
      }
      return lost;
    }
  }

  /**
   * Knows of a node that has not reported since then, as another manager has; one that is known
   * stays as it is.
   */
  public void recall(String id, Instant last) {
    synchronized (members) {
      boolean old = last.isBefore(clock.instant().minus(REMEMBERED));
      if (old || members.containsKey(id) || members.size() >= MOST) {
        return;
      }
      Member member = new Member();
      member.seen =
          new SeenNode(id, "", 0, "", last, "", last, USUALLY, Map.of(), Optional.empty());
      members.put(id, member);
    }
  }

  /** Another node's claim is shown as long as it is made. */
  private SeenNode shown(Member member) {
    SeenNode seen = member.seen;
    Instant now = clock.instant();
    boolean claimed =
        !member.rival.isEmpty()
            && Duration.between(member.rivalAt, now).compareTo(seen.every().multipliedBy(10)) < 0;
    return claimed ? withRival(seen, Optional.of(member.rival)) : seen;
  }

  private static SeenNode withRival(SeenNode seen, Optional<String> rival) {
    return new SeenNode(
        seen.id(),
        seen.run(),
        seen.number(),
        seen.version(),
        seen.started(),
        seen.address(),
        seen.arrived(),
        seen.every(),
        seen.sections(),
        rival);
  }

  private void forgetOld() {
    Instant now = clock.instant();
    members
        .values()
        .removeIf(
            member -> {
              boolean old = Duration.between(member.seen.arrived(), now).compareTo(REMEMBERED) > 0;
              if (old) {
                room.back(member.bytes);
              }
              return old;
            });
  }

  /**
   * Nodes that are lost make room for those that report, the one that is lost for longest first.
   */
  private boolean forgetLost() {
    Instant now = clock.instant();
    Optional<Member> lost =
        members.values().stream()
            .filter(member -> member.seen.presence(now) == Presence.LOST)
            .min(Comparator.comparing(member -> member.seen.arrived()));
    lost.ifPresent(
        member -> {
          members.remove(member.seen.id());
          room.back(member.bytes);
        });
    return lost.isPresent();
  }

  /**
   * Takes a report whose signature is right.
   *
   * @param time when it was signed: of one run no two reports have the same, and later ones a later
   */
  Outcome take(SeenNode report, long time) {
    SeenNode kept = kept(report);
    long bytes = ReportRoom.bytes(kept.sections());
    Outcome outcome;
    synchronized (members) {
      outcome = taken(kept, bytes, time);
    }
    if (outcome == Outcome.TAKEN) {
      listeners.forEach(listener -> tell(listener, report));
    }
    return outcome;
  }

  private Outcome taken(SeenNode report, long bytes, long time) {
    forgetOld();
    Member member = members.get(report.id());
    if (member == null) {
      if (members.size() >= MOST && !forgetLost()) {
        return Outcome.TOO_MANY;
      }
      if (!room.take(0, bytes)) {
        return Outcome.TOO_LARGE;
      }
      member = new Member();
      member.seen = report;
      member.bytes = bytes;
      members.put(report.id(), member);
      tell("a node reports", report);
    }
    Run run = member.runs.get(report.run());
    if (run != null && time <= run.lastTime) {
      return Outcome.REPLAYED;
    }
    if (run != null && run.displaced && member.seen.presence(report.arrived()) != Presence.LOST) {
      run.lastTime = time;
      claimed(member, report);
      return Outcome.CLAIMED_BY_ANOTHER;
    }
    if (!room.take(member.bytes, bytes)) {
      return Outcome.TOO_LARGE;
    }
    member.bytes = bytes;
    if (run == null) {
      run = new Run();
      member.runs.put(report.run(), run);
      bound(member.runs.values());
    }
    if (!report.run().equals(member.seen.run())) {
      member.runs.values().forEach(other -> other.displaced = true);
      tell("a node reports again", report);
    }
    run.displaced = false;
    run.lastTime = time;
    member.seen = report;
    return Outcome.TAKEN;
  }

  private static SeenNode kept(SeenNode report) {
    Map<String, JsonNode> sections = new HashMap<>(report.sections());
    sections.keySet().removeAll(PASSING);
    return new SeenNode(
        report.id(),
        report.run(),
        report.number(),
        report.version(),
        report.started(),
        report.address(),
        report.arrived(),
        report.every(),
        sections,
        report.rival());
  }

  private static void bound(Collection<Run> runs) {
    if (runs.size() > MOST_RUNS) {
      runs.remove(runs.iterator().next());
    }
  }

  private void claimed(Member member, SeenNode report) {
    if (!member.rival.equals(report.address())) {
      new LogLine("two nodes report under one id; the one that began last has it")
          .pair("node", report.id())
          .pair("addr", member.seen.address())
          .pair("other", report.address())
          .log(LOG, Level.WARN);
    }
    member.rival = report.address();
    member.rivalAt = report.arrived();
  }

  private static void tell(String words, SeenNode node) {
    new LogLine(words)
        .pair("node", node.id())
        .pair("addr", node.address())
        .pair("version", node.version())
        .log(LOG, Level.INFO);
  }

  private static void tell(ReportListener listener, SeenNode report) {
    try {
      listener.arrived(report);
    } catch (RuntimeException e) {
      LOG.error("a report met an error in Heimdall", e);
    }
  }
}
