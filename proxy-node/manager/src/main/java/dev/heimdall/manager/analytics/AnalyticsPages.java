package dev.heimdall.manager.analytics;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.fleet.Command;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.Order;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.Configuration;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code /analytics}: statements by their pattern, and rules that are made of them. */
public final class AnalyticsPages implements Subject {
  static final String PATH = "/analytics";

  private static final String RULE = PATH + "/rule";
  private static final String PLAN = PATH + "/plan";
  static final Asset STYLE =
      Asset.style("analytics.css", "/dev/heimdall/manager/pages/assets/analytics.css");

  private static final int LONGEST_TEXT = 200;
  private static final int MOST_SECONDS = 86_400;

  private final FleetCommands commands;
  private final QueryAnalytics analytics;
  private final Editor editor;
  private final RuleMaker maker;

  public AnalyticsPages(
      QueryAnalytics analytics,
      Editor editor,
      StatementExpressions expressions,
      FleetCommands commands) {
    this.commands = commands;
    this.analytics = analytics;
    this.editor = editor;
    this.maker = new RuleMaker(expressions);
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.READ_CONFIGURATION, this::listing),
        Page.post(RULE, Permission.CHANGE_CONFIGURATION, this::rule),
        Page.post(PLAN, Permission.OPERATE_NODES, this::plan));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry(Entry.Group.WATCH, "Queries", PATH, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(STYLE);
  }

  private Answer listing(Visit visit) throws Refusal, StoreException, EditRefused {
    Request request = visit.request();
    Window window = request.query("window").flatMap(Window::of).orElse(Window.HOUR);
    Asked asked =
        new Asked(
            window,
            request.query("vdb").filter(name -> !name.isEmpty()),
            request
                .query("q")
                .map(String::strip)
                .filter(q -> q.length() <= LONGEST_TEXT)
                .orElse(""),
            number(request.query("page")),
            request.query("open"));
    Optional<Configuration> configuration =
        asked.open().isPresent() ? editor.look().configuration() : Optional.empty();
    AnalyticsView.Listing view =
        new AnalyticsListing(analytics, maker, configuration)
            .of(asked, visit.may(Permission.CHANGE_CONFIGURATION));
    return visit.page(200, "analytics", "Queries", Map.of("view", view));
  }

  private static int number(Optional<String> page) {
    return page.filter(p -> p.matches("[0-9]{1,4}")).map(Integer::parseInt).orElse(1);
  }

  /** Has nodes ask for the plan of the next such statement. */
  private Answer plan(Visit visit) throws Refusal {
    String id = visit.field("pattern").orElse("");
    PatternKey key = analytics.key(id).orElseThrow(AnalyticsPages::unknown);
    Optional<List<Order>> orders =
        commands.send(
            List.of(),
            Command.TAKE_PLAN,
            Map.of("vdb", key.vdb(), "statement", key.text()),
            visit.author(""));
    int nodes = orders.map(List::size).orElse(0);
    visit.tell(
        nodes == 0
            ? "No node reports, so no plan was requested."
            : "%d %s for the plan of the next such statement. It is shown here some seconds after one has come."
                .formatted(nodes, nodes == 1 ? "node asks" : "nodes ask"));
    return visit.see(PATH + "?open=" + URLEncoder.encode(id, StandardCharsets.UTF_8));
  }

  private static Refusal unknown() {
    return new Refusal(
        404,
        "not_found",
        "Nothing is known of these statements any more: the manager has restarted, or they were"
            + " not seen for long.");
  }

  private Answer rule(Visit visit) throws Refusal, StoreException, EditRefused {
    PatternKey key =
        visit.field("pattern").flatMap(analytics::key).orElseThrow(AnalyticsPages::unknown);
    NewRule.Kind kind =
        visit
            .field("kind")
            .flatMap(NewRule.Kind::of)
            .orElseThrow(() -> Request.bad("Choose what the rule is to do."));
    Configuration configuration =
        editor
            .look()
            .configuration()
            .orElseThrow(
                () ->
                    new Refusal(
                        409,
                        "conflict",
                        "The configuration is wrong as it is. Mend that first: the overview names"
                            + " what is wrong."));
    String match =
        maker
            .match(key, configuration)
            .orElseThrow(
                () ->
                    new Refusal(
                        409,
                        "conflict",
                        "No rule can be made of these statements: " + RuleMaker.NONE));
    NewRule rule =
        new NewRule(
            kind,
            key.text(),
            match,
            seconds(visit),
            visit.field("unconditional").isPresent(),
            visit.field("replacement").map(String::strip).filter(text -> !text.isEmpty()));
    if (kind == NewRule.Kind.REWRITE && rule.replacement().isEmpty()) {
      throw Request.bad("Write the statement that is to be put in its place.");
    }
    String list = visit.field("list").orElse("");
    if (!RuleMaker.lists(key, configuration).contains(list)) {
      throw Request.bad("Choose a rule list of the virtual database.");
    }
    Documents documents = editor.read();
    return review(visit, "rules/" + list + ".json", rule, documents);
  }

  private static OptionalInt seconds(Visit visit) throws Refusal {
    String text = visit.field("seconds").map(String::strip).orElse("");
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.matches("[0-9]{1,6}")
        || Integer.parseInt(text) > MOST_SECONDS
        || text.matches("0+")) {
      throw Request.bad("Results can be served for 1 to %,d seconds.".formatted(MOST_SECONDS));
    }
    return OptionalInt.of(Integer.parseInt(text));
  }

  private static Answer review(Visit visit, String document, NewRule rule, Documents documents)
      throws Refusal {
    StoredDocument stored = documents.all().get(document);
    String text = stored == null ? NewRule.EMPTY_LIST : RuleMaker.text(stored);
    String changed =
        rule.in(text)
            .orElseThrow(
                () ->
                    new Refusal(
                        409,
                        "conflict",
                        "%s has no list \"rules\" to add to.".formatted(document)));
    if (stored == null) {
      visit.tell(
          "This makes the rule list %s. Statements go through it once the virtual database names it in \"rules\"."
              .formatted(document));
    }
    return visit.review(
        document, Optional.ofNullable(stored).map(StoredDocument::version), Optional.of(changed));
  }

  /**
   * Parameters of the request.
   *
   * @param vdb empty: all
   * @param text that statements contain
   * @param page from 1
   * @param open which is shown opened
   */
  record Asked(Window window, Optional<String> vdb, String text, int page, Optional<String> open) {}
}
