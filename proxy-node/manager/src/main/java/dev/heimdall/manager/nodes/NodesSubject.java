package dev.heimdall.manager.nodes;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetConfiguration;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import java.util.List;
import java.util.Map;

/** {@code /nodes} and what is below it, and {@code /rollout}, which other pages show a part of. */
public final class NodesSubject implements Subject {
  private static final String NODES = "/nodes";

  private final SeenNodes nodes;

  public NodesSubject(Fleet fleet, FleetConfiguration configuration) {
    nodes = new SeenNodes(fleet, configuration);
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(NODES, Permission.READ_CONFIGURATION, this::all),
        Page.get(NODES + "/{id}", Permission.READ_CONFIGURATION, this::one),
        Page.get("/rollout", Permission.READ_CONFIGURATION, this::rollout));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry(Entry.Group.WATCH, "Nodes", NODES, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(Asset.style("nodes.css", "/dev/heimdall/manager/nodes/nodes.css"));
  }

  private Answer all(Visit visit) {
    List<NodeLine> lines = nodes.all();
    return visit.wantsPart()
        ? visit.part(200, "nodelist", Map.of("lines", lines))
        : visit.page(200, "nodes", "Nodes", Map.of("lines", lines));
  }

  private Answer one(Visit visit) throws Refusal {
    NodePage page =
        nodes
            .one(visit.part(0))
            .orElseThrow(
                () ->
                    new Refusal(
                        404,
                        "not_found",
                        "No node %s has reported to this manager.".formatted(visit.part(0))));
    return visit.wantsPart()
        ? visit.part(200, "nodebody", Map.of("page", page))
        : visit.page(200, "node", page.line().id(), Map.of("page", page));
  }

  private Answer rollout(Visit visit) {
    Rollout rollout = nodes.rollout();
    return visit.wantsPart()
        ? visit.part(200, "rollout", Map.of("rollout", rollout))
        : visit.see(NODES);
  }
}
