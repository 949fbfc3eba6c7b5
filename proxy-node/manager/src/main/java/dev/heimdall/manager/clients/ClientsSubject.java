package dev.heimdall.manager.clients;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.fleet.Command;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.Order;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.manager.web.Refusal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code /clients}: who is connected, what he waits for, and the end of it. */
public final class ClientsSubject implements Subject {
  private static final String PATH = "/clients";
  private static final String ONE = PATH + "/{node}/{run}/{id}";
  private static final String ASSETS = "/dev/heimdall/manager/clients/";
  private static final int ROWS = 50;

  /** Of a page that is loaded: nodes report each 2 s, and once more when they are asked. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(3);

  private static final Duration CARRIED_OUT = Duration.ofSeconds(5);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final ConnectedClients clients;
  private final FleetCommands commands;

  public ClientsSubject(ConnectedClients clients, FleetCommands commands) {
    this.clients = clients;
    this.commands = commands;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.READ_CONFIGURATION, this::look),
        Page.get(ONE, Permission.OPERATE_NODES, this::confirm),
        Page.post(ONE, Permission.OPERATE_NODES, this::carryOut),
        Page.get(ONE + "/{order}", Permission.OPERATE_NODES, this::sent));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry(Entry.Group.WATCH, "Clients", PATH, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(Asset.style("clients.css", ASSETS + "clients.css"));
  }

  private Answer look(Visit visit) throws Refusal {
    ClientQuery wish = ClientQuery.of(visit.request());
    ConnectedClients.Shown shown =
        clients.look(
            wish, visit.request().waited(), visit.wantsPart() ? Duration.ZERO : FIRST_LOOK);
    ClientsView view = view(wish, shown, visit);
    return visit.wantsPart()
        ? visit.part(200, "clients/list", Map.of("view", view))
        : visit.page(200, "clients/page", "Clients", Map.of("view", view));
  }

  private static ClientsView view(ClientQuery wish, ConnectedClients.Shown shown, Visit visit)
      throws Refusal {
    int pages = Math.max(1, (shown.rows().size() + ROWS - 1) / ROWS);
    int page = Math.min(pages, page(visit));
    // One that was looked for stays the choice when it reports no more.
    List<String> nodes =
        Stream.concat(shown.nodes().stream(), Stream.of(wish.node()))
            .filter(node -> !node.isEmpty())
            .distinct()
            .sorted()
            .toList();
    return new ClientsView(
        wish,
        nodes,
        PATH + "?" + wish.paged(page),
        counted(wish, shown),
        states(wish, shown),
        waits(shown),
        shown.rows().stream()
            .skip((long) (page - 1) * ROWS)
            .limit(ROWS)
            .map(ClientsSubject::row)
            .toList(),
        page,
        pages,
        shown.matching() > shown.rows().size()
            ? "These are the first %,d of %,d: filter for less to see the others."
                .formatted(shown.rows().size(), shown.matching())
            : "",
        visit.may(Permission.OPERATE_NODES));
  }

  private static int page(Visit visit) throws Refusal {
    String asked = visit.request().query("page").orElse("1");
    return asked.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(asked) : 1;
  }

  private static String counted(ClientQuery wish, ConnectedClients.Shown shown) {
    return wish.isSet()
        ? "%s of %,d".formatted(clients(shown.matching()), shown.clients())
        : clients(shown.clients());
  }

  private static String clients(long count) {
    return "%,d client%s".formatted(count, count == 1 ? "" : "s");
  }

  private static List<ClientsView.State> states(ClientQuery wish, ConnectedClients.Shown shown) {
    List<ClientsView.State> states = new ArrayList<>();
    shown
        .states()
        .forEach(
            (state, count) ->
                states.add(
                    new ClientsView.State(
                        "%,d %s".formatted(count, words(state)),
                        PATH + "?" + wish.in(state).paged(1))));
    return states;
  }

  private static String waits(ConnectedClients.Shown shown) {
    int silent = shown.silent().size();
    return silent == 0
        ? ""
        : silent <= 3
            ? "Not shown yet: clients of " + String.join(", ", shown.silent()) + "."
            : "Not shown yet: clients of %d nodes.".formatted(silent);
  }

  private static String words(String state) {
    return switch (state) {
      case "login" -> "logging in";
      case "idle_in_transaction" -> "idle in transaction";
      case "idle_in_batch" -> "idle in batch";
      default -> state;
    };
  }

  private static String look(String state) {
    return switch (state) {
      case "waiting" -> "bad";
      case "idle_in_transaction", "idle_in_batch" -> "warn";
      case "active" -> "good";
      default -> "";
    };
  }

  private static ClientsView.Row row(ConnectedClients.Row row) {
    String state = row.text("state");
    long wait = row.client().path("waitMillis").asLong();
    long quiet = row.client().path("quietMillis").asLong();
    return new ClientsView.Row(
        row.node(),
        row.id(),
        row.text("user"),
        row.text("vdb"),
        row.text("database"),
        row.text("address") + ":" + row.text("port"),
        row.text("application"),
        words(state),
        look(state),
        lasting(wait > 0 ? wait : quiet),
        lasting(row.client().path("connectedMillis").asLong()),
        row.text("awaits"),
        row.text("pin"),
        row.text("statement"),
        row.text("server"),
        statements(row.client().path("queries").asLong()),
        state.equals("active") || state.equals("waiting"),
        href(row.node(), row.run(), row.id()));
  }

  private static String statements(long count) {
    return "%,d statement%s".formatted(count, count == 1 ? "" : "s");
  }

  /** To the tenth below ten seconds. */
  private static String lasting(long millis) {
    return millis < 10_000
        ? "%.1f s".formatted(millis / 1000.0)
        : Times.lasting(Duration.ofMillis(millis));
  }

  private static long id(Visit visit) throws Refusal {
    if (!visit.part(2).matches("[0-9]{1,18}")) {
      throw gone();
    }
    return Long.parseLong(visit.part(2));
  }

  /** The client of the path, of that run of its node. */
  private Optional<ConnectedClients.Row> seen(Visit visit) throws Refusal {
    return clients.seen(visit.part(0), id(visit)).filter(row -> row.run().equals(visit.part(1)));
  }

  private static Refusal gone() {
    return new Refusal(
        404,
        "not_found",
        "This client is not among those that were shown within the last seconds: it has"
            + " disconnected, or its node does not report, or has restarted. The page Clients has"
            + " those that are connected now.");
  }

  private static Command command(Visit visit) throws Refusal {
    String wanted =
        visit.request().method().equals("POST")
            ? visit.field("command").orElse("")
            : visit.request().query("command").orElse("");
    return Command.of(wanted)
        .filter(Command::isForClient)
        .orElseThrow(() -> new Refusal(400, "bad_request", "There is no such command."));
  }

  private Answer confirm(Visit visit) throws Refusal {
    ConnectedClients.Row row = seen(visit).orElseThrow(ClientsSubject::gone);
    Command command = command(visit);
    return visit.page(
        200,
        "clients/confirm",
        title(command),
        Map.of(
            "row",
            row(row),
            "title",
            title(command),
            "command",
            command.spelling(),
            "effect",
            effect(command)));
  }

  private static String title(Command command) {
    return command == Command.KILL_CLIENT
        ? "End this client's connection"
        : "Cancel this statement";
  }

  private static String effect(Command command) {
    return command == Command.KILL_CLIENT
        ? "Its connection is closed with an error (SQLSTATE 57P01; of MySQL and MariaDB 1053, of SQL Server 6005), and"
            + " an open transaction is rolled back. Most applications connect again."
        : "What it runs or waits for now ends with an error (SQLSTATE 57014; of MySQL and MariaDB"
            + " 1317, of SQL Server 50000). It stays connected; in an open transaction of PostgreSQL it has to roll"
            + " back.";
  }

  private Answer carryOut(Visit visit) throws Refusal {
    Command command = command(visit);
    long id = id(visit);
    String node = visit.part(0);
    String run = visit.part(1);
    Optional<Order> sent =
        commands.sendToClient(
            node,
            Optional.of(run),
            command,
            id,
            visit.author(""),
            seen(visit).map(ConnectedClients::words).orElse(""));
    if (sent.isPresent()) {
      return visit.see(href(node, run, id) + "/" + sent.get().id());
    }
    visit.tell(
        commands.isAnotherRun(node, run)
            ? "That client is disconnected: the node %s has restarted since, and its connections were closed. Nothing was sent."
                .formatted(node)
            : "Nothing was sent: the node %s does not report.".formatted(node));
    return visit.see(PATH);
  }

  private static String href(String node, String run, long id) {
    return PATH + "/" + node + "/" + URLEncoder.encode(run, StandardCharsets.UTF_8) + "/" + id;
  }

  /** Waits for what comes of it, for some seconds. */
  private Answer sent(Visit visit) throws Refusal {
    Order order = commands.order(visit.part(3)).orElseThrow(ClientsSubject::gone);
    if (!order.state().over() && visit.request().waited().compareTo(CARRIED_OUT) < 0) {
      throw DeferredRequest.after(LOOK_AGAIN);
    }
    visit.tell(result(order, id(visit)));
    return visit.see(PATH);
  }

  private static String result(Order order, long id) {
    boolean kill = order.command() == Command.KILL_CLIENT;
    String what =
        (kill ? "The connection of client %d" : "The statement of client %d").formatted(id);
    return switch (order.state()) {
      case DONE -> what + (kill ? " is closed." : " is cancelled, if it still ran.");
      case FAILED -> "%s did not do it: %s.".formatted(order.node(), order.detail());
      default ->
          "Sent to %s, which has not answered yet: the page Nodes shows what comes of it."
              .formatted(order.node());
    };
  }
}
