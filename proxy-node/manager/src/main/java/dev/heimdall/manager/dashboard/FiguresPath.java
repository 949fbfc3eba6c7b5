package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Words;
import dev.heimdall.manager.web.Answer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code /api/v1/figures} and {@code /api/v1/clusters}: what nodes do, and the databases as nodes
 * see them.
 *
 * @param states of nodes that report, by id
 * @param nodes how many take clients
 */
record FiguresPath(Looks looks, Supplier<Map<String, JsonNode>> states, Supplier<Readiness> nodes)
    implements Resource {
  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(
                "/api/v1/figures",
                Permission.READ_CONFIGURATION,
                call -> Answer.json(200, FiguresJson.of(looks.of(call.request()), nodes.get())))
            .saying(
                Words.of("What nodes did, by time")
                    .with("node", "Of this node alone.")
                    .with("vdb", "Of this virtual database alone.")),
        Operation.get(
                "/api/v1/clusters",
                Permission.READ_CONFIGURATION,
                call -> Answer.json(200, Answer.JSON.valueToTree(ClusterMap.of(states.get()))))
            .saying("The servers behind the nodes: role, state, lag, last failovers"));
  }
}
