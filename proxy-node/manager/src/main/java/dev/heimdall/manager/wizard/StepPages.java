package dev.heimdall.manager.wizard;

import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.Reading;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.manager.inspect.Inspection;
import dev.heimdall.manager.inspect.Inspections;
import dev.heimdall.manager.inspect.Inspector;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.DocumentText;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Problem;
import dev.heimdall.model.ProxyProtocol;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.routing.Surroundings;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The steps of the wizard, each a page with a form. */
final class StepPages {
  static final String DONE = WizardPages.PATH + "/done";

  private static final String LINES = WizardPages.PATH + "/lines/";
  private static final Duration DATABASE_TEST = Duration.ofSeconds(90);
  private static final Duration STORE_TEST = Duration.ofSeconds(30);
  private static final Duration NODE_TEST = Duration.ofSeconds(60);
  private static final String LOCAL = "127.0.0.1";
  private static final String LOCAL_6 = "0:0:0:0:0:0:0:1";
  private static final String SOURCE = "sources/database.json";

  /** Without clients, so that it needs none of what clients of some engines need. */
  private static final String ANY_VDB =
      "{\"ports\": [1], \"source\": \"database\", \"auth\": [{\"method\": \"reject\"}]}";

  private static final String ANY_SOURCE =
      "{\"url\": \"jdbc:postgresql://any\", \"user\": \"any\"}";

  /** By this name deployments hand over from where their load balancers send PROXY headers. */
  private static final String ADDRESSES = "addresses";

  private static final Documents NOTHING = new Documents(new TreeMap<>(), "");

  private final Editor editor;
  private final Inspector inspector;
  private final Inspections inspections;
  private final Supplier<List<String>> nodes;
  private final Supplier<List<Surroundings.Cache>> caches;
  private final String ofDeployment;

  /**
   * @param nodes the addresses of nodes that report
   * @param caches those that were found in AWS
   * @param facts of the region: where the deployment has a load balancer, they have its networks
   */
  StepPages(
      Editor editor,
      Inspector inspector,
      Inspections inspections,
      Supplier<List<String>> nodes,
      Supplier<List<Surroundings.Cache>> caches,
      RegionFacts facts) {
    this.editor = editor;
    this.inspector = inspector;
    this.inspections = inspections;
    this.nodes = nodes;
    this.caches = caches;
    ofDeployment = facts.values().containsKey(ADDRESSES) ? "${region." + ADDRESSES + "}" : "";
  }

  List<Page> pages() {
    List<Page> pages = new ArrayList<>();
    for (Step step : Step.values()) {
      pages.add(WizardPages.get(step.path(), visit -> look(visit, step)));
      pages.add(WizardPages.post(step.path(), visit -> sent(visit, step)));
    }
    for (Setup.Test test : Setup.Test.values()) {
      pages.add(WizardPages.get(poll(test), visit -> part(visit, test)));
    }
    pages.add(WizardPages.get(DONE, this::done));
    pages.add(WizardPages.post(DONE, this::again));
    return pages;
  }

  private static String poll(Setup.Test test) {
    return LINES + test.ordinal();
  }

  private static Setup setup(Visit visit) {
    return visit
        .kept(Setup.class)
        .filter(setup -> setup.finished().isEmpty())
        .orElseGet(
            () -> {
              Setup begun = new Setup();
              visit.keep(Setup.class, begun);
              return begun;
            });
  }

  static WizardView.Lines lines(Optional<Inspection<CheckResult>> test, String poll) {
    return test.map(
            one -> WizardView.Lines.of(one.found(), one.isRunning() ? poll : "", one.failure()))
        .orElse(WizardView.Lines.of(List.of(), "", "It was not tested yet."));
  }

  private Answer part(Visit visit, Setup.Test test) {
    Optional<Inspection<CheckResult>> running =
        visit.kept(Setup.class).flatMap(setup -> setup.test(test));
    return visit.part(200, "wizard/lines", Map.of("lines", lines(running, poll(test))));
  }

  /** The steps that have to be right before one can be looked at. */
  private static Optional<Step> missing(Step step, Answers answers, Documents there) {
    for (Step before : step.before()) {
      if (isAsked(before, answers)
          && (!answers.knows(before) || !Checks.of(before, answers, there).isEmpty())) {
        return Optional.of(before);
      }
    }
    return Optional.empty();
  }

  /** Pooling alone needs neither a cache nor a store. */
  private static boolean isAsked(Step step, Answers answers) {
    return step != Step.SHARING || !answers.is("preset", "pool");
  }

  private Answer look(Visit visit, Step step) throws StoreException, EditRefused {
    Setup setup = setup(visit);
    Documents there = editor.read();
    Optional<Step> missing = missing(step, setup.answers(), there);
    return missing.isPresent()
        ? visit.see(missing.get().path())
        : page(visit, setup, step, 200, Map.of(), List.of(), there);
  }

  private Answer sent(Visit visit, Step step) throws Refusal, StoreException, EditRefused {
    Setup setup = setup(visit);
    Documents there = editor.read();
    Optional<Step> missing = missing(step, setup.answers(), there);
    if (missing.isPresent()) {
      return visit.see(missing.get().path());
    }
    Map<String, String> form = new HashMap<>();
    for (String field : Answers.FIELDS.get(step)) {
      visit.field(field).ifPresent(value -> form.put(field, value));
    }
    setup.answers(setup.answers().with(step, form));
    Optional<Surroundings.Cache> chosen = visit.field("cache").flatMap(this::cache);
    if (step == Step.SHARING && chosen.isPresent()) {
      setup.answers(setup.answers().with(Detected.answers(chosen.get())));
      return visit.see(step.path());
    }
    Map<String, String> problems = Checks.of(step, setup.answers(), there);
    if (!problems.isEmpty()) {
      return page(visit, setup, step, 422, problems, List.of(), there);
    }
    return switch (step) {
      case DATABASE -> visit.see(step.next().path());
      case LOGIN -> tested(visit, setup, step);
      case CHECK -> {
        testDatabase(setup);
        yield visit.see(step.path());
      }
      case CLIENTS -> judged(visit, setup, there);
      case SHARING -> shared(visit, setup, there);
      case REVIEW -> written(visit, setup, there);
    };
  }

  private Optional<Surroundings.Cache> cache(String address) {
    return usableCaches().stream().filter(one -> one.address().equals(address)).findFirst();
  }

  private List<Surroundings.Cache> usableCaches() {
    return caches.get().stream().filter(one -> !one.address().isEmpty()).toList();
  }

  private Answer tested(Visit visit, Setup setup, Step step) throws StoreException, EditRefused {
    Documents there = editor.read();
    Reading reading = editor.alone(alone(source(setup)));
    if (reading.configuration().isEmpty()) {
      return page(visit, setup, step, 422, Map.of(), reading.problems(), there);
    }
    testDatabase(setup);
    return visit.see(step.next().path());
  }

  /** The least configuration that a data source can be in. */
  private static Map<String, Content> alone(Content source) {
    return Map.of(SOURCE, source, "vdbs/any.json", Content.of(ANY_VDB));
  }

  private static Content source(Setup setup) {
    return Content.of(DocumentText.of(new Written(setup.answers(), NOTHING).source()));
  }

  private void testDatabase(Setup setup) throws StoreException, EditRefused {
    Optional<DataSource> source =
        editor
            .alone(alone(source(setup)))
            .configuration()
            .map(Configuration::sources)
            .flatMap(all -> all.values().stream().findFirst());
    if (source.isPresent()) {
      setup.test(
          Setup.Test.DATABASE,
          inspections.begin(DATABASE_TEST, found -> inspector.database(source.get(), found)));
    }
  }

  private Answer judged(Visit visit, Setup setup, Documents there)
      throws StoreException, EditRefused {
    List<Problem> problems = editor.check(new Written(setup.answers(), there).changes());
    List<Problem> own =
        problems.stream()
            .filter(one -> new Written(setup.answers(), there).texts().containsKey(one.file()))
            .toList();
    if (!own.isEmpty()) {
      return page(visit, setup, Step.CLIENTS, 422, Map.of(), own, there);
    }
    return visit.see((isAsked(Step.SHARING, setup.answers()) ? Step.SHARING : Step.REVIEW).path());
  }

  private Answer shared(Visit visit, Setup setup, Documents there)
      throws StoreException, EditRefused {
    List<Problem> problems = editor.check(new Written(setup.answers(), there).changes());
    List<Problem> own = problems.stream().filter(one -> one.file().equals(Stores.NODE)).toList();
    if (!own.isEmpty()) {
      return page(visit, setup, Step.SHARING, 422, Map.of(), own, there);
    }
    if (visit.field("test").isEmpty()) {
      return visit.see(Step.REVIEW.path());
    }
    Optional<StoreSettings> store = store(setup, there);
    if (store.isPresent()) {
      setup.test(
          Setup.Test.STORE,
          inspections.begin(STORE_TEST, found -> inspector.store(store.get(), found)));
    }
    return visit.see(Step.SHARING.path());
  }

  /** The store that nodes have, or the one that was typed. */
  private Optional<StoreSettings> store(Setup setup, Documents there)
      throws StoreException, EditRefused {
    Content node =
        Stores.there(there).isEmpty()
            ? Content.of(
                DocumentText.of(
                    Answer.JSON.createObjectNode().set("store", Stores.json(setup.answers()))))
            : there.all().get(Stores.NODE).content();
    Map<String, Content> alone = new HashMap<>(alone(Content.of(ANY_SOURCE)));
    alone.put(Stores.NODE, node);
    return editor
        .alone(alone)
        .configuration()
        .map(configuration -> configuration.node().store())
        .filter(settings -> !settings.servers().isEmpty());
  }

  private Answer written(Visit visit, Setup setup, Documents there)
      throws Refusal, StoreException, EditRefused {
    Answers answers = setup.answers();
    String comment = answers.get("comment", "Set up " + answers.get("name"));
    if (comment.length() > Author.LONGEST_COMMENT) {
      throw new Refusal(
          400,
          "bad_request",
          "A comment has at most %d characters.".formatted(Author.LONGEST_COMMENT));
    }
    Written written = new Written(answers, there);
    try {
      editor.commit(written.changes(), visit.author(comment));
    } catch (EditRefused.Outdated e) {
      throw new Refusal(
          409,
          "conflict",
          "Someone else has written one of these documents meanwhile. Nothing was overwritten: go"
              + " back to Clients and choose other names.");
    } catch (EditRefused.Wrong e) {
      return page(visit, setup, Step.REVIEW, 422, Map.of(), e.problems(), there);
    }
    Optional<DataSource> client =
        editor
            .alone(alone(Content.of(written.client(node()))))
            .configuration()
            .map(Configuration::sources)
            .flatMap(all -> all.values().stream().findFirst());
    List<String> balancers = Servers.networks(answers);
    Runnable test =
        () -> client.ifPresent(node -> testNode(setup, node, answers.get("vdbPort"), balancers));
    setup.finish(
        new Connecting(
            answers.get("name"),
            Servers.engine(answers).orElse(Engine.usual()),
            host(visit),
            Integer.parseInt(answers.get("vdbPort")),
            answers.get("client1"),
            answers.get("database")),
        test);
    test.run();
    return visit.see(DONE);
  }

  private void testNode(Setup setup, DataSource node, String port, List<String> balancers) {
    setup.test(
        Setup.Test.NODE,
        inspections.begin(
            NODE_TEST,
            found -> {
              if (balancers.isEmpty()) {
                inspector.node(node, found);
              } else {
                found.accept(behindBalancer(port, balancers));
              }
            }));
  }

  private static CheckResult behindBalancer(String port, List<String> balancers) {
    return CheckResult.skipped(
        "port " + port,
        "Log-in",
        "Nodes take connections from %s with a PROXY header only, which the manager does not send."
            .formatted(String.join(", ", balancers)),
        "Connect through the load balancer.");
  }

  /** A node that reports; one on this machine where none does. */
  private String node() {
    List<String> addresses = nodes.get();
    boolean here = addresses.contains(LOCAL) || addresses.contains(LOCAL_6);
    return addresses.isEmpty() || here ? LOCAL : addresses.get(0);
  }

  /**
   * Returns the host that clients connect to: the name by which this machine was reached, if its
   * node is there.
   */
  private String host(Visit visit) {
    if (!node().equals(LOCAL)) {
      return node();
    }
    String host = visit.request().header("Host").orElse("localhost");
    String name = host.replaceFirst(":\\d+$", "");
    return name.matches("[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]") ? name : "localhost";
  }

  /** The test of the last page, once more. */
  private Answer again(Visit visit) {
    visit.kept(Setup.class).flatMap(Setup::lastTest).ifPresent(Runnable::run);
    return visit.see(DONE);
  }

  private Answer done(Visit visit) {
    Optional<Setup> setup = visit.kept(Setup.class);
    Optional<Connecting> finished = setup.flatMap(Setup::finished);
    if (finished.isEmpty()) {
      return visit.see(WizardPages.PATH);
    }
    return visit.page(
        200,
        "wizard/done",
        "%s is set up".formatted(finished.get().name()),
        Map.of(
            "connecting",
            finished.get(),
            "lines",
            lines(setup.get().test(Setup.Test.NODE), poll(Setup.Test.NODE))));
  }

  private Answer page(
      Visit visit,
      Setup setup,
      Step step,
      int status,
      Map<String, String> problems,
      List<Problem> wrong,
      Documents there)
      throws StoreException, EditRefused {
    Answers answers = setup.answers();
    Map<String, Object> parameters = new HashMap<>();
    parameters.put(
        "page",
        new WizardView.Page(
            places(step, answers, there),
            new Form(suggested(step, answers), problems, answers.hidden()),
            isAsked(Step.SHARING, answers) || step != Step.REVIEW
                ? step.back()
                : Step.CLIENTS.path()));
    parameters.put("wrong", wrong.stream().map(StepPages::words).toList());
    switch (step) {
      case CHECK ->
          parameters.put(
              "lines", lines(setup.test(Setup.Test.DATABASE), poll(Setup.Test.DATABASE)));
      case SHARING -> {
        parameters.put("there", Stores.there(there));
        parameters.put("caches", usableCaches());
        parameters.put("tested", setup.test(Setup.Test.STORE).isPresent());
        parameters.put("lines", lines(setup.test(Setup.Test.STORE), poll(Setup.Test.STORE)));
      }
      case REVIEW -> {
        parameters.put("documents", documents(visit, answers, there));
        if (wrong.isEmpty()) {
          parameters.put(
              "wrong",
              editor.check(new Written(answers, there).changes()).stream()
                  .map(StepPages::words)
                  .toList());
        }
      }
      case DATABASE, LOGIN, CLIENTS -> {
        // their forms are all that there is
      }
    }
    return visit.page(
        status,
        "wizard/" + step.path().substring(WizardPages.PATH.length() + 1),
        step.title(),
        parameters);
  }

  private static String words(Problem problem) {
    return "%s %s: %s".formatted(problem.file(), problem.path(), problem.words());
  }

  private static List<WizardView.Place> places(Step now, Answers answers, Documents there) {
    List<WizardView.Place> places = new ArrayList<>();
    for (Step step : Step.values()) {
      boolean open = missing(step, answers, there).isEmpty() && isAsked(step, answers);
      String state = step == now ? "now" : step.ordinal() < now.ordinal() ? "done" : "later";
      places.add(
          new WizardView.Place(
              step.ordinal() + 1, step.title(), open && step != now ? step.path() : "", state));
    }
    return places;
  }

  private static List<WizardView.Document> documents(
      Visit visit, Answers answers, Documents there) {
    List<WizardView.Document> documents = new ArrayList<>();
    new Written(answers, there)
        .texts()
        .forEach(
            (name, text) ->
                documents.add(
                    new WizardView.Document(
                        name,
                        there.all().containsKey(name) ? "changed" : "new",
                        visit
                            .masks()
                            .mask(name, text)
                            .orElse("")
                            .replaceAll("(•+) [0-9a-f]+\"", "$1\""))));
    return documents;
  }

  /** Returns the input, and suggestions where there is none. */
  private Map<String, String> suggested(Step step, Answers answers)
      throws StoreException, EditRefused {
    Map<String, String> values = new HashMap<>(answers.shown());
    // A field that its page did not have is empty, and not typed by the user.
    List.of("ttl", "store", "storeMode", "storeTls").forEach(field -> values.remove(field, ""));
    switch (step) {
      case DATABASE -> {
        values.putIfAbsent("engine", Engine.usual().spelling());
        values.putIfAbsent("kind", "one");
      }
      case LOGIN -> values.putIfAbsent("method", "password");
      case CLIENTS -> {
        values.putIfAbsent("name", answers.get("database"));
        values.putIfAbsent("vdbPort", Integer.toString(freePort(answers)));
        values.putIfAbsent("poolSize", "20");
        values.putIfAbsent("balancers", balancers());
        values.putIfAbsent("preset", answers.is("kind", "one") ? "pool" : "split");
      }
      case SHARING -> {
        values.putIfAbsent("ttl", Written.TTL);
        values.putIfAbsent("store", "none");
        values.putIfAbsent("storeMode", "standalone");
        values.putIfAbsent("storeTls", "disable");
      }
      case REVIEW -> values.putIfAbsent("comment", "Set up " + answers.get("name"));
      case CHECK -> {
        // nothing is typed there
      }
    }
    return values;
  }

  /** Those that another virtual database is behind already, or that the deployment has made. */
  private String balancers() throws StoreException, EditRefused {
    return editor.look().configuration().stream()
        .flatMap(all -> all.vdbs().values().stream())
        .map(VirtualDatabase::proxyProtocol)
        .filter(ProxyProtocol::enabled)
        .findFirst()
        .map(one -> one.trusted().stream().map(Cidr::toString).collect(Collectors.joining(", ")))
        .orElse(ofDeployment);
  }

  private int freePort(Answers answers) throws StoreException, EditRefused {
    Set<Integer> taken = new TreeSet<>();
    editor
        .look()
        .configuration()
        .ifPresent(all -> all.vdbs().values().forEach(vdb -> taken.addAll(vdb.ports())));
    int port = Servers.engine(answers).orElse(Engine.usual()).portOfNodes();
    while (taken.contains(port)) {
      port++;
    }
    return port;
  }
}
