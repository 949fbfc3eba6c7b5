package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.FleetConfiguration;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import java.util.List;

/** {@code /api/v1/nodes} and what is below it: the nodes that report. */
public final class NodesPath implements Resource {
  private static final String NODES = "/api/v1/nodes";

  private final Fleet fleet;
  private final FleetConfiguration configuration;
  private final FleetCommands commands;

  public NodesPath(Fleet fleet, FleetConfiguration configuration, FleetCommands commands) {
    this.fleet = fleet;
    this.commands = commands;
    this.configuration = configuration;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(NODES, Permission.READ_CONFIGURATION, call -> all())
            .saying("The nodes that report, and which configuration each runs"),
        Operation.get(NODES + "/{id}", Permission.READ_CONFIGURATION, call -> one(call.part()))
            .saying("One node, with the sections of its last report"),
        new Operation("DELETE", NODES + "/{id}", Permission.OPERATE_NODES, 0, this::forget)
            .saying("Forgets a node that is lost"));
  }

  private Answer all() {
    String newest = configuration.latestHash();
    ObjectNode body = Answer.JSON.createObjectNode();
    body.putObject("configuration").put("hash", newest);
    ArrayNode nodes = body.putArray("nodes");
    fleet.nodes().forEach(node -> nodes.add(words(node, newest)));
    return Answer.json(200, body);
  }

  private Answer one(String id) throws Refusal {
    SeenNode node = seen(id);
    ObjectNode body = words(node, configuration.latestHash());
    ObjectNode sections = body.putObject("sections");
    node.sections().forEach(sections::set);
    return Answer.json(200, body);
  }

  private Answer forget(Call call) throws Refusal {
    String id = seen(call.part()).id();
    if (!commands.forget(id, call.author())) {
      throw new Refusal(
          409, "still_reports", "The node %s still reports: stop it first.".formatted(id));
    }
    return Answer.empty(204);
  }

  private SeenNode seen(String id) throws Refusal {
    return fleet.node(id).orElseThrow(() -> NodesPath.unknown(id));
  }

  private static Refusal unknown(String id) {
    return new Refusal(404, "not_found", "No node %s has reported to this manager.".formatted(id));
  }

  private ObjectNode words(SeenNode node, String newest) {
    JsonNode state = node.section("state");
    ObjectNode one =
        Answer.JSON
            .createObjectNode()
            .put("id", node.id())
            .put("number", node.number())
            .put("presence", fleet.presence(node).spelling())
            .put("version", node.version())
            .put("started", node.started().toString())
            .put("address", node.address())
            .put("reported", node.arrived().toString());
    for (String key : new String[] {"uptimeSeconds", "ready", "draining", "reasons", "clients"}) {
      if (state.has(key)) {
        one.set(key, state.get(key));
      }
    }
    JsonNode configured = state.path("configuration");
    if (configured.isObject()) {
      ObjectNode of = one.putObject("configuration");
      of.setAll((ObjectNode) configured.deepCopy());
      of.put("newest", configured.path("hash").asText().equals(newest));
    }
    node.rival().ifPresent(address -> one.put("claimedBy", address));
    return one;
  }
}
