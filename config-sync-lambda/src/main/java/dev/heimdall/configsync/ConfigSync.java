package dev.heimdall.configsync;

import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RegionAnswers;
import dev.heimdall.routing.TopologyChange;
import dev.heimdall.routing.TopologyDiff;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One run: RDS is asked, what is new is written down, and the nodes are told. Events are no more
 * than a reason to ask, so that it does not matter whether one comes twice, late, or never: who
 * asks later knows more, and the schedule asks again. For one thread.
 */
final class ConfigSync {
  /** Others who write at the same time are as many as regions and events; rarely two. */
  private static final int MOST_WRITES = 5;

  /** Characters of a key that is unknown. */
  private static final int PRIMING_KEY = 32;

  private final Supplier<RegionAnswers> rds;
  private final TopologyStore topologies;
  private final OtherRegions elsewhere;
  private final NodeEndpoint.Finder nodes;
  private final Pusher pusher;
  private final PushKeys keys;
  private final Settling settling;
  private final Clock clock;

  /**
   * Duration of polling after an event.
   *
   * @param pause between two questions
   * @param attempts questions at most
   */
  record Settling(Duration pause, int attempts, Sleeper sleeper) {}

  /** Waits. */
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  ConfigSync(
      Supplier<RegionAnswers> rds,
      TopologyStore topologies,
      OtherRegions elsewhere,
      NodeEndpoint.Finder nodes,
      Pusher pusher,
      PushKeys keys,
      Settling settling,
      Clock clock) {
    this.rds = rds;
    this.topologies = topologies;
    this.elsewhere = elsewhere;
    this.nodes = nodes;
    this.pusher = pusher;
    this.keys = keys;
    this.settling = settling;
    this.clock = clock;
  }

  /**
   * Does it.
   *
   * @throws SyncException if nothing could be found out or written: it should be tried again
   */
  Report run(Trigger trigger) throws SyncException, InterruptedException {
    if (trigger.kind() == Trigger.Kind.UNRELATED) {
      return Report.nothing(trigger.cause());
    }
    Run run = new Run(trigger);
    boolean more = true;
    for (int attempt = 1; more; attempt++) {
      more = run.once() && attempt < settling.attempts();
      if (more) {
        settling.sleeper().sleep(settling.pause());
      }
    }
    return run.report();
  }

  /**
   * Goes through what a run does, whatever comes of it, so that every client of AWS and the one for
   * nodes has its classes loaded. Writes nothing, and reaches no node.
   */
  void prime(TopologyDocument document) {
    try {
      topologies.read();
    } catch (StoreException e) {
      // It is read again when there is a reason to.
    }
    List<PushSignature> signatures = List.of(PushSignature.all("x".repeat(PRIMING_KEY)).get(0));
    try {
      signatures = keys.now(new ArrayList<>());
    } catch (SyncException e) {
      // Nothing is signed with it but a push that no node gets.
    }
    nodes.find();
    pusher.push(document.json(), List.of(new NodeEndpoint("priming", "127.0.0.1", 9)), signatures);
  }

  /** Run in progress. */
  private final class Run {
    private final Trigger trigger;
    private final Set<String> problems = new LinkedHashSet<>();
    private final List<String> changes = new ArrayList<>();

    /**
     * Document that was stored before RDS was queried, as long as it may still be the stored one.
     */
    private Optional<TopologyStore.Stored> seen = Optional.empty();

    private TopologyDocument known;

    /** Empty until something is to be told. */
    private List<PushSignature> signatures = List.of();

    private int asked;
    private int found;
    private int taken;

    Run(Trigger trigger) {
      this.trigger = trigger;
    }

    /**
     * Asks once, and tells what is new.
     *
     * @return whether it is worth while to ask again soon: RDS sends events before its API says
     *     what they are about, and several while it is at it
     */
    boolean once() throws SyncException {
      look();
      RegionAnswers answers = rds.get();
      asked++;
      boolean due = trigger.kind() == Trigger.Kind.SCHEDULE && asked == 1;
      if (answers.whole().isPresent() && says(answers.own())) {
        // Of a region that is lost nothing may come for a while.
        publish(answers.own(), due);
        due = false;
      }
      TopologyReading all = answers.all();
      all.troubles().stream().map(AwsTrouble::described).forEach(problems::add);
      if (!says(all)) {
        throw new SyncException("RDS told nothing: " + String.join("; ", problems));
      }
      publish(all, due);
      tellOthers();
      return trigger.kind() == Trigger.Kind.SCHEDULE ? underWay() : changes.isEmpty() || underWay();
    }

    private static boolean says(TopologyReading reading) {
      return reading.globals().isPresent() || !reading.complete().isEmpty();
    }

    /** Writes down and tells what is new in it; tells what is not, if that is due. */
    private void publish(TopologyReading reading, boolean due) throws SyncException {
      if (write(reading) || due) {
        tell();
      }
    }

    /**
     * Reads the stored document before RDS is queried: the answer is newer than that document,
     * without a comparison of clocks.
     */
    private void look() throws SyncException {
      try {
        seen = Optional.of(topologies.read());
        known = seen.get().document();
      } catch (StoreException e) {
        throw unkept(e);
      }
    }

    private static SyncException unkept(StoreException e) {
      return new SyncException("the document cannot be kept: " + e.getMessage());
    }

    private boolean write(TopologyReading reading) throws SyncException {
      try {
        for (int attempt = 0; attempt < MOST_WRITES; attempt++) {
          TopologyStore.Stored stored = seen.isPresent() ? seen.get() : topologies.read();
          seen = Optional.empty();
          stored.problem().ifPresent(problems::add);
          TopologyDocument before = stored.document();
          Optional<TopologyDocument> news =
              before.equals(known)
                  ? before.afterSeen(reading, trigger.cause(), stored.others())
                  : before.after(reading, trigger.cause());
          known = before;
          if (news.isEmpty()) {
            return false;
          }
          TopologyDocument next = news.get();
          checkLength(next);
          if (topologies.write(next, stored)) {
            TopologyDiff diff = TopologyDiff.between(before, next);
            known = next;
            diff.changes().stream().map(TopologyChange::toString).forEach(changes::add);
            return true;
          }
          known = null;
        }
        throw new SyncException("others have written the document each time that this one tried");
      } catch (StoreException e) {
        throw unkept(e);
      }
    }

    /** No node would read it, nor the next run: the one before does more. */
    private void checkLength(TopologyDocument next) throws SyncException {
      int length = next.json().length;
      if (length > TopologyDocument.LONGEST) {
        throw new SyncException(
            "the document would have %,d bytes for %,d clusters, of which nodes read %,d: the one before stays. Name fewer regions in HEIMDALL_REGIONS"
                .formatted(length, next.clusters().size(), TopologyDocument.LONGEST));
      }
    }

    /** Written down it is already: without a key nodes find it there. */
    private void tell() throws SyncException {
      List<String> troubles = new ArrayList<>();
      signatures = keys.now(troubles);
      problems.addAll(troubles);
      NodeEndpoint.Found where = nodes.find();
      where.troubles().stream()
          .map(trouble -> "nodes cannot be found: " + trouble.described())
          .forEach(problems::add);
      found = where.doors().size();
      Pusher.Outcome outcome = pusher.push(known.json(), where.doors(), signatures);
      taken = outcome.taken();
      outcome.failures().stream().map(one -> "not told: " + one).forEach(problems::add);
    }

    /** After the own region has all: others may be slow, or lost. */
    private void tellOthers() {
      if (!signatures.isEmpty()) {
        problems.addAll(elsewhere.publish(known, signatures));
        signatures = List.of();
      }
    }

    private boolean underWay() {
      return known.globals().stream().anyMatch(global -> global.failover().isPresent())
          || known.clusters().stream().anyMatch(c -> c.status().equals("failing-over"));
    }

    Report report() {
      return new Report(
          trigger.cause(), known.version(), changes, asked, found, taken, List.copyOf(problems));
    }
  }

  /** Time since the event of a trigger, in milliseconds; 0 without an event. */
  long lag(Trigger trigger) {
    return trigger
        .at()
        .map(at -> Math.max(0, Duration.between(at, clock.instant()).toMillis()))
        .orElse(0L);
  }
}
