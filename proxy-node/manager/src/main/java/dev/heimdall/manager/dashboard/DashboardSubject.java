package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /dashboard}: what nodes do now, and did in the last hour and day. */
final class DashboardSubject implements Subject {
  private static final String PATH = "/dashboard";
  private static final String OWN = "/dev/heimdall/manager/dashboard/";
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private final FigureQueries queries;
  private final Supplier<Map<String, JsonNode>> states;
  private final Supplier<Readiness> nodes;
  private final Supplier<List<Mark>> marks;

  /**
   * @param states of nodes that report, by id
   * @param nodes how many take clients
   * @param marks what happened
   */
  DashboardSubject(
      FigureQueries queries,
      Supplier<Map<String, JsonNode>> states,
      Supplier<Readiness> nodes,
      Supplier<List<Mark>> marks) {
    this.marks = marks;
    this.queries = queries;
    this.states = states;
    this.nodes = nodes;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.READ_CONFIGURATION, this::page),
        Page.get(
            PATH + "/figures",
            Permission.READ_CONFIGURATION,
            visit ->
                Answer.json(
                    200,
                    FiguresJson.of(
                        queries.of(visit.request()),
                        nodes.get(),
                        FigureQueries.wantsEvents(visit.request())
                            ? Optional.of(marks.get())
                            : Optional.empty()))),
        Page.get(
            PATH + "/clusters",
            Permission.READ_CONFIGURATION,
            visit -> visit.part(200, "clusters", Map.of("map", ClusterMap.of(states.get())))));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry(Entry.Group.WATCH, "Dashboard", PATH, Permission.READ_CONFIGURATION));
  }

  /** As soon as there is something to see. */
  @Override
  public Optional<String> beginning() {
    return states.get().isEmpty() ? Optional.empty() : Optional.of(PATH);
  }

  @Override
  public List<Asset> assets() {
    return List.of(
        Asset.style("uplot.css", UPLOT + "uPlot.min.css"),
        Asset.style("dashboard.css", OWN + "dashboard.css"),
        Asset.script("uplot.js", UPLOT + "uPlot.iife.min.js"),
        Asset.script("dashboard.js", OWN + "dashboard.js"));
  }

  private Answer page(Visit visit) throws Refusal {
    ShownFigures shown = queries.of(visit.request());
    return visit.page(
        200,
        "dashboard",
        "Dashboard",
        Map.of(
            "view",
            DashboardView.of(FigureQueries.scope(visit.request()), shown, nodes.get()),
            "map",
            ClusterMap.of(states.get())));
  }
}
