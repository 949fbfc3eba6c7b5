package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.FleetConfiguration;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.util.List;

/** {@code /api/v1/nodes} and what is below it: the nodes that report. */
public final class NodesPath implements Resource {
  private static final String NODES = "/api/v1/nodes";

  private static final Shape NODE =
      Shape.object()
          .with("id", Shape.text(""))
          .with("number", Shape.count("Of this manager's nodes."))
          .with("presence", Shape.word("Whether it reports.", Presence.values()))
          .with("version", Shape.text("Of Heimdall."))
          .with("started", Shape.time(""))
          .with("address", Shape.text(""))
          .with("reported", Shape.time("When its last report arrived."))
          .maybe("uptimeSeconds", Shape.count(""))
          .maybe("ready", Shape.truth("Whether it takes clients."))
          .maybe("draining", Shape.truth(""))
          .maybe("reasons", Shape.list("Why it is not ready.", Shape.text("")))
          .maybe("clients", Shape.any("Its clients."))
          .maybe(
              "configuration",
              Shape.map("What it runs, as it says; others may say more.", Shape.any(""))
                  .maybe("place", Shape.text("Where it has it from."))
                  .maybe("version", Shape.text("Of a store with versions."))
                  .maybe("hash", Shape.text("Of all documents."))
                  .maybe("applied", Shape.text("Since when."))
                  .maybe("looked", Shape.text("When the place was looked at last."))
                  .maybe("onCopy", Shape.truth("It runs a copy, as the place is away."))
                  .maybe("copyOf", Shape.text("When the copy was made."))
                  .maybe("trouble", Shape.text("What is wrong with the place."))
                  .maybe("refused", Shape.text("Why it does not run what is there."))
                  .with("newest", Shape.truth("Whether that is the newest.")))
          .maybe("claimedBy", Shape.text("Another address that reports by this id."));

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
        Operation.get(NODES, Permission.READ_CONFIGURATION, call -> all(call.request()))
            .saying(
                OperationText.of("The nodes that report, and which configuration each runs")
                    .paged()
                    .answers(
                        Slice.shape("nodes", NODE)
                            .with(
                                "configuration",
                                Shape.object()
                                    .with(
                                        "hash",
                                        Shape.text("Of the newest; null: not known.").orNull())))),
        Operation.get(NODES + "/{id}", Permission.READ_CONFIGURATION, call -> one(call.part()))
            .saying(
                OperationText.of("One node, with the sections of its last report")
                    .answers(
                        NODE.with(
                            "sections", Shape.map("", Shape.any("As the node has reported it."))))),
        new Operation("DELETE", NODES + "/{id}", Permission.OPERATE_NODES, 0, this::forget)
            .saying(OperationText.of("Forgets a node that is lost").answers(204)));
  }

  private Answer all(Request request) throws Refusal {
    Slice.Part<SeenNode> part = Slice.of(request).byName(fleet.nodes(), SeenNode::id);
    String newest = configuration.latestHash();
    ObjectNode body = Answer.JSON.createObjectNode();
    body.putObject("configuration").put("hash", newest);
    ArrayNode nodes = body.putArray("nodes");
    part.items().forEach(node -> nodes.add(words(node, newest)));
    return Answer.json(200, part.tell(body));
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
