package dev.heimdall.manager.nodes;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.fleet.Command;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.FleetConfiguration;
import dev.heimdall.manager.fleet.Order;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /nodes} and what is below it, and {@code /rollout}, which other pages show a part of. */
public final class NodesSubject implements Subject {
  private static final String NODES = "/nodes";

  private final SeenNodes nodes;
  private final FleetCommands commands;

  public NodesSubject(Fleet fleet, FleetConfiguration configuration, FleetCommands commands) {
    this.commands = commands;
    nodes = new SeenNodes(fleet, configuration);
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(NODES, Permission.READ_CONFIGURATION, this::all),
        Page.get(NODES + "/{id}", Permission.READ_CONFIGURATION, this::one),
        Page.get("/rollout", Permission.READ_CONFIGURATION, this::rollout),
        Page.post(NODES, Permission.OPERATE_NODES, visit -> send(visit, List.of(), NODES)),
        Page.post(
            NODES + "/{id}",
            Permission.OPERATE_NODES,
            visit -> send(visit, List.of(visit.part(0)), NODES + "/" + visit.part(0))));
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
    Map<String, Object> parameters =
        Map.of(
            "lines",
            nodes.all(),
            "orders",
            Sent.lines(commands.orders(), Optional.empty()),
            "rolling",
            Sent.rolling(commands.restarting()));
    return visit.wantsPart()
        ? visit.part(200, "nodelist", parameters)
        : visit.page(200, "nodes", "Nodes", with(parameters, visit));
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
    Map<String, Object> parameters =
        Map.of(
            "page", page, "orders", Sent.lines(commands.orders(), Optional.of(page.line().id())));
    return visit.wantsPart()
        ? visit.part(200, "nodebody", parameters)
        : visit.page(200, "node", page.line().id(), with(parameters, visit));
  }

  private static Map<String, Object> with(Map<String, Object> parameters, Visit visit) {
    Map<String, Object> all = new HashMap<>(parameters);
    all.put("operates", visit.may(Permission.OPERATE_NODES));
    return all;
  }

  /** A form with a command. */
  private Answer send(Visit visit, List<String> ids, String back) throws Refusal {
    String wanted = visit.field("command").orElse("");
    switch (wanted) {
      case "restart_all" ->
          visit.tell(
              commands.restartAll(visit.author(""))
                  ? "All nodes are being restarted, one after the other."
                  : "A restart of all nodes is in progress, or no node reports.");
      case "stop_restart" -> commands.stopRestarting(visit.author(""));
      case "forget" -> {
        for (String id : ids) {
          visit.tell(
              commands.forget(id, visit.author(""))
                  ? id + " is forgotten."
                  : id + " still reports: stop it first.");
        }
        return visit.see(NODES);
      }
      default -> visit.tell(sent(visit, ids, wanted));
    }
    return visit.see(back);
  }

  private String sent(Visit visit, List<String> ids, String wanted) throws Refusal {
    Command command =
        Command.of(wanted)
            .filter(one -> !one.isForClient() && !one.isForPattern())
            .orElseThrow(() -> new Refusal(400, "bad_request", "There is no such command."));
    Optional<String> table =
        visit
            .field("table")
            .map(String::strip)
            .filter(name -> !name.isEmpty() && command == Command.CLEAR_CACHE);
    Optional<List<Order>> orders =
        commands.send(
            ids,
            command,
            table.map(name -> Map.of("table", name)).orElse(Map.of()),
            visit.author(""));
    return orders
        .map(all -> "Sent to %s.".formatted(Words.counted(all.size(), "node")))
        .orElse("Nothing is sent: this node does not report.");
  }

  private Answer rollout(Visit visit) {
    Rollout rollout = nodes.rollout();
    return visit.wantsPart()
        ? visit.part(200, "rollout", Map.of("rollout", rollout))
        : visit.see(NODES);
  }
}
