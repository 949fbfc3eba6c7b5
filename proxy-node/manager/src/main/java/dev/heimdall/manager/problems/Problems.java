package dev.heimdall.manager.problems;

import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.store.Unchanged;
import dev.heimdall.secrets.DocumentStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Problems with their beginning and end: alerts, which all managers share. Thread-safe. */
public final class Problems implements AutoCloseable {
  /** Until then every node has reported that does, or counts as lost. */
  private static final Duration SETTLING = Duration.ofSeconds(20);

  /** A manager that never hears of a node does not know what is not there. */
  private static final Duration NO_FLEET = Duration.ofDays(1);

  /** So long pages say of what has ended last that it is solved. */
  private static final Duration SOLVED = Duration.ofMinutes(5);

  private final Fleet fleet;
  private final Sources sources;
  private final String manager;
  private final NodeNews news = new NodeNews();
  private final AlertKeeper keeper;
  private final AlertEdits edits;
  private final ThresholdSettings thresholds;
  private final Instant started;

  /** Guarded by this. */
  private final Tracks tracks = new Tracks();

  private final Unchanged<Evaluation.Sight, Instant> confirmed = new Unchanged<>(System::nanoTime);

  // Of the thread that looks.
  private boolean recalled;
  private boolean met;

  private Problems(Sources sources, String manager, Optional<DocumentStore> store, AuditLog audit) {
    this.sources = sources;
    fleet = sources.fleet();
    this.manager = manager;
    keeper = new AlertKeeper(store);
    thresholds = new ThresholdSettings(store, audit);
    edits = new AlertEdits(keeper, audit, fleet::now);
    started = fleet.now();
  }

  /**
   * Hears of the reports of nodes from now on.
   *
   * @param manager the same word whenever this manager runs, and no other one's
   * @param store where alerts are kept; empty: as long as the manager runs
   */
  public static Problems start(
      Sources sources, String manager, Optional<DocumentStore> store, AuditLog audit) {
    Problems problems = new Problems(sources, manager, store, audit);
    sources.fleet().listen(problems.news::arrived);
    problems.keeper.start(problems::step);
    return problems;
  }

  private void step() {
    thresholds.refresh();
    Instant now = fleet.now();
    look(now);
    Tracks seen;
    synchronized (this) {
      seen = tracks.copy();
    }
    List<SeenNode> nodes = fleet.nodes();
    met |= !nodes.isEmpty();
    Duration looked = Duration.between(started, now);
    boolean settled = looked.compareTo(met ? SETTLING : NO_FLEET) >= 0;
    // Who was forgotten has nothing that is wrong any more.
    boolean heard = nodes.isEmpty() || nodes.stream().anyMatch(node -> node(node).reports());
    Evaluation evaluation = new Evaluation(manager, seen, settled, heard, confirmed, now);
    keeper.step(evaluation::of);
    recall();
  }

  /** Nodes that were lost before this manager was started are lost still. */
  private void recall() {
    if (recalled) {
      return;
    }
    recalled = keeper.isRead();
    for (Alert alert : keeper.book().open()) {
      if (Evaluation.isOfPresence(alert)) {
        alert.nodes().forEach(node -> fleet.recall(node, alert.started()));
      }
    }
  }

  private Node node(SeenNode node) {
    return new Node(
        node.id(),
        fleet.presence(node),
        fleet.isOverdue(node),
        node.arrived(),
        node.section("state"),
        news.store(node.id()));
  }

  private synchronized void look(Instant now) {
    List<Node> nodes = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (SeenNode node : fleet.nodes()) {
      ids.add(node.id());
      nodes.add(node(node));
    }
    news.retain(ids);
    List<Finding> all = news.with(Findings.in(nodes, sources.newest().get()), now);
    all.addAll(
        new ThresholdFindings(thresholds.now(), tracks::has)
            .in(nodes, sources.measured().get(), sources.certificates().get(), now));
    sources.disk().get().ifPresent(low -> all.add(full(low)));
    tracks.look(all, now);
  }

  private Finding full(DiskWatch.LowDisk disk) {
    return new Finding(
        ProblemKind.MANAGER_DISK_FULL,
        manager,
        false,
        "The disk of manager %s is full".formatted(manager),
        "%s has %d MiB left.".formatted(disk.directory(), disk.left() >> 20),
        List.of(),
        Optional.empty(),
        ProblemKind.MANAGER_DISK_FULL.timing());
  }

  /** Returns the current problems, the worst first; acknowledged ones come last. */
  synchronized List<Problem> now() {
    Instant now = fleet.now();
    look(now);
    AlertBook book = keeper.book();
    List<Problem> problems = new ArrayList<>();
    for (Tracks.Track track : tracks.lasting(now)) {
      Optional<Alert> alert = book.open(track.finding());
      Instant since =
          alert.map(Alert::started).filter(track.begun()::isAfter).orElse(track.begun());
      problems.add(
          new Problem(
              track.finding(),
              since,
              alert.isPresent() ? Problem.State.FIRING : Problem.State.PENDING,
              alert,
              alert.flatMap(one -> book.silence(one, now))));
    }
    problems.sort(
        Comparator.comparing(Problem::isQuiet)
            .thenComparing(problem -> !problem.finding().critical())
            .thenComparing(problem -> problem.finding().kind())
            .thenComparing(problem -> problem.finding().about()));
    return problems;
  }

  /** Alerts that go on, and those that ended last. */
  public List<Alert> alerts() {
    return keeper.book().alerts();
  }

  /** Returns the last problem that existed, if that was not long ago. */
  synchronized Optional<Tracks.Track> solved() {
    return tracks.over(fleet.now(), SOLVED);
  }

  /** True if its notifications are silenced now. */
  public boolean isSilenced(Alert alert) {
    return keeper.book().silence(alert, fleet.now()).isPresent();
  }

  /** Time since a problem last began or ended. */
  public Duration quiet() {
    return keeper.quiet();
  }

  /** True if alerts have such a kind. */
  public static boolean isKind(String kind) {
    return ProblemKind.of(kind).isPresent();
  }

  AlertEdits edits() {
    return edits;
  }

  AlertBook book() {
    return keeper.book();
  }

  Instant moment() {
    return fleet.now();
  }

  /** For programs. */
  public List<Resource> resources() {
    return List.of(new ProblemsPath(this), new AlertsPath(this), new ThresholdsPath(thresholds));
  }

  /** For people. */
  public List<Subject> subjects() {
    return List.of(new ProblemsSubject(this), new ThresholdsSubject(thresholds));
  }

  @Override
  public void close() {
    keeper.close();
  }
}
