package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /api/v1/figures} and {@code /api/v1/clusters}: what nodes do, and the databases as nodes
 * see them.
 *
 * @param states of nodes that report, by id
 * @param nodes how many take clients
 * @param marks what happened
 */
record FiguresPath(
    FigureQueries queries,
    Supplier<Map<String, JsonNode>> states,
    Supplier<Readiness> nodes,
    Supplier<List<Mark>> marks)
    implements Resource {
  private static final Shape SERVER =
      Shape.object()
          .with("address", Shape.text(""))
          .with("name", Shape.text("What the cluster calls it; empty: nothing."))
          .with("role", Shape.text("Such as writer."))
          .with("state", Shape.text("Such as up."))
          .with("condition", Shape.word("", List.of("good", "doubtful", "bad")))
          .with("zone", Shape.text("Its Availability Zone; empty: not known."))
          .with("lag", Shape.text("For people; empty: not known."))
          .with("lagPercent", Shape.whole("Of a full bar.", 0, 100))
          .with("inUse", Shape.count("Connections of all nodes that are in use."))
          .with("open", Shape.count("Connections of all nodes."))
          .with("note", Shape.text("Why it is not good, or how many nodes see it otherwise."));
  private static final Shape CLUSTER =
      Shape.object()
          .with("source", Shape.text("The data source."))
          .with("consistency", Shape.text("That of its reads."))
          .with("witness", Shape.text("The node that sees it so."))
          .with(
              "regions",
              Shape.list(
                  "Of a global cluster, and those of which write forwarding is known.",
                  Shape.object()
                      .with("name", Shape.text("Such as eu-west-1."))
                      .with(
                          "state", Shape.text("writes, or how far it is behind; empty: not known."))
                      .with(
                          "forwarding",
                          Shape.text("Aurora's write forwarding there; empty: not known."))))
          .with("writers", Shape.list("Usually one.", SERVER))
          .with("others", Shape.list("", SERVER))
          .with(
              "events",
              Shape.list(
                  "The last first.",
                  Shape.object()
                      .with("at", Shape.time(""))
                      .with("time", Shape.text("The same for people."))
                      .with("kind", Shape.text(""))
                      .with("alarming", Shape.truth(""))
                      .with("server", Shape.text(""))
                      .with("words", Shape.text(""))));

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                "/api/v1/figures", Permission.READ_CONFIGURATION, call -> figures(call.request()))
            .saying(
                OperationText.of("What nodes did, by time")
                    .with("node", "Of this node alone.")
                    .with("vdb", "Of this virtual database alone.")
                    .with("range", "How far back: 5m, 1h, 1d or 30d.")
                    .with("since", "Moments after this one alone, in seconds since 1970.")
                    .with("events", "With since: events as well.")
                    .answers(FiguresJson.SHAPE)),
        Operation.get("/api/v1/clusters", Permission.READ_CONFIGURATION, this::clusters)
            .saying(
                OperationText.of("The servers behind the nodes: role, state, lag, last failovers")
                    .paged()
                    .answers(Slice.shape("clusters", CLUSTER))));
  }

  private Answer clusters(Call call) throws Refusal {
    Slice.Part<ClusterMap.Cluster> part =
        Slice.of(call.request())
            .asListed(ClusterMap.of(states.get()).clusters(), ClusterMap.Cluster::source);
    ObjectNode body = Answer.JSON.createObjectNode();
    body.set("clusters", Answer.JSON.valueToTree(part.items()));
    return Answer.json(200, part.tell(body));
  }

  private Answer figures(Request request) throws Refusal {
    return Answer.json(
        200,
        FiguresJson.of(
            queries.of(request),
            nodes.get(),
            FigureQueries.wantsEvents(request) ? Optional.of(marks.get()) : Optional.empty()));
  }
}
