package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.fleet.Command;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.Order;
import dev.heimdall.manager.fleet.RollingRestart;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code /api/v1/commands}: what nodes are told to do, and what became of it. */
public final class CommandsPath implements Resource {
  private static final String COMMANDS = "/api/v1/commands";
  private static final String ROLLING = COMMANDS + "/rolling-restart";

  private static final int LARGEST_BODY = 64 << 10;
  private static final int LONGEST_TABLE = 200;

  private static final int LONGEST_RUN = 100;

  /** As nodes report patterns. */
  private static final int LONGEST_PATTERN = 4_000;

  /** A manager knows no more nodes. */
  private static final int MOST_NODES = 500;

  private static final String LIST = "commands";

  private static final Fields<Order> ORDER =
      Fields.<Order>of()
          .with("id", Shape.text(""), Order::id)
          .with("node", Shape.text("The id of the node."), Order::node)
          .with("command", Shape.word("", Command.values()), Order::command)
          .with("user", Shape.text("Who wants it."), Order::user)
          .with("issued", Shape.time(""), Order::issued)
          .with("state", Shape.word("How far it is.", Order.State.values()), Order::state)
          .with("detail", Shape.text("What became of it."), Order::detail)
          .maybe("table", Shape.text("Of clear_cache alone."), parameter("table"))
          .maybe(
              "client",
              Shape.text("Of kill_client and cancel_statement alone: its id."),
              parameter("client"))
          .maybe("vdb", Shape.text("Of take_plan alone."), parameter("vdb"))
          .maybe(
              "statement", Shape.text("Of take_plan alone: the pattern."), parameter("statement"));
  private static final Fields<RollingRestart.Progress> PROGRESS =
      Fields.<RollingRestart.Progress>of()
          .with("underWay", Shape.truth(""), RollingRestart.Progress::underWay)
          .with("nodes", Shape.count("To be restarted."), RollingRestart.Progress::all)
          .with("done", Shape.count("Of these."), RollingRestart.Progress::done)
          .with(
              "node",
              Shape.text("That which restarts now; empty: none."),
              RollingRestart.Progress::node)
          .with(
              "end", Shape.text("How it ended; empty: it has not."), RollingRestart.Progress::end);

  private static Function<Order, Optional<String>> parameter(String name) {
    return order -> Optional.ofNullable(order.parameters().get(name));
  }

  private final FleetCommands commands;
  private final BiFunction<String, Long, String> clients;

  /**
   * @param clients who the client of a node is, by its id, in words; empty: unknown
   */
  public CommandsPath(FleetCommands commands, BiFunction<String, Long, String> clients) {
    this.commands = commands;
    this.clients = clients;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(COMMANDS, Permission.READ_CONFIGURATION, call -> all(call.request()))
            .saying(
                OperationText.of("The last commands to nodes, and what became of them")
                    .paged()
                    .answers(Slice.shape(LIST, ORDER).with("rollingRestart", PROGRESS.shape()))),
        new Operation("POST", COMMANDS, Permission.OPERATE_NODES, LARGEST_BODY, this::send)
            .saying(
                OperationText.of("Sends a command to some nodes, or to all")
                    .takes(
                        Shape.object()
                            .with("command", Shape.word("", Command.values()))
                            .maybe("nodes", Shape.list("Without: all.", Shape.text("An id.")))
                            .maybe(
                                "table",
                                Shape.text("Of clear_cache alone. Without: all tables.")
                                    .sized(1, LONGEST_TABLE))
                            .maybe(
                                "client",
                                Shape.count(
                                    "Of kill_client and cancel_statement, with one node: its id."))
                            .maybe(
                                "run",
                                Shape.text(
                                        "With client: the run that the list of clients has. Where the node has restarted since, the client is disconnected (409), and its id may be another one's.")
                                    .sized(1, LONGEST_RUN))
                            .maybe(
                                "vdb",
                                Shape.text("Of take_plan: the virtual database.")
                                    .sized(1, LONGEST_PATTERN))
                            .maybe(
                                "statement",
                                Shape.text("Of take_plan: the pattern, as patterns have it.")
                                    .sized(1, LONGEST_PATTERN))
                            .only())
                    .answers(202, Shape.object().with(LIST, Shape.list("", ORDER.shape())))),
        new Operation("POST", ROLLING, Permission.OPERATE_NODES, LARGEST_BODY, this::restartAll)
            .saying(
                OperationText.of("Restarts all nodes, one after the other")
                    .takes(Shape.object("Nothing is in it.").only())
                    .answers(202)),
        new Operation("DELETE", ROLLING, Permission.OPERATE_NODES, 0, this::stop)
            .saying(OperationText.of("Restarts no more of them").answers(204)));
  }

  private Answer all(Request request) throws Refusal {
    ObjectNode body =
        Slice.of(request).byTime(commands.orders(), Order::issued, Order::id).body(LIST, ORDER);
    body.set("rollingRestart", PROGRESS.json(commands.restarting()));
    return Answer.json(200, body);
  }

  private Answer send(Call call) throws Refusal {
    JsonNode body =
        StrictBody.of(
            call.request(),
            LARGEST_BODY,
            Set.of("command", "nodes", "table", "client", "run", "vdb", "statement"));
    Command command =
        StrictBody.text(body, "command")
            .flatMap(Command::of)
            .orElseThrow(
                () ->
                    Request.bad(
                        "$.command: expected one of %s."
                            .formatted(
                                Arrays.stream(Command.values())
                                    .map(Command::spelling)
                                    .collect(Collectors.joining(", ")))));
    Optional<String> table = StrictBody.text(body, "table");
    if (table.isPresent()
        && (command != Command.CLEAR_CACHE
            || table.get().isBlank()
            || table.get().length() > LONGEST_TABLE)) {
      throw Request.bad("$.table: it goes with clear_cache, and has up to 200 characters.");
    }
    List<String> nodes = nodes(body.path("nodes"));
    JsonNode client = body.path("client");
    boolean ofClient = client.isIntegralNumber() && client.canConvertToLong();
    if (client.isMissingNode() == command.isForClient()
        || command.isForClient() && (!ofClient || nodes.size() != 1)) {
      throw Request.bad(
          "$.client: the id of a client; it goes with kill_client and cancel_statement, and one node.");
    }
    Map<String, String> parameters = new HashMap<>();
    table.ifPresent(name -> parameters.put("table", name));
    for (String name : List.of("vdb", "statement")) {
      Optional<String> text = StrictBody.text(body, name);
      if (text.isPresent() != command.isForPattern()
          || text.isPresent() && (text.get().isBlank() || text.get().length() > LONGEST_PATTERN)) {
        throw Request.bad(
            "$.%s: it goes with take_plan, and has up to %d characters."
                .formatted(name, LONGEST_PATTERN));
      }
      text.ifPresent(value -> parameters.put(name, value));
    }
    Optional<String> run = StrictBody.text(body, "run");
    if (run.isPresent() && (!ofClient || run.get().isEmpty() || run.get().length() > LONGEST_RUN)) {
      throw Request.bad(
          "$.run: it goes with $.client, and has 1 to %d characters.".formatted(LONGEST_RUN));
    }
    List<Order> sent =
        (ofClient
                ? toClient(nodes.get(0), run, command, client.asLong(), call)
                : commands.send(nodes, command, parameters, call.author()))
            .orElseThrow(
                () ->
                    new Refusal(
                        409,
                        "not_reporting",
                        "One of these nodes is unknown, or does not report."));
    return Answer.json(202, Answer.JSON.createObjectNode().set(LIST, ORDER.all(sent)));
  }

  private Optional<List<Order>> toClient(
      String node, Optional<String> run, Command command, long client, Call call) throws Refusal {
    Optional<Order> sent =
        commands.sendToClient(
            node, run, command, client, call.author(), clients.apply(node, client));
    if (sent.isEmpty() && run.filter(seen -> commands.isAnotherRun(node, seen)).isPresent()) {
      throw new Refusal(
          409,
          "client_gone",
          "That client is disconnected: the node has restarted since, and its connections were closed.");
    }
    return sent.map(List::of);
  }

  private static List<String> nodes(JsonNode nodes) throws Refusal {
    Set<String> ids = new LinkedHashSet<>();
    for (JsonNode node : nodes) {
      if (!node.isTextual()) {
        throw Request.bad("$.nodes: expected ids of nodes.");
      }
      ids.add(node.textValue());
      if (ids.size() > MOST_NODES) {
        throw Request.bad("$.nodes: expected at most %d ids.".formatted(MOST_NODES));
      }
    }
    if (!nodes.isMissingNode() && ids.isEmpty()) {
      throw Request.bad("$.nodes: expected ids of nodes; without it the command is for all.");
    }
    return List.copyOf(ids);
  }

  private Answer restartAll(Call call) throws Refusal {
    StrictBody.of(call.request(), LARGEST_BODY, Set.of());
    if (!commands.restartAll(call.author())) {
      throw new Refusal(
          409, "in_progress", "A restart of all nodes is in progress, or no node reports.");
    }
    return Answer.empty(202);
  }

  private Answer stop(Call call) {
    commands.stopRestarting(call.author());
    return Answer.empty(204);
  }
}
