package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.rest.Resource;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;

/** What nodes do, from their reports: for programs and as a page. */
public final class Dashboard {
  private static final String FIGURES = "figures";
  private static final String STATE = "state";

  private final LiveFigures figures = new LiveFigures();
  private final Looks looks;
  private final Fleet fleet;

  private Dashboard(Fleet fleet, Clock clock) {
    this.fleet = fleet;
    looks = new Looks(figures, clock);
  }

  /** Hears of the reports of these nodes from now on. */
  public static Dashboard of(Fleet fleet, Clock clock) {
    Dashboard dashboard = new Dashboard(fleet, clock);
    fleet.listen(dashboard::arrived);
    return dashboard;
  }

  private void arrived(SeenNode node) {
    Reported.of(node.section(FIGURES))
        .ifPresent(reported -> figures.arrived(node.id(), reported, node.arrived().toEpochMilli()));
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
      all = all.plus(node.section(STATE), fleet.presence(node) != Presence.LOST);
    }
    return all;
  }

  /** For programs. */
  public Resource resource() {
    return new FiguresPath(looks, this::states, this::readiness);
  }

  /** For people. */
  public Subject subject() {
    return new DashboardSubject(looks, this::states, this::readiness);
  }
}
