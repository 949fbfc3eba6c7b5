package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.archive.Archive;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.problems.Measured;
import dev.heimdall.manager.rest.Resource;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Activity of nodes, from their reports: for programs and as a page. */
public final class Dashboard implements AutoCloseable {
  private static final String FIGURES = "figures";
  private static final String STATE = "state";

  private final LiveFigures figures = new LiveFigures();
  private final Lags lags = new Lags();
  private final Archive archive;
  private final Months months;
  private final FigureQueries queries;
  private final Fleet fleet;
  private final Clock clock;

  private Dashboard(Fleet fleet, Archive.Place place, String manager, Clock clock) {
    this.fleet = fleet;
    this.clock = clock;
    KeptFigures kept = new KeptFigures(figures, lags, clock);
    archive = Archive.start(place, manager, kept, Ring.ABSENT, clock);
    months = new Months(scope -> kept.month(archive, scope, kept.lastTen()), System::nanoTime);
    queries = new FigureQueries(figures, lags, kept, months, clock);
  }

  /**
   * Hears of the reports of these nodes from now on.
   *
   * @param place where figures are kept
   * @param manager the same word whenever this manager runs, and no other one's
   */
  public static Dashboard of(Fleet fleet, Archive.Place place, String manager, Clock clock) {
    Dashboard dashboard = new Dashboard(fleet, place, manager, clock);
    fleet.listen(dashboard::arrived);
    return dashboard;
  }

  private void arrived(SeenNode node) {
    Reported.of(node.section(FIGURES))
        .ifPresent(reported -> figures.arrived(node.id(), reported, node.arrived().toEpochMilli()));
    lags.arrived(node.section(STATE), node.arrived().toEpochMilli());
  }

  /** Returns the current figures of each virtual database, on all nodes together. */
  public Map<String, Measured> measured() {
    Map<String, Measured> measured = new TreeMap<>();
    figures
        .newest(clock.millis())
        .forEach(
            (vdb, values) ->
                measured.put(
                    vdb,
                    new Measured(
                        values[Field.P99.ordinal()], values[Field.CACHE_PERCENT.ordinal()])));
    return measured;
  }

  /** Nodes that report, as they are by their own account. */
  private Map<String, JsonNode> states() {
    Map<String, JsonNode> states = new TreeMap<>();
    for (SeenNode node : fleet.nodes()) {
      if (fleet.presence(node) != Presence.LOST) {
        states.put(node.id(), node.section(STATE));
      }
    }
    return states;
  }

  private Readiness readiness() {
    Readiness all = new Readiness(0, 0);
    for (SeenNode node : fleet.nodes()) {
      all = all.plus(node.section(STATE), !fleet.isOverdue(node));
    }
    return all;
  }

  /**
   * For programs.
   *
   * @param marks what happened
   */
  public Resource resource(Supplier<List<Mark>> marks) {
    return new FiguresPath(queries, this::states, this::readiness, marks);
  }

  /**
   * For people.
   *
   * @param marks what happened
   */
  public Subject subject(Supplier<List<Mark>> marks) {
    return new DashboardSubject(queries, this::states, this::readiness, marks);
  }

  @Override
  public void close() {
    months.close();
    archive.close();
  }
}
