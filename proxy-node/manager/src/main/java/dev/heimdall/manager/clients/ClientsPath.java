package dev.heimdall.manager.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code /api/v1/clients}: who is connected to the nodes. */
public final class ClientsPath implements Resource {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Shape CLIENT =
      Shape.object()
          .with("node", Shape.text("Its node."))
          .with("run", Shape.text("The run of the node: ids are of one run."))
          .with("id", Shape.count("What kill_client and cancel_statement take."))
          .maybe("vdb", Shape.text("Its virtual database, once it is logged in."))
          .maybe("database", Shape.text("The database that it has named."))
          .maybe("user", Shape.text("As whom it has logged in."))
          .maybe("application", Shape.text("What it calls itself."))
          .with("address", Shape.text("Where it comes from."))
          .with("port", Shape.count("Its port there."))
          .maybe("tls", Shape.text("Such as TLSv1.3; missing without TLS."))
          .with("state", Shape.word("What it does.", ClientQuery.STATES))
          .maybe("pin", Shape.text("Why it keeps its server connection, while it does."))
          .maybe("server", Shape.text("The server of the connection that it has."))
          .maybe("serverPid", Shape.count("The process at the server."))
          .with("connected", Shape.time("When it connected."))
          .with("connectedMillis", Shape.count("How long ago that was."))
          .with("quietMillis", Shape.count("For how long nothing has come from it or for it."))
          .with("waitMillis", Shape.count("How long it has waited for a server connection."))
          .with("queries", Shape.count("Statements that were answered."))
          .with("preparedStatements", Shape.count("Prepared statements that it holds."))
          .maybe("awaits", Shape.text("What it waits for."))
          .maybe("statement", Shape.text("The pattern of its statement, or its last one."));

  private final ConnectedClients clients;

  public ClientsPath(ConnectedClients clients) {
    this.clients = clients;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/v1/clients", Permission.READ_CONFIGURATION, this::list)
            .saying(
                OperationText.of(
                        "Lists the clients that are connected to the nodes, without any values")
                    .with("node", "Only those of this node.")
                    .with("vdb", "Only those of this virtual database.")
                    .with("user", "Only those of this user.")
                    .with("database", "Only those of this database.")
                    .with("address", "Only those whose address begins so.")
                    .with("state", Shape.word("Only those in this state.", ClientQuery.STATES))
                    .with(
                        "pinned",
                        Shape.word("Only those that keep their server connection.", List.of("yes")))
                    .with("statement", "Only those whose statement's pattern has this in it.")
                    .with("order", Shape.word("What comes first.", ClientQuery.ORDERS))
                    .paged()
                    .answers(
                        Slice.shape("clients", CLIENT)
                            .with("connected", Shape.count("All, whether they match or not."))
                            .with("matching", Shape.count("Those that match."))
                            .with(
                                "states",
                                Shape.map(
                                    "How many of those that match are in which state.",
                                    Shape.count("")))
                            .with(
                                "silent",
                                Shape.list(
                                    "Nodes that have not shown their clients within 5 s.",
                                    Shape.text("The id of a node."))))));
  }

  private Answer list(Call call) throws Refusal {
    Request request = call.request();
    Slice slice = Slice.of(request);
    ConnectedClients.Shown shown =
        clients.look(ClientQuery.of(request), request.waited(), PATIENCE);
    Slice.Part<ConnectedClients.Row> part =
        slice.asListed(shown.rows(), row -> row.node() + " " + row.id());
    ObjectNode body =
        part.tell(Answer.JSON.createObjectNode())
            .put("connected", shown.clients())
            .put("matching", shown.matching());
    ObjectNode states = body.putObject("states");
    shown.states().forEach(states::put);
    ArrayNode list = body.putArray("clients");
    part.items().forEach(row -> list.add(written(row)));
    ArrayNode silent = body.putArray("silent");
    shown.silent().forEach(silent::add);
    return Answer.json(200, body);
  }

  private static ObjectNode written(ConnectedClients.Row row) {
    ObjectNode one = Answer.JSON.createObjectNode().put("node", row.node()).put("run", row.run());
    for (Map.Entry<String, JsonNode> member : row.client().properties()) {
      if (!member.getKey().equals("sort")) {
        one.set(member.getKey(), member.getValue());
      }
    }
    return one;
  }
}
